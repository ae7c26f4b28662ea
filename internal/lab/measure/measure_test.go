package measure

import (
	"math"
	"slices"
	"testing"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

func empty() *Run {
	return &Run{Report: &report.Step{Metrics: map[string]float64{}, Timings: map[string]float64{}}}
}

func TestAReportHoldsNoNumberThatIsNone(t *testing.T) {
	r := empty()
	r.Metric("auc", math.NaN())
	r.Timing("speedup", math.Inf(1))
	r.Metric("auc", math.NaN())
	r.Interval("mrr", metrics.Interval{Mean: 0.5, Lo: math.NaN(), Hi: math.NaN()})
	r.Interval("f1", metrics.Interval{Mean: 0.5, Lo: 0.4, Hi: 0.6})
	if len(r.Report.Timings) != 0 || len(r.Report.Missing) != 2 {
		t.Errorf("timings %v, missing %v", r.Report.Timings, r.Report.Missing)
	}
	for id, want := range map[string]bool{"auc": false, "mrr": true, "mrr_lo": false, "f1_lo": true, "f1_hi": true} {
		if _, ok := r.Report.Metrics[id]; ok != want {
			t.Errorf("%s is reported: %v", id, ok)
		}
	}
	if n := r.Reported("f1"); !n.HasInterval || n.Hi != 0.6 {
		t.Errorf("F1 is told as %s", n)
	}
}

func TestWhatADataSetLacksIsMissingInTheStepsThatWouldYieldIt(t *testing.T) {
	r := empty()
	r.Config.World.Kind, r.Step = "images", "evaluation"
	r.Pipeline = &build.Pipeline{Problem: &problem.Problem{Missing: map[string]string{"retention_lift": "nobody returns", "gini": "no log"}}}
	r.Finish()
	if len(r.Report.Missing) != 1 || r.Report.Missing[0].Metric != "retention_lift" {
		t.Errorf("missing are %v", r.Report.Missing)
	}
}

func TestAnIndexIsAsGoodAsItsShareOfAnExactScan(t *testing.T) {
	rows := []float32{1, 0, 0.9, 0.1, 0, 1, 0.1, 0.9}
	exact := retrieval.NewExact(rows, 2)
	half := retrieval.NewSubset(retrieval.NewExact(rows[:4], 2), []int32{0, 1})
	queries := []problem.Query{{Vec: []float32{1, 0}}, {Vec: []float32{0, 1}}}
	b := build.New(build.Options{Workers: 1})
	for _, c := range []struct {
		index retrieval.Retriever
		want  float64
	}{{exact, 1}, {half, 0.5}} {
		if got, err := IndexRecall(t.Context(), b, c.index, exact, queries, 2); err != nil || got != c.want {
			t.Errorf("recall %v, %v; want %v", got, err, c.want)
		}
	}
}

func TestAPolicyOrdersByItsModelWithoutTheColumnsThatItDoesNotRead(t *testing.T) {
	groups := []problem.FeatureGroup{{ID: "a", Columns: []string{"a"}}, {ID: catalog.LoggedGroup, Columns: []string{"b"}}}
	candidates := []problem.Candidate{{Item: 1}, {Item: 2}, {Item: 3}}
	rows := []float32{0, 3, 0, 1, 0, 2}
	order := func(p Policy) []int32 {
		var items []int32
		for _, c := range p.Order(candidates, rows, 2) {
			items = append(items, c.Item)
		}
		return items
	}
	score := ColumnScore{Column: 1, Width: 2}
	if got := order(Policy{Model: score}); !slices.Equal(got, []int32{1, 3, 2}) {
		t.Errorf("by the second column: %v", got)
	}
	if got := order(Policy{}); !slices.Equal(got, []int32{1, 2, 3}) {
		t.Errorf("without a model: %v", got)
	}
	blank := build.Columns{}.Without(groups, catalog.LoggedGroup)
	for _, c := range (Policy{Model: score, Blank: blank}).Order(candidates, rows, 2) {
		if c.Score != 0 {
			t.Errorf("a column that isn't read scores %v", c.Score)
		}
	}
	if rows[1] != 3 {
		t.Error("the rows were changed")
	}
}

func TestAListIsJudgedByItsOwnGrades(t *testing.T) {
	var truth ListTruth
	truth.Add(2, 1)
	truth.Add(5, 3)
	g := truth.Of(&problem.Query{})
	if g.Truth.Grade(g.Query, 5) != 3 || g.Truth.Grade(g.Query, 3) != 0 || len(g.Positives) != 2 || g.Positives[0].Item != 5 {
		t.Errorf("%+v", g.Positives)
	}
}
