package sim

import (
	"math"
	"slices"
	"testing"

	"dryrun/internal/problem"
)

func TestPastSuccessIsWrittenAsTheKnobSays(t *testing.T) {
	had := Tally{Impressions: 2, Clicks: 1, Successes: 1}
	for _, c := range []struct {
		as            problem.Rates
		counts, rates []float32
	}{
		{problem.SmoothedRates, []float32{9, 9, 9}, []float32{1.7 / 12, 1.3 / 12}},
		{problem.RawRates, []float32{0, 0, 0}, []float32{0.5, 0.5}},
		{problem.CountsAlone, []float32{9, 9, 9}, []float32{0, 0}},
		{problem.NoRates, []float32{0, 0, 0}, []float32{0, 0}},
	} {
		counts, rates := []float32{9, 9, 9}, make([]float32, 2)
		rates[0], rates[1] = had.Rates(7, 3)
		WriteRates(c.as, had, counts, rates)
		near := func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 }
		if !slices.Equal(counts, c.counts) || !slices.EqualFunc(rates, c.rates, near) {
			t.Errorf("%s: counts %v, rates %v", c.as, counts, rates)
		}
	}
	rates := []float32{1}
	if WriteRates(problem.RawRates, Tally{}, make([]float32, 3), rates); rates[0] != 0 {
		t.Errorf("an item that was never shown has the rate %v", rates[0])
	}
}
