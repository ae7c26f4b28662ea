package narrate

import (
	"fmt"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

func estimated(metric string, yours, other, half float64, o report.Outcome) report.Verdict {
	d := yours - other
	return report.Verdict{
		Metric: metric, Yours: yours, Other: other, Difference: d, Lo: d - half, Hi: d + half, HasInterval: true, Outcome: o,
	}
}

func compared() *report.Comparison {
	p99 := estimated("p99_ms", 1, 3, 0.5, report.Better)
	p99.Timing = true
	return &report.Comparison{
		Step: "architecture", Yours: "yours", Other: "the reference", Quality: "ndcg_at_10",
		Verdicts: []report.Verdict{
			estimated("ndcg_at_10", 0.385, 0.379, 0.012, report.CantTell),
			estimated("stage1_recall_at_k", 0.7, 0.9, 0.03, report.Worse),
			p99,
			{Metric: "index_mb", Yours: 10, Other: 12, Difference: -2, Outcome: report.Better},
			{Metric: "gini", Yours: 0.5, Other: 0.4, Difference: 0.1, Outcome: report.Differs},
			{Metric: "mrr", Yours: 0.5, Other: 0.5, Outcome: report.Alike},
			{Metric: "auc", Yours: 0.5, Other: 0.6, Difference: -0.1, Outcome: report.Incomparable, Why: "the two runs measured different requests"},
		},
	}
}

func TestAComparison(t *testing.T) {
	golden(t, "comparison", Comparison(compared()))
	same := &report.Comparison{Yours: "yours", Other: "the reference", Verdicts: []report.Verdict{{Metric: "mrr", Outcome: report.Alike}}}
	if got := Comparison(same); len(got) != 1 || len(got[0].Rows) != 0 || got[0].Alt != "Both runs give the same 1 number." {
		t.Errorf("%+v", got)
	}
	if one := Comparison(nil); len(one) != 1 || !strings.Contains(one[0].Text, "same pipeline") {
		t.Errorf("%+v", one)
	}
}

func TestNoSideIsNamedInsideTheIntervalOfTheDifference(t *testing.T) {
	noise := estimated("ndcg_at_10", 0.385, 0.379, 0.012, report.CantTell)
	if got := Better(noise, "yours", "the reference"); got != "no difference that this run can tell (-0.006 to +0.018)" {
		t.Error(got)
	}
	if got := Better(estimated("ndcg_at_10", 0.5, 0.4, 0.05, report.Better), "yours", "the reference"); got != "yours" {
		t.Error(got)
	}
}

func TestALongComparisonShowsFourteenNumbers(t *testing.T) {
	c := &report.Comparison{Yours: "yours", Other: "the reference"}
	for i := range 20 {
		c.Verdicts = append(c.Verdicts, estimated(fmt.Sprintf("metric_%c", 'a'+i), 100, float64(100-i), 0.5, report.Better))
	}
	rows := Comparison(c)[0].Rows
	if len(rows) != comparedRows || rows[0][0] != (report.Metric{ID: "metric_a"}) {
		t.Errorf("%d rows, the first %v", len(rows), rows[0])
	}
}

func TestEachDecisionIsToldOnItsOwnMetricBesideWhatRan(t *testing.T) {
	choice := func(id, ask, chosen, knob string) rehearse.DecisionResult {
		return rehearse.DecisionResult{Decision: casestudies.Decision{ID: id, Ask: ask, Knob: knob}, Chosen: chosen}
	}
	run := rehearse.LabResult{
		Yours: &report.Step{}, Comparison: compared(),
		Decisions: []rehearse.DecisionVerdict{
			{
				Decision: "k", Option: "20", Other: "200", Role: casestudies.Best,
				Verdict: estimated("stage1_recall_at_k", 0.7, 0.9, 0.03, report.Worse),
			},
			{
				Decision: "engine", Option: "hnsw", Other: "exact", Role: casestudies.Poor,
				Verdict: estimated("ndcg_at_10", 0.385, 0.379, 0.012, report.CantTell),
			},
		},
	}
	golden(t, "run", Run(run, []rehearse.DecisionResult{
		choice("k", "How many candidates?", "20", "k"), choice("engine", "Which engine?", "hnsw", "engine"),
		choice("filter", "Where do you filter?", "before", ""), choice("later", "Never reached?", "", "dim"),
	}))
}
