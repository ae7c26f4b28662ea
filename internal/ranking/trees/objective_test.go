package trees

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
)

func TestDerivativesAgreeWithFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	d := &ranking.Dataset{Columns: rankingtest.Columns(1), Y: make([]float32, 40), Weight: make([]float32, 40)}
	score := make([]float64, 40)
	for i := range score {
		d.Y[i], d.Weight[i], score[i] = float32(rng.IntN(2)), float32(1+rng.IntN(3)), 2*rng.NormFloat64()
	}
	total := 0.0
	for i := range d.Y {
		total += d.RowWeight(i)
	}
	for name, obj := range map[string]objective{"logistic": logisticLoss{}, "squared": squaredLoss{}, "pinball": pinballLoss{0.8}} {
		g, h := make([]float32, 40), make([]float32, 40)
		if err := obj.gradients(context.Background(), d, score, g, h); err != nil {
			t.Fatal(err)
		}
		const step = 1e-3
		for i := range score {
			at := score[i]
			middle := total * obj.loss(d, score)
			score[i] = at + step
			up := total * obj.loss(d, score)
			score[i] = at - step
			down := total * obj.loss(d, score)
			score[i] = at
			if slope := (up - down) / (2 * step); math.Abs(slope-float64(g[i])) > 1e-4 {
				t.Errorf("%s row %d: g %v, slope %v", name, i, g[i], slope)
			}
			// The pinball loss has no curvature; its h is a step size and not a derivative.
			if bend := (up + down - 2*middle) / (step * step); name != "pinball" && math.Abs(bend-float64(h[i])) > 1e-3 {
				t.Errorf("%s row %d: h %v, curvature %v", name, i, h[i], bend)
			}
		}
	}
}

func TestLambdasOfOnePairByHand(t *testing.T) {
	// The grade 1 row is ranked second by a margin of 1. |ΔNDCG| = (1 − 0)·(1 − 1/log2 3)/1 = .36907, over .01 + 1 is
	// .365416; ρ = 1/(1 + e⁻¹) = .731059, λ = .267141. The request's scale is log2(1 + 2λ)/2λ = .617688/.534282.
	d := &ranking.Dataset{Columns: rankingtest.Columns(1), Y: []float32{0, 1}, Group: []int32{2}}
	g, h := make([]float32, 2), make([]float32, 2)
	l := newLambdaLoss(30, 1)
	l.start(d)
	if err := l.gradients(context.Background(), d, []float64{1, 0}, g, h); err != nil {
		t.Fatal(err)
	}
	factor := math.Log2(1+2*0.267141) / (2 * 0.267141)
	for _, c := range []struct{ got, want float64 }{
		{float64(g[0]), 0.267141 * factor},
		{float64(g[1]), -0.267141 * factor},
		{float64(h[0]), 0.267141 * (1 - 0.731059) * factor},
		{float64(h[1]), 0.267141 * (1 - 0.731059) * factor},
	} {
		if math.Abs(c.got-c.want) > 1e-4 {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestLambdasAreTheGradientOfTheirPairwiseLoss(t *testing.T) {
	// With the order and ΔNDCG held fixed, λ is the slope of Σ |ΔNDCG|·ln(1 + e^−(s_i − s_j)) over pairs with grade_i >
	// grade_j, and h its curvature.
	y := []float32{2, 0, 1, 0, 3, 1}
	score := []float64{0.4, 0.9, -0.2, 0.1, 0.3, -0.7}
	r := request{truncation: 3, discount: make([]float64, 6), curve: newLambdaLoss(3, 1).curve}
	for i := range r.discount {
		r.discount[i] = 1 / math.Log2(float64(i)+2)
	}
	g, h := make([]float32, 6), make([]float32, 6)
	best := (7 + 3/math.Log2(3) + 1.0/2) // of grades 3, 2, 1
	r.lambdas(y, score, best, g, h)      // leaves the unscaled lambdas in order of rank behind
	gain := r.gain
	ranked := append([]float64(nil), r.score...)
	loss := func(s []float64) float64 {
		sum := 0.0
		for i := range s {
			for j := range s {
				if gain[i] > gain[j] && min(i, j) < r.truncation {
					delta := (gain[i] - gain[j]) * math.Abs(r.discount[i]-r.discount[j]) / best / (0.01 + math.Abs(ranked[i]-ranked[j]))
					sum += delta * math.Log1p(math.Exp(s[j]-s[i]))
				}
			}
		}
		return sum
	}
	const step = 1e-4
	s := append([]float64(nil), ranked...)
	for i := range s {
		s[i] = ranked[i] + step
		up := loss(s)
		s[i] = ranked[i] - step
		down := loss(s)
		s[i] = ranked[i]
		slope, bend := (up-down)/(2*step), (up+down-2*loss(s))/(step*step)
		if math.Abs(slope-r.g[i]) > 1e-5 || math.Abs(bend-r.h[i]) > 1e-4 {
			t.Errorf("rank %d: λ %v for %v, curvature %v for %v", i, r.g[i], slope, r.h[i], bend)
		}
	}
}

func TestLambdaLossIsOneLessNDCG(t *testing.T) {
	d := &ranking.Dataset{Columns: rankingtest.Columns(1), Y: []float32{0, 2, 1, 0, 0}, Group: []int32{3, 2}}
	// The first request is ordered 0, 2, 1; the second has no positive and doesn't count.
	want := 1 - (3/math.Log2(3)+1.0/2)/(3+1/math.Log2(3))
	if got := (&lambdaLoss{}).loss(d, []float64{3, 2, 1, 1, 2}); math.Abs(got-want) > 1e-12 {
		t.Errorf("loss %v, want %v", got, want)
	}
}
