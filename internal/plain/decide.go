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
		w.say(fmt.Sprintf("%d of %d  %s   %s   (a dash skips it)", i+1, len(decisions), d.Ask, options(d)))
		for {
			text, err := w.ask(ctx, "")
			if err != nil {
				return err
			}
			cmd, ok := choice(d, text)
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

func options(d casestudies.Decision) string {
	var parts []string
	for i, o := range d.Options {
		parts = append(parts, string(rune('a'+i))+") "+casestudies.OptionWords(o.ID))
	}
	return strings.Join(parts, "  ")
}

// choice parses a letter, an option's id or a dash.
func choice(d casestudies.Decision, text string) (rehearse.Decide, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "-" {
		return rehearse.Decide{Decision: d.ID, Skip: true}, true
	}
	for i, o := range d.Options {
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
		for {
			text, err := w.ask(ctx, "")
			if err != nil {
				return err
			}
			if strings.TrimSpace(text) == "-" {
				if !w.do(ctx, rehearse.Predict{Prediction: p.ID, Skip: true}) {
					return nil
				}
				break
			}
			low, high, err := rehearse.ParseRange(text)
			if err != nil {
				w.say(sentence(err))
				continue
			}
			if w.do(ctx, rehearse.Predict{Prediction: p.ID, Low: low, High: high}) {
				break
			}
		}
	}
	return nil
}

func (w *walk) runLab(ctx context.Context, rest string) error {
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
