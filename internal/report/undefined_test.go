package report

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

func TestAGuardedReportHoldsOnlyNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	s := &Step{
		Metrics: map[string]float64{
			"auc": nan, "mrr": 0.5, "mrr_lo": 0.5, "mrr_hi": 0.5, "f1": 0.4, "f1_lo": 0.3, "f1_hi": 0.5, "pr_auc": 0.1, "pr_auc_lo": nan,
		},
		Timings: map[string]float64{"speedup": inf, "p50_ms": 1},
		Blocks: []Block{{
			Kind: Table, Rows: []Row{{Metric{"auc"}, Num(nan)}, {Metric{"mrr"}, Num(0.5)}},
			Series: []Series{{X: []float64{1, 2, nan, 4}, Y: []float64{1, nan, 3, 4}, Marks: []int{0, 1, 3}}},
		}},
	}
	s.Miss("auc", "every candidate is relevant")
	s.Guard()
	if len(s.Metrics) != 5 || len(s.Timings) != 1 {
		t.Errorf("left are %v and %v", s.Metrics, s.Timings)
	}
	want := []string{"auc", "mrr_lo", "pr_auc_lo", "speedup"}
	var got []string
	for _, m := range s.Missing {
		got = append(got, m.Metric)
	}
	if !slices.Equal(got, want) || s.Missing[0].Why != "every candidate is relevant" {
		t.Errorf("missing are %+v", s.Missing)
	}
	b := s.Blocks[0]
	if b.Rows[0][1] != missingCell || b.Rows[1][1] != Num(0.5) {
		t.Errorf("rows %v", b.Rows)
	}
	if x := b.Series[0]; !slices.Equal(x.X, []float64{1, 4}) || !slices.Equal(x.Y, []float64{1, 4}) || !slices.Equal(x.Marks, []int{0, 1}) {
		t.Errorf("series %+v", x)
	}
	if _, err := json.Marshal(s); err != nil {
		t.Error(err)
	}
}

func TestAnIntervalOfNoWidthIsNotWritten(t *testing.T) {
	if got := Interval(0.306, 0.306, 0.306).String(); got != "0.306" {
		t.Error(got)
	}
	if got := Change(math.NaN()).String(); got != "missing" {
		t.Error(got)
	}
}
