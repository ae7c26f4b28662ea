package serving

import (
	"math"
	"math/rand/v2"
	"testing"

	"dryrun/internal/metrics"
)

func TestQueueMatchesTheory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	// M/D/1: the mean wait is ρ/(2(1 − ρ)) services. M/M/1: ρ/(1 − ρ).
	exponential := make([]float64, 20_000)
	for i := range exponential {
		exponential[i] = rng.ExpFloat64()
	}
	for _, c := range []struct {
		name    string
		service []float64
		load    float64
		wait    float64
	}{
		{"constant service at half load", []float64{1}, 0.5, 0.5},
		{"constant service at 80%", []float64{1}, 0.8, 2},
		{"exponential service at half load", exponential, 0.5, 1},
	} {
		q := simulate(c.service, c.load, rng)
		if got := metrics.Mean(q.waits) / metrics.Mean(c.service); math.Abs(got-c.wait) > 0.15*c.wait {
			t.Errorf("%s: mean wait %.3f services, %.3f by theory", c.name, got, c.wait)
		}
		if math.Abs(q.busy-c.load) > 0.03 {
			t.Errorf("%s: busy %.3f of the time", c.name, q.busy)
		}
	}
}

func TestACacheHitsMoreWhenItIsLarger(t *testing.T) {
	last := -1.0
	for _, size := range []int{0, 50, 500, 2500} {
		hits, age, _ := cached(size, rand.New(rand.NewPCG(1, 1)))
		if hits <= last || hits >= 1 || age < 0 || age > 24 {
			t.Errorf("a cache of %d hits %.3f after %.3f, %.2f hours old", size, hits, last, age)
		}
		last = hits
	}
}
