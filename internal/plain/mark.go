package plain

import (
	"context"
	"fmt"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
)

func (w *walk) reveal(ctx context.Context, _ string) error {
	step := w.s.State().Step
	if w.s.Hidden(rehearse.Reference) {
		w.say("The reference waits for the end.")
		return nil
	}
	if !w.s.State().StepState(step).Revealed {
		w.say("What you write after this isn't scored. Reveal the reference? y or n")
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
	w.say("Reference: " + flow(w.s.Case().Step(step).Reference))
	for _, p := range w.s.Case().Step(step).Pitfalls {
		w.say("Pitfall: " + p.Text)
	}
	w.say("/mark scores your answer, /next goes on.")
	return nil
}

func yes(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return text == "y" || text == "yes"
}

// mark goes through the step's criteria. Enter takes the coach's suggestion.
func (w *walk) mark(ctx context.Context, _ string) error {
	step := w.s.State().Step
	if w.s.Hidden(rehearse.Suggestions) {
		w.say("Scoring waits for the end.")
		return nil
	}
	criteria := w.s.Rubric()[step]
	suggested := map[string]framework.Suggestion{}
	for _, s := range w.s.Suggestions(step) {
		suggested[s.Criterion] = s
	}
	w.say(fmt.Sprintf("%d criteria. Enter takes the coach's suggestion; 0, h (half) or 1 changes it; w shows the words it rests on; ? explains the criterion; q stops. "+
		"The coach finds words and can't judge whether they are true.", len(criteria)))
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

// markOne asks until a mark is given. stop says that the candidate wants no more.
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
			w.say("Asked when it is missing: " + c.Probe)
			w.say("Stronger: " + c.Stronger)
			continue
		case "q":
			w.say("Stopped. What you marked is kept.")
			return true, nil
		default:
			w.say("Enter, 0, h, 1, w, ? or q.")
			continue
		}
		w.do(ctx, rehearse.Mark{Criterion: c.ID, Mark: m})
		return false, nil
	}
}

// words shows what a suggestion rests on; in short, the first of what is missing only.
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
		w.say("        (no words of yours)")
	}
}

// firstReasons cuts a note of many reasons, which are parted by "; ", to the first three.
func firstReasons(note string) string {
	const most = 3
	reasons := strings.Split(note, "; ")
	if len(reasons) <= most {
		return note
	}
	return fmt.Sprintf("%s; and %d more: w", strings.Join(reasons[:most], "; "), len(reasons)-most)
}

func (w *walk) score(context.Context, string) error {
	w.result(w.s.State().Step)
	return nil
}

// result says what there is to say about one step.
func (w *walk) result(step framework.StepID) {
	r := w.s.Debrief(step)
	if w.s.Hidden(rehearse.Scores) {
		w.say("Scores wait for the end.")
		return
	}
	w.say("")
	if r.Answered && r.Marked > 0 {
		w.say(fmt.Sprintf("%s: %.1f of 4, %s (%.1f without unsupported marks). Coach: %.1f.", r.Step.Title, r.Self.Score, r.Self.Band, r.Supported.Score, r.Coach.Score))
	} else if r.Answered {
		w.say(fmt.Sprintf("%s: not scored yet; /mark scores it. Coach: %.1f.", r.Step.Title, r.Coach.Score))
	} else {
		w.say(r.Step.Title + ": not answered, so there is nothing to score.")
	}
	if r.Quote != "" {
		w.say("Your words: \"" + r.Quote + "\"")
	}
	w.choices(r)
	w.ranges(r)
	if n := len(r.Unasked); n > 0 && !w.s.Hidden(rehearse.FactCount) {
		w.say(fmt.Sprintf("Never asked for, of %d facts: %d. For example:", len(w.s.Case().Facts), n))
		for _, f := range r.Unasked[:min(3, n)] {
			w.say("  " + f.Short + ". " + f.Matters)
		}
	}
	for _, c := range r.Owes[:min(2, len(r.Owes))] {
		w.say(fmt.Sprintf("At %s level this answer still owes: %s", r.Level, c.Text))
	}
	if r.Next != "" {
		w.say("Next level, in a sentence: " + r.Next)
	}
	if r.To != "" {
		w.say(r.To)
	}
}

func (w *walk) choices(r rehearse.StepResult) {
	if r.Committed == 0 {
		return
	}
	w.say(fmt.Sprintf("Decisions: %d of %d best.", r.Best, r.Committed))
	for _, d := range r.Decisions {
		if d.Chosen != "" && d.Verdict != casestudies.Best {
			w.say(fmt.Sprintf("  %s You chose %s (%s); best is %s. %s", d.Ask, casestudies.OptionWords(d.Chosen), d.Verdict, casestudies.OptionWords(d.Best), d.Why))
		}
	}
}

func (w *walk) ranges(r rehearse.StepResult) {
	for _, p := range r.Predictions {
		switch {
		case p.Given && p.Known:
			w.say(p.InWords())
		case p.Given:
			w.say("Your range waits for a run: /run.")
		case p.Passed:
			w.say("The range was passed over and isn't scored.")
		}
	}
}

// scorecard says the whole session's result.
func (w *walk) scorecard() {
	card := w.s.Scorecard()
	w.say("")
	w.say("Scorecard, " + w.s.Case().Title)
	for _, sc := range card.Steps {
		step, _ := framework.StepByID(sc.Step)
		if !sc.Answered {
			w.say(fmt.Sprintf("  %d %s: not answered", step.N, step.Title))
			continue
		}
		w.say(fmt.Sprintf("  %d %s: %.1f, %s", step.N, step.Title, sc.Score, sc.Band))
	}
	w.say(fmt.Sprintf("Overall %.1f of 4 over %d of %d steps.", card.Overall, card.Answered, card.Of))
	if card.Supported != nil {
		w.say(fmt.Sprintf("Without unsupported marks: %.1f.", card.Supported.Overall))
	}
	if card.NoVerdict != "" {
		w.say("No verdict: " + card.NoVerdict + ".")
	} else if card.Level != "" {
		w.say(fmt.Sprintf("Level: %s (%s).", card.Level, card.Verdicts[card.Level]))
	}
	if quote := w.s.OwnWords(); quote != "" {
		w.say("Your words: \"" + quote + "\"")
	}
	w.say("dryrun review shows this session again; its id is " + w.s.State().Started.Session + ".")
}
