package narrate

import (
	"fmt"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// StepResult describes how a step went, each part on its own scale: the score, the decisions, the ranges, the facts that
// nobody asked for, the follow-ups, what the answer still lacks, and the next thing to do.
func StepResult(r rehearse.StepResult) []report.Block {
	blocks := []report.Block{stepScore(r)}
	if r.Hidden {
		return append(blocks, next(r.ToDo)...)
	}
	if r.Quote != "" {
		blocks = append(blocks, note("You said", quoted(r.Quote)))
	}
	blocks = append(blocks, decisions(r)...)
	blocks = append(blocks, Ranges(r.Predictions)...)
	blocks = append(blocks, unasked(r)...)
	blocks = append(blocks, followups(r)...)
	blocks = append(blocks, missing(r)...)
	return append(blocks, next(r.ToDo)...)
}

// stepScore is the first block: the step's title, and how it scored.
func stepScore(r rehearse.StepResult) report.Block {
	switch {
	case !r.Answered:
		return note(r.Step.Title, "Not answered, so there is nothing to score.")
	case r.Hidden:
		return note(r.Step.Title, "Answered.")
	case r.Marked() == 0:
		return note(r.Step.Title, fmt.Sprintf("Answered, not marked. Coach: %s.", report.Score(r.Scores.Coach.Score)))
	}
	text := fmt.Sprintf("%s, %s", report.Score(r.Scores.Self.Score), r.Scores.Self.Band)
	if r.Scores.Supported.Score < r.Scores.Self.Score {
		text += fmt.Sprintf(" (%s without the unsupported marks)", report.Score(r.Scores.Supported.Score))
	}
	text += fmt.Sprintf(". Coach: %s.", report.Score(r.Scores.Coach.Score))
	if r.Marked() < len(r.Criteria) {
		text += fmt.Sprintf(" %d of %d criteria marked; the others count as 0.", r.Marked(), len(r.Criteria))
	}
	return note(r.Step.Title, text)
}

// decisions lists each choice, and once the reference is open the case's verdict on it and the reason.
func decisions(r rehearse.StepResult) []report.Block {
	b := report.Block{Kind: report.Table, Title: "Decisions", Columns: []string{"decision", "yours"}}
	if r.Revealed {
		b.Title = fmt.Sprintf("Decisions: %d of %d best", r.Best(), r.Committed())
		b.Columns = nil
	}
	for _, d := range r.Decisions {
		switch {
		case d.Chosen == "" && !d.Skipped && !r.Revealed:
		case r.Revealed:
			b.Rows = append(b.Rows, judged(d))
		case d.Skipped:
			b.Rows = append(b.Rows, report.Row{report.Text(d.Ask), report.Text("skipped")})
		default:
			b.Rows = append(b.Rows, report.Row{report.Text(d.Ask), report.Text(chosen(d))})
		}
	}
	if len(b.Rows) == 0 {
		return nil
	}
	return []report.Block{b}
}

// judged is the verdict on a decision, and beside it the question, the choice, the best one and the reason.
func judged(d rehearse.DecisionResult) report.Row {
	verdict, choice := string(d.Verdict), "you chose "+chosen(d)
	switch {
	case d.Skipped:
		verdict, choice = "skipped", "you chose nothing"
	case d.Chosen == "":
		verdict, choice = "open", "you chose nothing"
	}
	if d.Verdict != casestudies.Best && d.Best != "" {
		choice += "; the best is " + casestudies.OptionWords(d.Best)
	}
	return report.Row{report.Text(verdict), report.Text(sentences(d.Ask, choice, d.Why))}
}

// chosen is the option that a decision ended at, and what the first run had where that was another.
func chosen(d rehearse.DecisionResult) string {
	words := casestudies.OptionWords(d.Chosen)
	if d.FirstRun != "" {
		words += ", after a run with " + casestudies.OptionWords(d.FirstRun)
	}
	return words
}

// Ranges sets each range that was given or skipped beside the lab's result.
func Ranges(predictions []rehearse.PredictionResult) []report.Block {
	b := report.Block{Kind: report.Table, Columns: []string{"range", "yours", "result", "the result is"}}
	inside, known := 0, 0
	for _, p := range predictions {
		row := report.Row{report.Text(p.Ask), report.Text("skipped"), report.Text(""), report.Text("")}
		switch {
		case !p.Committed && !p.Skipped:
			continue
		case p.Committed:
			row[1] = report.Text(Said(p.Prediction, p.Low, p.High))
		}
		result := predicted(p.Prediction, p.Truth)
		switch {
		case !p.Known:
			row[3] = report.Text("not run")
		case p.Committed:
			known++
			row[2], row[3] = result, report.Text(Where(p))
			if p.Inside {
				inside++
			}
		default:
			row[2] = result
		}
		b.Rows = append(b.Rows, row)
	}
	if len(b.Rows) == 0 {
		return nil
	}
	b.Title = "Ranges"
	if known > 0 {
		b.Title = fmt.Sprintf("Ranges: %d of %d hold the result", inside, known)
	}
	return []report.Block{b}
}

// Said is a range of a prediction as it was given.
func Said(p casestudies.Prediction, low, high float64) string {
	if p.As == "" {
		return report.MetricRange(p.Metric, low, high)
	}
	from, to := predicted(p, low).String(), predicted(p, high).String()
	return strings.TrimSuffix(from, " times") + " to " + to
}

// Result is the measured value of what a prediction asks for.
func Result(p rehearse.PredictionResult) string { return predicted(p.Prediction, p.Truth).String() }

// Where says where the result of a range lies: "inside", or on which side of it.
func Where(p rehearse.PredictionResult) string {
	switch {
	case p.Truth < p.Low:
		return "outside, below"
	case p.Truth > p.High:
		return "outside, above"
	}
	return "inside"
}

// unasked lists the facts that nobody asked for, and what they would have changed.
func unasked(r rehearse.StepResult) []report.Block {
	if !r.Revealed || len(r.UnaskedFacts) == 0 {
		return nil
	}
	b := report.Block{Kind: report.Table, Title: fmt.Sprintf("Never asked for: %s", counted(len(r.UnaskedFacts), "fact"))}
	if len(r.UnaskedFacts) > most {
		b.Title += fmt.Sprintf(", the first %d", most)
	}
	for _, f := range r.UnaskedFacts[:min(most, len(r.UnaskedFacts))] {
		b.Rows = append(b.Rows, report.Row{report.Text(f.Short), report.Text(f.Matters)})
	}
	return []report.Block{b}
}

// missing lists what the answer still lacks at the session's level, and what an answer at the next level adds.
func missing(r rehearse.StepResult) []report.Block {
	if r.Marked() == 0 {
		return nil
	}
	var blocks []report.Block
	if len(r.Missing) > 0 {
		b := report.Block{Kind: report.Table, Title: fmt.Sprintf("Still missing at %s level", r.Level)}
		for _, c := range r.Missing[:min(most, len(r.Missing))] {
			b.Rows = append(b.Rows, report.Row{report.Text(c.Text)})
		}
		blocks = append(blocks, b)
	}
	if r.NextLevel != "" {
		blocks = append(blocks, note("The next level, in a sentence", r.NextLevel))
	}
	return blocks
}

// followups sets the answer to each follow-up that was asked beside the reference's.
func followups(r rehearse.StepResult) []report.Block {
	if !r.Revealed || len(r.Followups) == 0 {
		return nil
	}
	b := report.Block{Kind: report.Table, Title: "Follow-ups", Columns: []string{"asked", "you answered", "the reference"}}
	for _, f := range r.Followups {
		yours := f.YourAnswer
		if yours == "" {
			yours = "nothing"
		}
		b.Rows = append(b.Rows, report.Row{report.Text(f.Ask), report.Text(yours), report.Text(f.Answer)})
	}
	return []report.Block{b}
}

// next is the one thing to do now.
func next(to string) []report.Block {
	if to == "" {
		return nil
	}
	return []report.Block{note("Now", strings.TrimPrefix(to, "Next: "))}
}

// Written are the answers of a step in full, each under the question that it answers.
func Written(past *rehearse.Session, id framework.StepID) []report.Block {
	step, _ := framework.StepByID(id)
	var out []report.Block
	for _, a := range past.State().StepState(id).Answers {
		if text := strings.TrimSpace(past.TextOf(id, a.To)); text != "" {
			out = append(out, note(questionOf(past, id, a.To, step.Title), text))
		}
	}
	if draft := strings.TrimSpace(past.TextOf(id, "")); draft != "" && len(out) == 0 {
		out = append(out, note(step.Title+", not committed yet", draft))
	}
	return out
}

// questionOf is what an answer was given to: the step's prompt by its title, or a probe, follow-up or curveball in its own words.
func questionOf(past *rehearse.Session, id framework.StepID, to, title string) string {
	for _, p := range past.State().StepState(id).Probes {
		if p.ID == to {
			return "Asked: " + strings.TrimSpace(p.Text)
		}
	}
	if ball := past.Case().Curveball(to); ball != nil {
		return "Curveball: " + strings.TrimSpace(ball.Says)
	}
	return "Your answer to " + title
}

// PastStep describes a step of a session under review: its result without the next thing to do, what its last run showed, if there
// was one, and the marks.
func PastStep(r rehearse.StepResult, run rehearse.LabResult) []report.Block {
	r.ToDo = ""
	blocks := StepResult(r)
	if run.Yours != nil && !r.Hidden {
		blocks = append(blocks, Run(run, r.Decisions)...)
	}
	return append(blocks, Marks(r)...)
}

// Marks lists each criterion with the candidate's mark and the coach's suggestion.
func Marks(r rehearse.StepResult) []report.Block {
	if r.Marked() == 0 {
		return nil
	}
	b := report.Block{Kind: report.Table, Title: "Marks", Columns: []string{"criterion", "yours", "coach", ""}}
	for _, c := range r.Criteria {
		row := report.Row{report.Text(c.Text), report.Text("not marked"), report.Text(c.Suggestion.Mark.String()), report.Text("")}
		if c.Marked {
			row[1] = report.Text(c.Self.String())
		}
		if c.Unsupported {
			row[3] = report.Text("no words of yours support it")
		}
		b.Rows = append(b.Rows, row)
	}
	return []report.Block{b}
}

// counted writes a number of things: "1 fact", "4 facts".
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
