package metrics

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestRankedListsByHand(t *testing.T) {
	// DCG@3 of 0,2,1 = 3/log2(3) + 1/log2(4) = 2.392789; the best order 2,1,1 gives 3 + 1/log2(3) + 1/2 = 4.130930.
	near(t, "NDCG@3", NDCG([]uint8{0, 2, 1}, []uint8{1, 2, 1}, 3), 2.392789/4.130930, 1e-6)
	near(t, "NDCG@1 of a miss", NDCG([]uint8{0, 2}, []uint8{2}, 1), 0, 0)
	near(t, "NDCG without a cut", NDCG([]uint8{2, 1}, []uint8{2, 1}, 0), 1, 1e-12)
	near(t, "NDCG of a short list", NDCG([]uint8{2}, []uint8{2, 2}, 10), 1/(1+1/math.Log2(3)), 1e-12)
	near(t, "NDCG without positives", NDCG([]uint8{0}, []uint8{0}, 5), math.NaN(), 0)
	near(t, "recall", Recall(3, 4), 0.75, 0)
	near(t, "recall of nothing", Recall(0, 0), math.NaN(), 0)
	near(t, "reciprocal rank", ReciprocalRank([]bool{false, false, true, true}), 1.0/3, 1e-12)
	near(t, "reciprocal rank of a miss", ReciprocalRank([]bool{false}), 0, 0)
	// Found at ranks 1 and 3 of three positives: (1 + 2/3 + 0)/3.
	near(t, "average precision", AveragePrecision([]bool{true, false, true}, 3), 5.0/9, 1e-12)
}

func TestNDCGDoesNotChangeItsInput(t *testing.T) {
	ideal := []uint8{0, 1, 2}
	NDCG([]uint8{2, 1, 0}, ideal, 3)
	if !slices.Equal(ideal, []uint8{0, 1, 2}) {
		t.Errorf("ideal became %v", ideal)
	}
}

func TestNDCGIsOneOnlyInIdealOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		grades := rapid.SliceOfN(rapid.Uint8Range(0, 4), 1, 20).Draw(t, "grades")
		grades[0] = max(grades[0], 1)
		list := rapid.Permutation(grades).Draw(t, "list")
		got := NDCG(list, grades, len(list))
		ordered := slices.IsSortedFunc(list, func(a, b uint8) int { return int(b) - int(a) })
		if got < 0 || got > 1+1e-12 || (math.Abs(got-1) < 1e-12) != ordered {
			t.Fatalf("NDCG(%v) = %v, ordered %v", list, got, ordered)
		}
	})
}

func TestClassifiersByHand(t *testing.T) {
	scores := []float32{0.9, 0.8, 0.8, 0.3, 0.1}
	labels := []bool{true, true, false, false, true}
	// Pairs of a positive above a negative: .9 beats both, .8 ties one and beats one, .1 beats none: 3.5 of 6.
	near(t, "AUC", AUC(scores, labels), 3.5/6, 1e-12)
	near(t, "AUC of one class", AUC(scores[:1], labels[:1]), math.NaN(), 0)
	// Thresholds .9 (1/1, +1/3), .8 (2/3, +1/3), .3 (2/4, +0), .1 (3/5, +1/3).
	near(t, "PR-AUC", PRAUC(scores, labels), (1+2.0/3+3.0/5)/3, 1e-12)
	recall, at := RecallAtPrecision(scores, labels, 0.95)
	near(t, "recall at 95% precision", recall, 1.0/3, 1e-12)
	near(t, "its threshold", float64(at), 0.9, 1e-6)
	near(t, "log loss", LogLoss([]float64{0.8, 0.4}, []bool{true, false}), -(math.Log(0.8)+math.Log(0.6))/2, 1e-12)
	near(t, "normalized entropy of the rate", NormalizedEntropy([]float64{.25, .25, .25, .25}, []bool{true, false, false, false}), 1, 1e-12)
	// Class 0: TP 1, FP 1, FN 0 → 2/3; class 1: TP 1, FP 0, FN 1 → 2/3; class 2 is neither present nor predicted.
	near(t, "macro F1", MacroF1([]int32{0, 0, 1}, []int32{0, 1, 1}, 3), 2.0/3, 1e-12)
}

func TestAUCOfNegatedScoresIsItsComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := append(rapid.SliceOfN(rapid.Bool(), 1, 60).Draw(t, "labels"), true, false)
		scores, negated := make([]float32, len(labels)), make([]float32, len(labels))
		for i := range scores {
			scores[i] = float32(rapid.IntRange(0, 9).Draw(t, "score")) // ties count half both ways
			negated[i] = -scores[i]
		}
		if sum := AUC(scores, labels) + AUC(negated, labels); math.Abs(sum-1) > 1e-9 {
			t.Fatalf("AUCs sum to %v", sum)
		}
	})
}

func TestBootstrapCoversTheMeanAndRepeats(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	held := 0
	const trials = 200
	for trial := range trials {
		values := make([]float64, 60)
		for i := range values {
			values[i] = 3 + rng.NormFloat64()
		}
		iv := Bootstrap(ctx, values, 300, uint64(trial))
		if iv.Contains(3) {
			held++
		}
		if trial == 0 && iv != Bootstrap(ctx, values, 300, 0) {
			t.Error("the same seed gave another interval")
		}
	}
	if share := float64(held) / trials; share < 0.88 || share > 0.99 {
		t.Errorf("95%% intervals held the mean in %.2f of trials", share)
	}
}

func TestPairedBootstrapCancelsSharedNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a, b := make([]float64, 200), make([]float64, 200)
	for i := range a {
		a[i] = 10 * rng.NormFloat64()
		b[i] = a[i] + 0.1 + 0.1*rng.NormFloat64()
	}
	iv := PairedBootstrap(context.Background(), a, b, 500, 1)
	if !iv.Contains(0.1) || iv.Contains(0) || iv.Hi-iv.Lo > 0.05 {
		t.Errorf("interval %+v", iv)
	}
}

func TestCanceledBootstrapHasNoInterval(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	iv := Bootstrap(ctx, []float64{1, 2}, 1000, 1)
	if iv.Mean != 1.5 || !math.IsNaN(iv.Lo) || !math.IsNaN(iv.Hi) {
		t.Errorf("interval %+v", iv)
	}
}

func TestWilsonByHand(t *testing.T) {
	iv := Wilson(8, 10) // Newcombe 1998's method 3
	near(t, "lo", iv.Lo, 0.4901625, 1e-6)
	near(t, "hi", iv.Hi, 0.9433178, 1e-6)
	if none := Wilson(0, 20); none.Lo != 0 || none.Hi < 0.1 || none.Hi > 0.2 {
		t.Errorf("of none: %+v", none)
	}
}

func TestOnlineStatistics(t *testing.T) {
	near(t, "queries per arm", QueriesPerArm(0.03, 0.05, 0.05, 0.8), 207937, 100)
	near(t, "queries per arm of an impossible rate", QueriesPerArm(0.9, 0.5, 0.05, 0.8), math.NaN(), 0)
	peek := PeekingFalsePositive(context.Background(), 5, 0.05, 20000, 1)
	near(t, "false positives of five looks", peek.Mean, 0.142, 0.012)
	near(t, "false positives of one look", PeekingFalsePositive(context.Background(), 1, 0.05, 20000, 1).Mean, 0.05, 0.006)
}

func TestDrift(t *testing.T) {
	// Two bins at the median: (.5, .5) against (.25, .75) is .25·ln 2 + .25·ln 1.5 without smoothing.
	base, moved := make([]float64, 4000), make([]float64, 4000)
	for i := range base {
		base[i] = float64(i)
		moved[i] = float64(i)
		if i < 1000 {
			moved[i] = 3500
		}
	}
	near(t, "PSI", PSI(base, moved, 2), 0.25*math.Log(2)+0.25*math.Log(1.5), 1e-3)
	near(t, "PSI of the same", PSI(base, base, 10), 0, 1e-12)
	near(t, "PSI of a constant", PSI([]float64{1, 1, 1}, []float64{1, 1}, 10), 0, 1e-12)
	d, p := KS(base, base)
	near(t, "KS of the same", d, 0, 0)
	near(t, "its p", p, 1, 1e-9)
	d, p = KS(base, moved)
	near(t, "KS distance", d, 0.25, 1e-3)
	near(t, "its p", p, 0, 1e-9)
	near(t, "Kolmogorov's 5% point", kolmogorov(1.3581), 0.05, 1e-4)
}

func TestPSIIsNotNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.SliceOfN(rapid.Float64Range(-3, 3), 1, 50)
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		if v := PSI(a, b, rapid.IntRange(1, 12).Draw(t, "bins")); !(v >= 0) || math.IsInf(v, 0) {
			t.Fatalf("PSI %v", v)
		}
		if v := PSI(a, a, 10); math.Abs(v) > 1e-12 {
			t.Fatalf("PSI of the same sample %v", v)
		}
	})
}

func TestQuantileByHand(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	near(t, "median", Quantile(values, 0.5), 2.5, 1e-12)
	near(t, "p90", Quantile(values, 0.9), 3.7, 1e-12)
	near(t, "max", Quantile(values, 1), 4, 0)
	near(t, "of nothing", Quantile(nil, 0.5), math.NaN(), 0)
}

func TestGrowthFindsTheFormAndExtrapolatesIt(t *testing.T) {
	sizes := []float64{1e4, 3e4, 1e5, 3e5, 1e6}
	noise := []float64{1.02, 0.98, 1.01, 0.97, 1.02}
	for _, form := range []string{Linear, Logarithmic} {
		truth := func(n float64) float64 {
			if form == Linear {
				return 0.05 + 4e-5*n
			}
			return 0.1 + 0.05*math.Log(n)
		}
		medians := make([]float64, len(sizes))
		for i, n := range sizes {
			medians[i] = truth(n) * noise[i]
		}
		g := FitGrowth(sizes, medians)
		if g.Form != form || g.Residual >= g.Other {
			t.Errorf("%s growth was fitted as %s (%.3f against %.3f)", form, g.Form, g.Residual, g.Other)
		}
		mid, lo, hi := g.At(1e8)
		if want := truth(1e8); want < lo || want > hi || lo >= mid || hi <= mid || math.Abs(mid/want-1) > 0.1 {
			t.Errorf("%s growth at 1e8: %v [%v, %v], want %v", form, mid, lo, hi, want)
		}
	}
}

func TestTheIntervalOfAMeanIsStudents(t *testing.T) {
	// Mean 3, deviation 1.5811, t(4) 2.7764: 2.7764 * 1.5811 / sqrt(5) = 1.9632.
	got := MeanInterval([]float64{1, 2, 3, 4, 5})
	if math.Abs(got.Lo-1.0368) > 1e-3 || math.Abs(got.Hi-4.9632) > 1e-3 || got.Mean != 3 {
		t.Errorf("%+v", got)
	}
	if one := MeanInterval([]float64{7}); one.Mean != 7 || !math.IsNaN(one.Lo) || !math.IsNaN(one.Hi) {
		t.Errorf("one value has the interval %+v", one)
	}
	if same := MeanInterval([]float64{2, 2, 2}); same.Lo != 2 || same.Hi != 2 {
		t.Errorf("equal values have the interval %+v", same)
	}
}
