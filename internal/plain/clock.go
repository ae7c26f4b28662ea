package plain

import (
	"context"
	"fmt"
	"time"

	"dryrun/framework"
)

// thresholds are the shares of a step's time, in percent, at which plain mode announces the time.
func thresholds() []int { return []int{50, 100, 150} }

// announce says the time if a threshold of the current step has passed since the last announcement.
func (w *walk) announce() {
	step, spent, budget := w.spent()
	if budget <= 0 {
		return
	}
	passed := 0
	for i, percent := range thresholds() {
		if spent >= budget*time.Duration(percent)/100 {
			passed = i + 1
		}
	}
	if passed > w.announcedThresholds[step] {
		w.announcedThresholds[step] = passed
		w.say(fmt.Sprintf("Time: %s of %s for this step.", minutes(spent), minutes(budget)))
	}
}

// nextAnnouncement returns how long it is until the next threshold of the current step.
func (w *walk) nextAnnouncement() time.Duration {
	step, spent, budget := w.spent()
	for i, percent := range thresholds() {
		if at := budget * time.Duration(percent) / 100; i >= w.announcedThresholds[step] && at > spent {
			return at - spent
		}
	}
	return time.Hour
}

func (w *walk) spent() (step framework.StepID, spent, budget time.Duration) {
	st := w.s.State()
	_, spent = st.Now(w.Clock.Now())
	return st.Step, spent, framework.BudgetOf(st.Step, st.Started.Minutes)
}

func (w *walk) time(context.Context, string) error {
	st := w.s.State()
	session, _ := st.Now(w.Clock.Now())
	step, spent, budget := w.spent()
	s, _ := framework.StepByID(step)
	w.say(fmt.Sprintf("Time: %s of %s for step %d of 7, %s of %d minutes overall.",
		minutes(spent), minutes(budget), s.N, minutes(session), st.Started.Minutes))
	return nil
}

// minutes writes a length of time as 4:05.
func minutes(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
