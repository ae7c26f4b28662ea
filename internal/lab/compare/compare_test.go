package compare

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// ran is a report of a metric measured on values, one per request of the list called same.
func ran(metric string, same uint64, values []float64) *report.Step {
	all := make([]int, len(values))
	for i := range all {
		all[i] = i
	}
	return &report.Step{
		Metrics: map[string]float64{metric: metrics.MeanAt(values, all)}, Timings: map[string]float64{},
		Samples: map[string]report.Sample{metric: {
			Unit: "requests", Same: same, N: len(values), Of: func(idx []int) float64 { return metrics.MeanAt(values, idx) },
		}},
	}
}

// requests draws values that differ much from request to request, and the same values moved by shift and a little noise.
func requests(seed uint64, n int, shift float64) (a, b []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		v := rng.Float64()
		a, b = append(a, v+shift+0.05*rng.NormFloat64()), append(b, v)
	}
	return a, b
}

func TestBetterIsSaidOnlyOutsideThePairedInterval(t *testing.T) {
	for _, c := range []struct {
		name   string
		metric string
		shift  float64
		want   report.Outcome
	}{
		{"a gain that pairing shows", "ndcg_at_10", 0.02, report.Better},
		{"a loss", "ndcg_at_10", -0.02, report.Worse},
		{"a gain of what should be low", "calibration_error", 0.02, report.Worse},
		{"noise", "ndcg_at_10", 0.0005, report.CantTell},
		{"a clear difference that is neither", "ctr_position_ratio", 0.02, report.Differs},
	} {
		a, b := requests(3, 400, c.shift)
		v := Metrics(t.Context(), ran(c.metric, 7, a), c.metric, ran(c.metric, 7, b), c.metric)
		if v.Outcome != c.want || !v.HasInterval || v.Units != "400 requests" {
			t.Errorf("%s: %+v, want %s", c.name, v, c.want)
		}
	}
	// unpaired, requests that differ by 0.3 hide a gain of 0.02
	a, b := requests(3, 400, 0.02)
	if i := apart(t.Context(), ran("mrr", 1, a).Samples["mrr"], ran("mrr", 2, b).Samples["mrr"], 1); i.Lo > 0 {
		t.Errorf("without pairing the gain is as clear: %+v", i)
	}
}

// Two runs that differ by nothing but noise are called different by about one comparison in twenty.
func TestAVerdictIsWrongAboutOnceInTwentyTimes(t *testing.T) {
	wrong := 0
	const seeds = 200
	for seed := range uint64(seeds) {
		a, b := requests(seed, 200, 0)
		if Metrics(t.Context(), ran("mrr", 7, a), "mrr", ran("mrr", 7, b), "mrr").IsClear() {
			wrong++
		}
	}
	if wrong < 2 || wrong > 22 {
		t.Errorf("%d of %d comparisons of the same thing find a difference", wrong, seeds)
	}
}

func TestWhatCantBeComparedSaysWhy(t *testing.T) {
	a, b := requests(3, 400, 0.3)
	bare := &report.Step{
		Metrics: map[string]float64{"mrr": 0.9}, Missing: []report.Missing{{Metric: "auc", Why: "every candidate is relevant"}},
	}
	for _, c := range []struct {
		name         string
		yours, other *report.Step
		metric       string
		why          string
	}{
		{"other requests", ran("mrr", 7, a), ran("mrr", 8, b), "mrr", "different requests"},
		{"fewer requests", ran("mrr", 7, a), ran("mrr", 7, b[:300]), "mrr", "different requests"},
		{"no sample", ran("mrr", 7, a), bare, "mrr", "no interval"},
		{"missing", ran("auc", 7, a), bare, "auc", "the other run lacks it: every candidate is relevant"},
		{"too few", ran("mrr", 7, a[:4]), ran("mrr", 7, b[:4]), "mrr", "only 4 requests"},
	} {
		v := Metrics(t.Context(), c.yours, c.metric, c.other, c.metric)
		if v.IsClear() || !strings.Contains(v.Why, c.why) {
			t.Errorf("%s: %+v", c.name, v)
		}
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCountsNeedNoInterval(t *testing.T) {
	size := func(mb float64) *report.Step { return &report.Step{Timings: map[string]float64{"index_mb": mb}} }
	if v := Metrics(t.Context(), size(10), "index_mb", size(12), "index_mb"); v.Outcome != report.Better || v.HasInterval || v.Timing {
		t.Errorf("%+v", v)
	}
	if v := Metrics(t.Context(), size(10), "index_mb", size(10), "index_mb"); v.Outcome != report.Alike {
		t.Errorf("%+v", v)
	}
}

func TestATimingNeedsATenthAndAnInterval(t *testing.T) {
	timed := func(scale float64) *report.Step {
		rng := rand.New(rand.NewPCG(5, 5))
		values := make([]float64, 300)
		for i := range values {
			values[i] = scale * (1 + 0.1*rng.Float64())
		}
		r := ran("p50_ms", 7, values)
		r.Metrics, r.Timings = nil, r.Metrics
		return r
	}
	for scale, want := range map[float64]report.Outcome{1.05: report.CantTell, 1.5: report.Worse, 0.5: report.Better} {
		if v := Metrics(t.Context(), timed(scale), "p50_ms", timed(1), "p50_ms"); v.Outcome != want || !v.Timing {
			t.Errorf("%g times: %+v, want %s", scale, v, want)
		}
	}
	fitted := func(mid, half float64) *report.Step {
		return &report.Step{Timings: map[string]float64{
			"target_two_stages_ms": mid, "target_two_stages_ms_lo": mid - half, "target_two_stages_ms_hi": mid + half,
		}}
	}
	if v := Metrics(t.Context(), fitted(3, 1), "target_two_stages_ms", fitted(2, 1), "target_two_stages_ms"); v.Outcome != report.CantTell {
		t.Errorf("overlapping fits: %+v", v)
	}
	if v := Metrics(t.Context(), fitted(9, 1), "target_two_stages_ms", fitted(2, 1), "target_two_stages_ms"); v.Outcome != report.Worse {
		t.Errorf("fits far apart: %+v", v)
	}
}

func TestTwoRunsAreComparedByTheWorldsMeasureFirst(t *testing.T) {
	a, b := requests(3, 400, 0.3)
	yours, other := ran("mrr", 7, a), ran("mrr", 7, b)
	for _, r := range []*report.Step{yours, other} {
		r.Setup.Quality = "ndcg_at_10"
		r.Samples["ndcg_at_10"] = ran("ndcg_at_10", 7, b).Samples["ndcg_at_10"]
		for _, id := range []string{"quality", "ndcg_at_10", "ndcg_at_10_lo", "ndcg_at_10.als"} {
			r.Metrics[id] = 0.5
		}
	}
	other.Metrics["ndcg_at_10"] = 0.4999 // less than the requests can tell
	yours.Metrics["only_here"] = 1
	c := Steps(t.Context(), yours, other)
	var ids []string
	for _, v := range c.Verdicts {
		ids = append(ids, v.Metric)
	}
	if got := strings.Join(ids, " "); got != "ndcg_at_10 mrr" || c.Quality != "ndcg_at_10" {
		t.Errorf("compared %s", got)
	}
	if v, ok := c.VerdictOn("mrr"); !ok || v.Outcome != report.Better || math.Abs(v.Difference-0.3) > 0.02 {
		t.Errorf("%+v", v)
	}
}
