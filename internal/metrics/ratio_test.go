package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestRequestsOfOnePersonCarryLessThanIndependentOnes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const people = 20_000
	group := make([]int, people)
	for _, c := range []struct {
		name   string
		shared bool // all ten requests of a person come out alike
		effect float64
	}{{"independent", false, 1}, {"alike", true, 10}} {
		sum, squares, count := make([]float64, people), make([]float64, people), make([]float64, people)
		for u := range people {
			v := float64(rng.IntN(2))
			for range 10 {
				if !c.shared {
					v = float64(rng.IntN(2))
				}
				sum[u], squares[u], count[u] = sum[u]+v, squares[u]+v*v, count[u]+1
			}
		}
		r := RatioOf(sum, squares, count, group, 0)
		if effect := r.Clustered / r.Naive; math.Abs(effect/c.effect-1) > 0.05 || math.Abs(r.Mean-0.5) > 0.02 {
			t.Errorf("%s: the design effect is %.2f, want %.0f, and the mean %.3f", c.name, effect, c.effect, r.Mean)
		}
	}
}

func TestWhatFadesFoolsAShortTestMoreThanALongOne(t *testing.T) {
	fade := func(days int) []float64 {
		out := make([]float64, days)
		for d := range out {
			out[d] = math.Pow(0.5, float64(d))
		}
		return out
	}
	none := StoppedByNovelty(t.Context(), Stop{Drift: make([]float64, 14)}, 4000, 1)
	if !none.Contains(0.05) {
		t.Errorf("with one look and no drift %v are significant, instead of 5%%", none)
	}
	long, short := StoppedByNovelty(t.Context(), Stop{Drift: fade(28)}, 4000, 1), StoppedByNovelty(t.Context(), Stop{Drift: fade(2)}, 4000, 1)
	peeked := StoppedByNovelty(t.Context(), Stop{Drift: fade(28), EveryLook: true}, 4000, 1)
	if long.Hi >= short.Lo || long.Hi >= peeked.Lo {
		t.Errorf("%v of long tests, %v of short ones and %v of those that are looked at daily are significant", long, short, peeked)
	}
}
