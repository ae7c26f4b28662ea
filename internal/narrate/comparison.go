package narrate

import (
	"fmt"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// comparedRows is how many numbers of a comparison are shown at most.
const comparedRows = 14

// Comparison lays out the verdicts on two runs of one step. A side is named as better only where the verdict says so; the numbers
// that are the same are counted. Without a comparison both runs are the same pipeline.
func Comparison(c *report.Comparison) []report.Block {
	if c == nil {
		return []report.Block{note("", "Your decisions and the reference's are the same pipeline here: nothing to compare.")}
	}
	b := report.Block{
		Kind: report.Table, Title: fmt.Sprintf("%s beside %s", capital(c.Yours), c.Other),
		Columns: []string{"metric", c.Yours, c.Other, "difference", "better"},
	}
	same, unclear := 0, 0
	var clear []string
	for _, v := range c.Verdicts {
		if v.Outcome == report.Alike {
			same++
			continue
		}
		if v.Outcome == report.CantTell {
			unclear++
		}
		if len(b.Rows) < comparedRows {
			b.Rows = append(b.Rows, verdictRow(v, c.Yours, c.Other))
		}
		if v.IsClear() && len(clear) < most {
			clear = append(clear, fmt.Sprintf("%s %s, %s", report.Metric{ID: v.Metric}, v.DifferenceOf(), v.Outcome))
		}
	}
	b.Alt = comparisonAlt(c, clear, unclear, same)
	return []report.Block{b}
}

func comparisonAlt(c *report.Comparison, clear []string, unclear, same int) string {
	var rest []string
	if unclear > 0 {
		rest = append(rest, fmt.Sprintf("no difference that this run can tell in %s", counted(unclear, "number")))
	}
	if same > 0 {
		rest = append(rest, fmt.Sprintf("%s the same", counted(same, "number")))
	}
	if len(clear) == 0 && unclear == 0 {
		return fmt.Sprintf("Both runs give the same %s.", counted(same, "number"))
	}
	return fmt.Sprintf("%s against %s: %s.", capital(c.Yours), c.Other, strings.Join(append(clear, rest...), "; "))
}

// verdictRow is one metric of a comparison.
func verdictRow(v report.Verdict, yours, other string) report.Row {
	return report.Row{
		report.Metric{ID: v.Metric},
		report.MetricValue(v.Metric, v.Yours), report.MetricValue(v.Metric, v.Other), difference(v),
		report.Text(Better(v, yours, other)),
	}
}

// difference is a verdict's difference: with its interval where it is clear, as otherwise the words of the verdict have the
// interval; nothing where the two can't be compared.
func difference(v report.Verdict) report.Text {
	if v.Outcome == report.Incomparable {
		return ""
	}
	if !v.IsClear() {
		v.HasInterval = false
	}
	return report.Text(v.DifferenceOf().String())
}

// Better names the better side of a verdict, or says why none is named.
func Better(v report.Verdict, yours, other string) string {
	where := ""
	if v.Timing {
		where = ", on this machine"
	}
	switch v.Outcome {
	case report.Better:
		return yours + where
	case report.Worse:
		return other + where
	case report.Differs:
		return "neither way"
	case report.Alike:
		return "the same"
	case report.CantTell:
		words := "no difference that this run can tell"
		switch {
		case v.HasInterval:
			words += " (" + v.DifferenceOf().Bounds() + where + ")"
		case v.Why != "":
			words += " (" + v.Why + ")"
		}
		return words
	}
	return "can't be compared: " + v.Why
}

// Run says what a finished run shows of the candidate's choices: what each decision does on its own metric, then the whole
// pipeline beside the other. A decision that the lab can't run says so.
func Run(run rehearse.LabResult, decisions []rehearse.DecisionResult) []report.Block {
	b := report.Block{
		Kind: report.Table, Title: "What your decisions do",
		Columns: []string{"decision", "yours", "beside it", "metric", "difference", "better"},
	}
	for _, d := range decisions {
		if d.Chosen == "" {
			continue
		}
		row := report.Row{report.Text(d.Ask), report.Text(casestudies.OptionWords(d.Chosen))}
		i := slices.IndexFunc(run.Decisions, func(v rehearse.DecisionVerdict) bool { return v.Decision == d.ID && v.Option == d.Chosen })
		switch {
		case i >= 0:
			row = append(row, decided(run.Decisions[i])...)
		case d.Runnable():
			continue
		default:
			none := report.Text("")
			row = append(row, none, none, none, report.Text("only judged: the lab doesn't run it"))
		}
		b.Rows = append(b.Rows, row)
	}
	var blocks []report.Block
	if len(b.Rows) > 0 {
		blocks = append(blocks, b)
	}
	if run.Comparison == nil && (run.Reference != nil || len(run.Decisions) > 0) {
		return blocks // a run that an earlier version stored has no verdicts
	}
	return append(blocks, Comparison(run.Comparison)...)
}

// decided is what a decision does beside another option, each alone set in the reference's pipeline.
func decided(d rehearse.DecisionVerdict) []report.Cell {
	mine, other := casestudies.OptionWords(d.Option), casestudies.OptionWords(d.Other)
	beside := "the wrong choice: " + other
	if d.Role == casestudies.Best {
		beside = "the reference: " + other
	}
	return []report.Cell{
		report.Text(beside), report.Metric{ID: d.Verdict.Metric}, difference(d.Verdict), report.Text(Better(d.Verdict, mine, other)),
	}
}

// capital gives words a capital letter.
func capital(words string) string { return strings.TrimSuffix(sentence(words), ".") }
