package plain

import (
	"context"
	"fmt"
	"strings"

	"dryrun/casestudies"
	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
)

// decide asks for each of the step's decisions that isn't committed yet.
func (w *walk) decide(ctx context.Context, _ string) error {
	st := w.s.State()
	step := st.Step
	decisions := w.s.Case().Step(step).Decide
	for i, d := range decisions {
		if _, ok := st.StepState(step).Decisions[d.ID]; ok {
			continue
		}
		w.say(fmt.Sprintf("%d of %d  %s   %s   (a dash skips it)", i+1, len(decisions), d.Ask, options(w.s.Offered(d))))
		for {
			text, err := w.ask(ctx, "")
			if err != nil {
				return err
			}
			cmd, ok := choice(d, w.s.Offered(d), text)
			if !ok {
				w.say("Enter a letter from a to " + string(rune('a'+len(d.Options)-1)) + ", or - to skip it.")
				continue
			}
			if !w.do(ctx, cmd) {
				return nil
			}
			break
		}
	}
	if len(w.s.State().StepState(step).Decisions) >= len(decisions) {
		w.say("Your decisions are saved. Next: /predict, then /run.")
	}
	return nil
}

func options(offered casestudies.Options) string {
	var parts []string
	for i, o := range offered {
		parts = append(parts, string(rune('a'+i))+") "+casestudies.OptionWords(o.ID))
	}
	return strings.Join(parts, "  ")
}

// choice parses a letter of the options as they were shown, an option's id or a dash.
func choice(d casestudies.Decision, offered casestudies.Options, text string) (rehearse.Decide, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "-" {
		return rehearse.Decide{Decision: d.ID, Skip: true}, true
	}
	for i, o := range offered {
		if text == string(rune('a'+i)) || text == o.ID || text == casestudies.OptionWords(o.ID) {
			return rehearse.Decide{Decision: d.ID, Option: o.ID}, true
		}
	}
	return rehearse.Decide{}, false
}

// predict asks for each of the step's ranges that isn't committed yet.
func (w *walk) predict(ctx context.Context, _ string) error {
	st := w.s.State()
	step := st.Step
	predictions := w.s.Case().Step(step).Lab.Predict
	for _, p := range predictions {
		if _, ok := st.StepState(step).Predictions[p.ID]; ok {
			continue
		}
		w.say(p.Ask + " Give an 80% range, low and high (a dash skips it):")
		left, err := w.predictOne(ctx, p)
		if err != nil {
			return err
		}
		if left != "" {
			return w.command(ctx, left)
		}
	}
	return nil
}

// predictOne asks until a range is given or skipped. A line that is a command leaves the question, and is returned.
func (w *walk) predictOne(ctx context.Context, p casestudies.Prediction) (left string, err error) {
	for {
		text, err := w.ask(ctx, "")
		if err != nil {
			return "", err
		}
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "/") {
			return text, nil
		}
		cmd := rehearse.Predict{Prediction: p.ID, Skip: text == "-"}
		if !cmd.Skip {
			if cmd.Low, cmd.High, err = rehearse.ParseRange(text); err != nil {
				w.say(sentence(err))
				continue
			}
		}
		if w.do(ctx, cmd) || cmd.Skip {
			return "", nil
		}
	}
}

// runLab runs the lab. A range that isn't given yet is asked for first, because the run closes it.
func (w *walk) runLab(ctx context.Context, rest string) error {
	for _, p := range w.s.OpenPredictions() {
		w.say("Before the run, because a range doesn't count after it: " + p.Ask +
			" Give an 80% range, low and high. A dash runs the lab without it; another command leaves the question.")
		left, err := w.predictOne(ctx, p)
		if err != nil {
			return err
		}
		if left != "" {
			return w.command(ctx, left)
		}
	}
	w.do(ctx, rehearse.Run{Fault: rest})
	return nil
}

// labReport prints the report of a run that just finished. It returns false if there is none to show.
func (w *walk) labReport(done rehearse.LabDone, said []rehearse.Line) bool {
	if _, running := w.s.Running(); running || w.s.Hidden(rehearse.LabResults) || done.Result.Yours == nil || len(said) == 0 {
		return false
	}
	w.print(done.Result)
	return true
}

func (w *walk) lab(context.Context, string) error {
	run := w.s.LastRun(w.s.State().Step)
	switch {
	case w.s.Hidden(rehearse.LabResults):
		w.say("A mock interview shows the lab's results at the end.")
	case run.Yours == nil:
		w.say("You haven't run the lab in this step. Use /run to start it.")
	default:
		w.print(run)
	}
	return nil
}

// print writes a run's report, the most important part first: the headline, the ranges next to the results, and what your
// decisions do; then the rest of the report.
func (w *walk) print(run rehearse.LabResult) {
	fmt.Fprintln(w.Out, draw.PlainHeadline(run.Yours, w.Width))
	r := w.s.Debrief(w.s.State().Step)
	w.show(append(narrate.Ranges(r.Predictions), narrate.Run(run, r.Decisions)...))
	fmt.Fprintln(w.Out, draw.PlainBody(run.Yours, w.Width))
}
