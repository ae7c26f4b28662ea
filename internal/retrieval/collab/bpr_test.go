package collab

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
)

// auc is the share of pairs of a held-out item and one never engaged with that the model puts in the right order.
func auc(d heldOut, f *Factors) float64 {
	right, n := 0.0, 0
	for _, q := range d.tests {
		for _, i := range d.later[q.User] {
			for j := range int32(d.h.Items) {
				if slices.Contains(q.Filter.Except, j) || slices.Contains(d.later[q.User], j) {
					continue
				}
				n++
				switch a, b := scoreOf(f, q.User, i), scoreOf(f, q.User, j); {
				case a > b:
					right++
				case a == b:
					right += 0.5
				}
			}
		}
	}
	return right / float64(n)
}

func TestBPRLearnsTheOrder(t *testing.T) {
	d := tastes(200, 5, 30, 15)
	before := 0.5
	for _, epochs := range []int{4, 20, 60} {
		f, err := TrainBPR(t.Context(), d.h, BPROptions{Factors: 16, Epochs: epochs}, nil)
		if err != nil {
			t.Fatal(err)
		}
		after := auc(d, f)
		if after < before+0.02 {
			t.Errorf("AUC on held-out items after %d epochs %.3f, before %.3f", epochs, after, before)
		}
		before = after
		if last := len(f.Loss) - 1; len(f.Loss) != epochs || f.Loss[last] >= f.Loss[0] || f.Loss[0] > math.Ln2+0.01 {
			t.Errorf("losses %v: want %d, falling from about ln 2", f.Loss, epochs)
		}
	}
	if before < 0.8 {
		t.Errorf("AUC on held-out items %.3f, want at least 0.8", before)
	}
}

// One step moves every parameter by the rate against the gradient of −ln σ(x̂) + λ/2·‖Θ‖², taken by differences.
func TestBPRStepIsTheGradient(t *testing.T) {
	const rate, reg = 0.01, 0.3
	h := historyFrom(2, 3, []event{{0, 1, 0}, {1, 2, 0}})
	b := newBPR(t.Context(), h, BPROptions{Factors: 4, Epochs: 1, Rate: rate, Reg: reg})
	rng := rand.New(rand.NewPCG(6, 1))
	for _, w := range [][]float32{b.f.User, b.f.Item, b.f.Bias} {
		copy(w, retrievaltest.Gaussian(rng, 1, len(w)))
	}
	const u, i, j = 0, 1, 2
	loss := func() float64 {
		x := float64(scoreOf(&b.f, u, i) - scoreOf(&b.f, u, j))
		size := lengthSq(b.f.user(u)) + lengthSq(b.f.item(i)) + lengthSq(b.f.item(j)) +
			float64(b.f.Bias[i]*b.f.Bias[i]+b.f.Bias[j]*b.f.Bias[j])
		return math.Log1p(math.Exp(-x)) + reg/2*size
	}
	var want []float64
	params := [][]float32{b.f.User, b.f.Item, b.f.Bias}
	for _, w := range params {
		for k, was := range w {
			w[k] = was + 0.01
			up := loss()
			w[k] = was - 0.01
			down := loss()
			w[k] = was
			want = append(want, float64(was)-rate*(up-down)/0.02)
		}
	}
	x := float64(scoreOf(&b.f, u, i) - scoreOf(&b.f, u, j))
	if got, want := b.learn(u, i, j), math.Log1p(math.Exp(-x)); math.Abs(got-want) > 1e-5 {
		t.Errorf("loss %.6f before the step, want %.6f", got, want)
	}
	n := 0
	for _, w := range params {
		for k, got := range w {
			if math.Abs(float64(got)-want[n]) > 2e-5 {
				t.Errorf("parameter %d is %.6f, want %.6f", k, got, want[n])
			}
			n++
		}
	}
}

func TestBPRRepeats(t *testing.T) {
	d := tastes(60, 3, 20, 10)
	for _, popular := range []bool{false, true} {
		o := BPROptions{Factors: 8, Epochs: 3, Seed: 1, Popular: popular}
		a, err1 := TrainBPR(t.Context(), d.h, o, nil)
		b, err2 := TrainBPR(t.Context(), d.h, o, nil)
		o.Seed = 2
		c, err3 := TrainBPR(t.Context(), d.h, o, nil)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		if !slices.Equal(a.User, b.User) || !slices.Equal(a.Item, b.Item) || !slices.Equal(a.Bias, b.Bias) {
			t.Error("the same seed learned other factors")
		}
		if slices.Equal(a.User, c.User) {
			t.Error("another seed learned the same factors")
		}
	}
}

// Negatives are never the user's own; even ones come evenly, popular ones by how often they were engaged with; a user
// who has engaged with everything has none.
func TestBPRNegatives(t *testing.T) {
	h := historyFrom(4, 4, []event{{0, 0, 0}, {1, 1, 0}, {2, 1, 0}, {1, 2, 0}, {3, 0, 0}, {3, 1, 0}, {3, 2, 0}, {3, 3, 0}})
	for _, tc := range []struct {
		name    string
		popular bool
		want    [4]float64 // shares for user 0, who has item 0
	}{
		{"even", false, [4]float64{0, 1. / 3, 1. / 3, 1. / 3}},
		{"popular", true, [4]float64{0, 3. / 6, 2. / 6, 1. / 6}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBPR(t.Context(), h, BPROptions{Factors: 1, Popular: tc.popular})
			var got [4]float64
			for range 20000 {
				j, found := b.negative(0)
				if !found {
					t.Fatal("none was found")
				}
				got[j] += 1. / 20000
			}
			for j, want := range tc.want {
				if math.Abs(got[j]-want) > 0.02 {
					t.Errorf("item %d is %.3f of the negatives, want %.3f", j, got[j], want)
				}
			}
			if j, found := b.negative(3); found {
				t.Errorf("item %d for a user who has them all", j)
			}
		})
	}
}
