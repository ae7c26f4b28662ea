package plain

import (
	"context"
	"fmt"
	"strings"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

func (w *walk) reveal(ctx context.Context, _ string) error {
	step := w.s.State().Step
	if w.s.Hidden(rehearse.Reference) {
		w.say("A mock interview shows the reference at the end.")
		return nil
	}
	if !w.s.State().StepState(step).Revealed {
		w.say("Text that you write after this isn't scored. Reveal the reference? y or n")
		text, err := w.ask(ctx, "")
		if err != nil {
			return err
		}
		if !yes(text) {
			w.say("Not revealed.")
			return nil
		}
		if !w.do(ctx, rehearse.Reveal{}) {
			return nil
		}
	}
	w.say("Reference: " + joinLines(w.s.Case().Step(step).Reference))
	for _, p := range w.s.Case().Step(step).Pitfalls {
		w.say("Pitfall: " + p.Text)
	}
	w.say("Next: /mark to score your answer, /next to finish the step.")
	return nil
}

func yes(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return text == "y" || text == "yes"
}

// mark asks for a mark for each of the step's criteria. Enter takes the coach's suggestion.
func (w *walk) mark(ctx context.Context, _ string) error {
	step := w.s.State().Step
	if w.s.Hidden(rehearse.Suggestions) {
		w.say("A mock interview lets you score yourself at the end.")
		return nil
	}
	criteria := w.s.Rubric()[step]
	suggested := map[string]framework.Suggestion{}
	for _, s := range w.s.Suggestions(step) {
		suggested[s.Criterion] = s
	}
	w.say(fmt.Sprintf("%d criteria. Enter takes the coach's suggestion; 0, h (half) or 1 changes it; "+
		"w shows the sentences that it rests on; ? explains the criterion; q stops. "+
		"The coach knows what the case knows: it can't judge a reason that the case doesn't foresee.", len(criteria)))
	for i, c := range criteria {
		s := suggested[c.ID]
		w.say(fmt.Sprintf("%d of %d  %s (%s, weight %d)   coach: %s", i+1, len(criteria), c.Text, c.Level, c.Weight, s.Mark))
		w.words(s, true)
		stop, err := w.markOne(ctx, c, s)
		if err != nil || stop {
			return err
		}
	}
	w.result(step)
	return nil
}

// markOne asks until it gets a mark. stop says that the candidate wants to stop marking.
func (w *walk) markOne(ctx context.Context, c framework.Criterion, s framework.Suggestion) (stop bool, err error) {
	for {
		text, err := w.ask(ctx, "> ")
		if err != nil {
			return true, err
		}
		m := s.Mark
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "":
		case "0":
			m = framework.None
		case "h", "half", "½", "0.5":
			m = framework.Half
		case "1":
			m = framework.Full
		case "w":
			w.words(s, false)
			continue
		case "?":
			w.say("The probe: " + c.Probe)
			w.say("A stronger answer: " + c.Stronger)
			continue
		case "q":
			w.say("Stopped. The marks so far are saved.")
			return true, nil
		default:
			w.say("Press enter, or type 0, h, 1, w, ? or q.")
			continue
		}
		w.do(ctx, rehearse.Mark{Criterion: c.ID, Mark: m})
		return false, nil
	}
}

// words shows the quotes that support a suggestion. short truncates the list of what is missing.
func (w *walk) words(s framework.Suggestion, short bool) {
	for _, q := range s.Quotes {
		w.say("        \"" + q + "\"")
	}
	note := s.Note
	if short {
		note = firstReasons(note)
	}
	switch {
	case note != "":
		w.say("        (" + note + ")")
	case len(s.Quotes) == 0:
		w.say("        (nothing in your answer)")
	}
}

// firstReasons truncates a note to its first three reasons. "; " separates reasons.
func firstReasons(note string) string {
	const most = 3
	reasons := strings.Split(note, "; ")
	if len(reasons) <= most {
		return note
	}
	return fmt.Sprintf("%s; and %d more (w shows all)", strings.Join(reasons[:most], "; "), len(reasons)-most)
}

func (w *walk) score(context.Context, string) error {
	w.result(w.s.State().Step)
	return nil
}

// result shows the debrief of one step.
func (w *walk) result(step framework.StepID) {
	w.say("")
	w.show(narrate.StepResult(w.s.Debrief(step)))
}

// scorecard shows the result of the whole session, beside that of the session before it.
func (w *walk) scorecard(ctx context.Context) {
	r := w.s.Result()
	var last *rehearse.SessionResult
	if w.Before != nil {
		var err error
		if last, err = w.Before(ctx, w.s.State().Started, w.s.State().StartedAt); err != nil {
			w.say("The session before this one can't be read: " + err.Error() + ".")
		}
	}
	w.say("")
	w.show(narrate.Scorecard(r, last))
	w.say("To see this session again, run:")
	fmt.Fprintln(w.Out, w.Command("review", r.Session))
}

// show prints a result.
func (w *walk) show(blocks []report.Block) {
	fmt.Fprintln(w.Out, draw.SummaryPlain(blocks, w.Width))
}
