package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// chances draws rows of small chances that come true as often as they say, times a factor for the top percent.
func chances(n int, factor float64) (probs []float64, labels []bool) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range n {
		p := 0.3 * math.Pow(rng.Float64(), 8)
		truth := p
		if p > 0.27 {
			truth *= factor
		}
		probs, labels = append(probs, p), append(labels, rng.Float64() < truth)
	}
	return probs, labels
}

func TestReliabilityShowsWhereAChanceIsWrong(t *testing.T) {
	probs, labels := chances(50_000, 1)
	bins := Reliability(probs, labels, 10)
	if len(bins) != 10 {
		t.Fatalf("%d bins", len(bins))
	}
	rows, outside := 0, 0
	for i, b := range bins {
		rows += b.N
		if !b.Observed.Contains(b.Predicted) {
			outside++
		}
		if i > 0 && b.Predicted < bins[i-1].Predicted {
			t.Errorf("bin %d predicts less than the one before", i)
		}
	}
	if rows != len(probs) || outside > 2 {
		t.Errorf("%d of %d rows, %d bins off though every chance is right", rows, len(probs), outside)
	}
	probs, labels = chances(50_000, 2)
	top, ok := TopReliability(probs, labels, 0.01)
	if !ok || top.N != 500 || top.Observed.Contains(top.Predicted) || top.Observed.Mean < 1.6*top.Predicted {
		t.Errorf("the top percent comes true twice as often as predicted: %+v", top)
	}
	if _, ok := TopReliability(nil, nil, 0.01); ok {
		t.Error("no rows have a top percent")
	}
}

func TestTheBestThresholdIsThatOfTheHighestF1(t *testing.T) {
	probs, labels := chances(2000, 1)
	threshold, best := BestThreshold(probs, labels)
	f1At := func(limit float64) float64 {
		tp, fp, fn := 0, 0, 0
		for i, p := range probs {
			switch called := p >= limit; {
			case called && labels[i]:
				tp++
			case called:
				fp++
			case labels[i]:
				fn++
			}
		}
		return f1(tp, fp, fn)
	}
	if got := f1At(threshold); math.Abs(got-best) > 1e-12 || best == 0 {
		t.Errorf("F1 at %v is %v, not %v", threshold, got, best)
	}
	for _, p := range probs {
		if f1At(p) > best+1e-12 {
			t.Fatalf("the threshold %v gives %v, more than %v", p, f1At(p), best)
		}
	}
	if th, f := BestThreshold([]float64{0.5}, []bool{false}); !math.IsNaN(th) || !math.IsNaN(f) {
		t.Errorf("without positives: %v, %v", th, f)
	}
	if th, f := BestThreshold([]float64{0.2, 0.2, 0.2}, []bool{true, false, false}); th != 0.2 || f != 0.5 {
		t.Errorf("ties are called together: %v, %v", th, f)
	}
}
