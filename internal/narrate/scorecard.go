package narrate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// Scorecard describes a whole session: a bar for each step, the overall score with the level, and what to do next; then what the next
// level adds, what was decided, predicted, asked and missed, the minutes, and what has changed since the last session of the case,
// if there is one.
func Scorecard(r rehearse.SessionResult, last *rehearse.SessionResult) []report.Block {
	if r.Hidden {
		return append([]report.Block{note("Scorecard", r.Title)}, next(r.ToDo)...)
	}
	blocks := []report.Block{stepBars(r), note("Overall", overall(r))}
	blocks = append(blocks, verdicts(r)...)
	if r.Quote != "" {
		blocks = append(blocks, note("You said", quoted(r.Quote)))
	}
	blocks = append(blocks, next(r.ToDo)...)
	blocks = append(blocks, adds(r)...)
	blocks = append(blocks, verdictsOn(r.Other.Decisions)...)
	blocks = append(blocks, calibration(r.Other.Ranges)...)
	blocks = append(blocks, diagnoses(r.Other.Diagnoses)...)
	blocks = append(blocks, asked(r.Other)...)
	blocks = append(blocks, minutes(r.Steps)...)
	return append(blocks, lastTime(r, last)...)
}

// stepBars is a bar for each step that is marked, on a scale to 4, and words for the others.
func stepBars(r rehearse.SessionResult) report.Block {
	b := report.Block{Kind: report.Bars, Title: "Scorecard, " + r.Title}
	for _, s := range r.Steps {
		label := fmt.Sprintf("%d %s", s.N, s.Short)
		var value report.Cell = report.Text("not answered")
		switch {
		case s.Marked:
			label += ", " + s.Score.Band
			value = report.Score(s.Score.Score)
		case s.Score.Answered:
			value = report.Text("answered, not marked")
		}
		b.Rows = append(b.Rows, report.Row{report.Text(label), value})
	}
	return b
}

func anyMarked(r rehearse.SessionResult) bool {
	return slices.ContainsFunc(r.Steps, func(s rehearse.StepLine) bool { return s.Marked })
}

func overall(r rehearse.SessionResult) string {
	card := r.Card
	if !anyMarked(r) {
		return fmt.Sprintf("no criterion is marked yet, so there is no score; %d of %d steps answered.", card.Answered, card.Total)
	}
	text := fmt.Sprintf("%s; %d of %d steps answered", report.Score(card.Overall), card.Answered, card.Total)
	if card.Supported != nil && card.Supported.Overall < card.Overall {
		text += fmt.Sprintf("; %s without the unsupported marks", report.Score(card.Supported.Overall))
	}
	return text + "."
}

// verdicts says what an interviewer would write at each level where there is a verdict, and how much of each level the marks meet.
func verdicts(r rehearse.SessionResult) []report.Block {
	var blocks []report.Block
	if r.Card.NoVerdict == "" {
		b := report.Block{Kind: report.Table, Title: "Verdict", Columns: []string{"level", "verdict"}}
		if r.Card.Level != "" {
			b.Title = fmt.Sprintf("Verdict: %s level", r.Card.Level)
		}
		for _, level := range framework.Levels() {
			if v, ok := r.Card.Verdicts[level]; ok {
				b.Rows = append(b.Rows, report.Row{report.Text(level), report.Text(v)})
			}
		}
		blocks = append(blocks, b)
	} else {
		blocks = append(blocks, note("No verdict", r.Card.NoVerdict+"."))
	}
	if !anyMarked(r) {
		return blocks
	}
	var met []string
	for _, level := range framework.Levels() {
		if share, ok := r.Met[level]; ok {
			met = append(met, fmt.Sprintf("%.0f%% of what %s asks", 100*share, level))
		}
	}
	text := fmt.Sprintf("you rehearse for %s. In the marked steps your marks meet %s.", r.Level, report.Join(met))
	return append(blocks, note("Level", text))
}

// adds says what an answer at the next level adds in each marked step.
func adds(r rehearse.SessionResult) []report.Block {
	b := report.Block{Kind: report.Table, Title: "What the next level adds"}
	for _, s := range r.Steps {
		if s.Adds != "" {
			b.Rows = append(b.Rows, report.Row{report.Text(s.Short), report.Text(strings.TrimSpace(s.Adds))})
		}
	}
	if len(b.Rows) == 0 {
		return nil
	}
	return []report.Block{b}
}

// verdictsOn lists the decisions with their verdicts and reasons.
func verdictsOn(decisions []rehearse.DecisionResult) []report.Block {
	if len(decisions) == 0 {
		return nil
	}
	best := 0
	b := report.Block{Kind: report.Table}
	for _, d := range decisions {
		if d.Verdict == casestudies.Best {
			best++
		}
		b.Rows = append(b.Rows, judged(d))
	}
	b.Title = fmt.Sprintf("Decisions: %d of %d best", best, len(decisions))
	return []report.Block{b}
}

// Below fewRanges ranges nothing can be said about somebody's calibration.
const fewRanges = 3

// calibration says how the ranges did, and what to do about them.
func calibration(c framework.Calibration) []report.Block {
	if c.Total == 0 {
		return nil
	}
	text := fmt.Sprintf("your ranges hold the result %d of %s; %.0f%% should. ", c.Covered, counted(c.Total, "time"), 100*framework.Coverage)
	share := float64(c.Covered) / float64(c.Total)
	switch {
	case c.Total < fewRanges:
		text += "That is too few to say how well you know what you don't know."
	case share < framework.Coverage-.2:
		text += "Yours are too narrow: you are surer than the results allow, so give wider ones."
	case share > framework.Coverage+.15:
		text += "Yours are wide enough to be safe: narrower ones would say more."
	default:
		text += "That is about right."
	}
	return []report.Block{note("Calibration", text)}
}

func diagnoses(all []framework.Diagnosed) []report.Block {
	if len(all) == 0 {
		return nil
	}
	right := 0
	for _, d := range all {
		if d.Correct {
			right++
		}
	}
	return []report.Block{note("Diagnosis", fmt.Sprintf("%d of %s named right.", right, counted(len(all), "cause")))}
}

// asked lists the facts that were asked for, and those that weren't with what they would have changed.
func asked(o rehearse.OtherResults) []report.Block {
	var blocks []report.Block
	if len(o.Asked) > 0 {
		b := report.Block{Kind: report.Table, Title: fmt.Sprintf("Asked for: %s", counted(len(o.Asked), "fact"))}
		for _, f := range o.Asked {
			b.Rows = append(b.Rows, report.Row{report.Text(strings.TrimSpace(f.Short))})
		}
		blocks = append(blocks, b)
	}
	if len(o.Missed) > 0 {
		b := report.Block{
			Kind: report.Table, Title: fmt.Sprintf("Never asked for: %s", counted(len(o.Missed), "fact")),
			Columns: []string{"fact", "it would have changed"},
		}
		for _, f := range o.Missed {
			b.Rows = append(b.Rows, report.Row{report.Text(strings.TrimSpace(f.Short)), report.Text(strings.TrimSpace(f.Matters))})
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// minutes sets the time spent in each step beside its plan.
func minutes(steps []rehearse.StepLine) []report.Block {
	var parts []string
	var spent, plan time.Duration
	for _, s := range steps {
		plan += s.Plan
		if s.Spent < time.Minute {
			continue
		}
		spent += s.Spent
		parts = append(parts, fmt.Sprintf("%s %.0f of %.0f", s.Short, s.Spent.Minutes(), s.Plan.Minutes()))
	}
	if len(parts) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s; %.0f in all, of %.0f planned for the steps.", strings.Join(parts, ", "), spent.Minutes(), plan.Minutes())
	return []report.Block{note("Minutes", text)}
}

// lastTime sets the steps that both sessions have marked side by side.
func lastTime(r rehearse.SessionResult, last *rehearse.SessionResult) []report.Block {
	if last == nil || !anyMarked(*last) {
		return nil
	}
	var both []string
	for _, s := range r.Steps {
		i := slices.IndexFunc(last.Steps, func(l rehearse.StepLine) bool { return l.ID == s.ID && l.Marked })
		if i >= 0 && s.Marked {
			both = append(both, fmt.Sprintf("%s %.1f, now %.1f", s.Short, last.Steps[i].Score.Score, s.Score.Score))
		}
	}
	text := fmt.Sprintf("%s, %s over %s", last.Began.Local().Format("2 January 2006"), report.Score(last.Card.Overall),
		counted(last.Card.Answered, "step"))
	if len(both) > 0 {
		text += ": " + strings.Join(both, ", ")
	}
	return []report.Block{note("Last time", text+".")}
}
