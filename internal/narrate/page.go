package narrate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// Page is what a finished run opens on: what it came to, each range against its result, the most surprising comparison, and one
// chart. Everything else is a key away.
type Page struct {
	Verdict  report.Block
	Ranges   []report.Block
	Surprise report.Block
	Chart    report.Block // its Kind is "" where the report has none
}

// LabPage makes the page of a run.
func LabPage(run rehearse.LabResult, step rehearse.StepResult) Page {
	return Page{
		Verdict: note("", run.Yours.Headline), Ranges: rangeAxes(step.Predictions),
		Surprise: note("Most surprising", surprise(run, step)), Chart: leadChart(run.Yours),
	}
}

// rangeAxes draws each prediction that was given and whose result is known; one that wasn't given has its result in words.
func rangeAxes(predictions []rehearse.PredictionResult) []report.Block {
	var out []report.Block
	for _, p := range predictions {
		if !p.Known {
			continue
		}
		row := report.Row{report.Text(p.Ask), report.Text(""), report.Text(""), predicted(p.Prediction, p.Truth), report.Text("")}
		if p.Committed {
			row[1], row[2], row[4] = predicted(p.Prediction, p.Low), predicted(p.Prediction, p.High), report.Text(Where(p))
		}
		out = append(out, report.Block{Kind: report.Range, Rows: []report.Row{row}, LogX: p.Scale == "log"})
	}
	return out
}

// predicted is a value of what a prediction asks for: of its metric, or a ratio or share of it.
func predicted(p casestudies.Prediction, v float64) report.Number {
	switch p.As {
	case "ratio":
		return report.Amount(v, "times")
	case "share":
		return report.Share(v)
	}
	return report.MetricValue(p.Metric, v)
}

// leadChart is the block that a page shows: the first drawing, or else the first table.
func leadChart(step *report.Step) report.Block {
	for _, kinds := range [][]report.Kind{drawings(), {report.Table}} {
		for _, b := range step.Blocks {
			if slices.Contains(kinds, b.Kind) {
				return b
			}
		}
	}
	return report.Block{}
}

func drawings() []report.Kind {
	return []report.Kind{report.Funnel, report.Waterfall, report.Bars, report.Scatter, report.Lines, report.Histogram}
}

// contrast is a verdict with what its two sides are.
type contrast struct {
	report.Verdict
	yours, other string
	decision     bool
}

// surprise tells the comparison that a candidate would least have expected: first those where their own choice is worse, on the
// metric of a decision before the other numbers, then the largest difference.
func surprise(run rehearse.LabResult, step rehearse.StepResult) string {
	var all []contrast
	for _, d := range run.Decisions {
		i := slices.IndexFunc(step.Decisions, func(r rehearse.DecisionResult) bool { return r.ID == d.Decision && r.Chosen == d.Option })
		if i >= 0 {
			all = append(all, contrast{d.Verdict, casestudies.OptionWords(d.Option), casestudies.OptionWords(d.Other), true})
		}
	}
	if c := run.Comparison; c != nil {
		for _, v := range c.Verdicts {
			all = append(all, contrast{v, c.Yours, c.Other, false})
		}
	}
	if len(all) == 0 {
		return "your decisions and the reference's are the same pipeline here, so nothing differs."
	}
	all = slices.DeleteFunc(all, func(c contrast) bool { return !c.IsClear() })
	if len(all) == 0 {
		return "no number differs by more than the noise of this run."
	}
	slices.SortStableFunc(all, func(a, b contrast) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.relative(), a.relative()))
	})
	top := all[0]
	where := ""
	if top.Timing {
		where = " on this machine"
	}
	mine, theirs := report.MetricValue(top.Metric, top.Yours), report.MetricValue(top.Metric, top.Other)
	text := fmt.Sprintf("%s is %s with %s and %s with %s%s: a difference of %s", report.Metric{ID: top.Metric}, mine, top.yours,
		theirs, top.other, where, top.DifferenceOf())
	switch top.Outcome {
	case report.Better:
		text += ", better with " + top.yours
	case report.Worse:
		text += ", better with " + top.other
	}
	return text + "."
}

func (c contrast) rank() int {
	rank := 0
	if c.Outcome == report.Worse {
		rank += 4
	}
	if c.decision {
		rank += 2
	}
	if !c.Timing {
		rank++
	}
	return rank
}

func (c contrast) relative() float64 {
	return math.Abs(c.Difference) / max(math.Abs(c.Yours), math.Abs(c.Other), 1e-12)
}

// More says what a report holds beside its page.
func (p Page) More(step *report.Step) string {
	count := map[report.Kind]int{}
	for _, b := range step.Blocks {
		count[b.Kind]++
	}
	if p.Chart.Kind != "" {
		count[p.Chart.Kind]--
	}
	var parts []string
	say := func(n int, thing string) {
		if n > 0 {
			parts = append(parts, counted(n, thing))
		}
	}
	say(count[report.Table], "table")
	charts := 0
	for _, kind := range drawings() {
		charts += count[kind]
	}
	say(charts, "chart")
	say(len(step.Metrics)+len(step.Timings), "number")
	return strings.Join(parts, ", ")
}
