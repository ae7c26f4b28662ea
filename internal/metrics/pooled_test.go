package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestPooledMetricsAgreeWithThoseOverRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	probs, truths := make([][]float64, 30), make([][]bool, 30)
	var scores []float32
	var labels []bool
	for i := range probs {
		for range 20 {
			p := math.Round(rng.Float64()*50) / 50 // with ties
			l := rng.Float64() < p*p
			probs[i], truths[i] = append(probs[i], p), append(truths[i], l)
			scores, labels = append(scores, float32(p)), append(labels, l)
		}
	}
	all := NewPooled(probs, truths)
	everyone := make([]int, len(probs))
	for i := range everyone {
		everyone[i] = i
	}
	all.Draw(everyone)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"AUC", all.AUC(), AUC(scores, labels)},
		{"PR-AUC", all.PRAUC(), PRAUC(scores, labels)},
	} {
		if math.Abs(c.got-c.want) > 1e-6 {
			t.Errorf("%s is %.6f, %.6f over the rows", c.name, c.got, c.want)
		}
	}
	all.Draw([]int{0, 0, 0, 1})
	if a := all.AUC(); a < 0 || a > 1 {
		t.Errorf("AUC of a resample is %.3f", a)
	}
}

func TestPooledThresholdMetricsByHand(t *testing.T) {
	p := NewPooled([][]float64{{0.9, 0.8, 0.8, 0.3, 0.1}}, [][]bool{{true, true, false, false, true}})
	p.Draw([]int{0})
	near(t, "F1 at 0.8", p.F1(0.8), 2.0*2/(2*2+1+1), 1e-12)
	p = NewPooled([][]float64{{.8, .1}, {.6, .3}}, [][]bool{{true, false}, {true, false}})
	p.Draw([]int{0, 1})
	// Two bins: (.1, .3) with rate 0 is off by .2; (.6, .8) with rate 1 by .3.
	near(t, "calibration error", p.CalibrationError(2), 0.25, 1e-6)
}

func TestGiniOfOneTakerAndOfEqualShares(t *testing.T) {
	if g := Gini([]float64{1, 1, 1, 1}); g != 0 {
		t.Errorf("equal shares: %v", g)
	}
	if g := Gini([]float64{0, 0, 0, 8}); g != 0.75 { // (n−1)/n
		t.Errorf("one takes all of four: %v", g)
	}
	if s := TopShare([]float64{3, 1, 1, 5}); s != 0.5 {
		t.Errorf("the top one of four: %v", s)
	}
}

func TestAPairedLiftCancelsSharedNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 400
	a, b := Units{Num: make([]float64, n)}, Units{Num: make([]float64, n)}
	for i := range n {
		a.Num[i] = 1 + 10*rng.Float64() // units differ much, the arms by a tenth
		b.Num[i] = 1.1 * a.Num[i]
	}
	paired := PairedLift(t.Context(), a, b, 500, 1)
	near(t, "the lift", paired.Mean, 0.1, 1e-9)
	if paired.Hi-paired.Lo > 1e-6 { // independent arms would be about 0.08 apart
		t.Errorf("paired %+v", paired)
	}
	if none := PairedLift(t.Context(), Units{Num: make([]float64, 3)}, b, 10, 1); !math.IsNaN(none.Mean) {
		t.Errorf("over nothing: %+v", none)
	}
}

func TestASmallDifferenceNeedsManyUnits(t *testing.T) {
	near(t, "half a deviation", UnitsToSee(0.5, 1), 62.72, 0.01)
	near(t, "a tenth of that", UnitsToSee(0.05, 1)/UnitsToSee(0.5, 1), 100, 1e-9)
}

func TestMeansAndDeviationsByHand(t *testing.T) {
	near(t, "the mean of what is defined", Mean([]float64{1, math.NaN(), 3}), 2, 0)
	if !math.IsNaN(Mean(nil)) {
		t.Error("nothing has a mean")
	}
	mean, std := MeanStd([]float32{2, 4, 4, 4, 5, 5, 7, 9})
	near(t, "the mean", mean, 5, 0)
	near(t, "the deviation", std, 2, 0)
}
