package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

func random(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// checkGradient compares an analytic gradient with central differences of loss. Weights are float32, so the
// difference is wide and the tolerance is relative to the whole gradient's size.
func checkGradient(t *testing.T, what string, w, g []float32, loss func() float64) {
	t.Helper()
	size := 0.0
	for _, v := range g {
		size = max(size, math.Abs(float64(v)))
	}
	if size == 0 {
		t.Errorf("%s: gradient is zero everywhere", what)
		return
	}
	const h = 1e-2
	for i := range w {
		was := w[i]
		w[i] = was + h
		up, hi := loss(), w[i]
		w[i] = was - h
		down, lo := loss(), w[i]
		w[i] = was
		num := (up - down) / float64(hi-lo)
		if math.Abs(num-float64(g[i])) > 0.01*size+1e-4 {
			t.Errorf("%s[%d]: gradient %.5f, by differences %.5f", what, i, g[i], num)
			return
		}
	}
}

func TestLayersAgainstFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows, in, hidden, out = 6, 5, 7, 4
	net := Net{NewDense(in, hidden, rng), &ReLU{}, NewDense(hidden, out, rng), &Unit{Width: out}}
	x, target := random(rng, rows*in), random(rng, rows*out)
	// loss = Σ y·target, so its gradient by y is target.
	loss := func() float64 {
		sum := 0.0
		for i, v := range net.Forward(x, rows) {
			sum += float64(v) * float64(target[i])
		}
		return sum
	}
	loss()
	dx := append([]float32(nil), net.Backward(target)...)
	for i, p := range net.Params() {
		checkGradient(t, []string{"W1", "b1", "W2", "b2"}[i], p.W, append([]float32(nil), p.G...), loss)
	}
	checkGradient(t, "x", x, dx, loss)
}

func TestApplyIsForwardOfOneRow(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	const rows, in, out = 3, 9, 4
	net := Net{NewDense(in, 21, rng), &ReLU{}, NewDense(21, out, rng), &Unit{Width: out}}
	x := random(rng, rows*in)
	want := net.Forward(x, rows)
	got, scratch := make([]float32, out), net.Scratch(in)
	for r := range rows {
		net.Apply(x[r*in:(r+1)*in], got, scratch)
		for j, v := range got {
			if math.Abs(float64(v-want[r*out+j])) > 1e-5 {
				t.Fatalf("row %d column %d: %g alone, %g in a batch", r, j, v, want[r*out+j])
			}
		}
	}
}

func TestContrastiveAgainstFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	const rows, cols, dim = 5, 7, 4
	cases := []struct {
		name string
		c    Contrastive
	}{
		{"plain", Contrastive{Dim: dim, Temperature: 0.7}},
		{"corrected for popularity", Contrastive{Dim: dim, Temperature: 0.7, LogQ: random(rng, cols)}},
		{"same labels masked", Contrastive{
			Dim: dim, Temperature: 0.7,
			RowLabel: []int32{1, 2, 1, 3, 4}, ColLabel: []int32{1, 2, 1, 3, 4, 4, 9},
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			u, v := random(rng, rows*dim), random(rng, cols*dim)
			dU, dV := make([]float32, len(u)), make([]float32, len(v))
			tc.c.Loss(u, v, rows, cols, 1, dU, dV)
			loss := func() float64 {
				return tc.c.Loss(u, v, rows, cols, 1, make([]float32, len(u)), make([]float32, len(v)))
			}
			checkGradient(t, "u", u, dU, loss)
			checkGradient(t, "v", v, dV, loss)
		})
	}
}

func TestSupervisedAgainstFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	const rows, dim = 6, 3
	labels := []int32{1, 1, 2, 2, 1, 3} // the last has no positive
	c := Contrastive{Dim: dim, Temperature: 0.6, RowLabel: labels, ColLabel: labels}
	z := random(rng, rows*dim)
	dZ := make([]float32, len(z))
	c.Supervised(z, rows, 1, dZ)
	checkGradient(t, "z", z, dZ, func() float64 { return c.Supervised(z, rows, 1, make([]float32, len(z))) })
}

func TestContrastiveByHand(t *testing.T) {
	// Two rows on the axes of a plane at τ = 1: each row's logits are 1 and 0.
	c := Contrastive{Dim: 2, Temperature: 1}
	u := []float32{1, 0, 0, 1}
	got := c.Loss(u, u, 2, 2, 1, make([]float32, 4), make([]float32, 4))
	if want := math.Log(1 + math.Exp(-1)); math.Abs(got-want) > 1e-6 {
		t.Errorf("loss %.7f, want log(1+1/e) = %.7f", got, want)
	}
	// With the same label for both there is no negative, so the loss is 0.
	c.RowLabel, c.ColLabel = []int32{4, 4}, []int32{4, 4}
	if got := c.Loss(u, u, 2, 2, 1, make([]float32, 4), make([]float32, 4)); math.Abs(got) > 1e-7 {
		t.Errorf("loss without negatives %g, want 0", got)
	}
}

func TestBCE(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 2))
	z, y, w := random(rng, 6), []float32{0, 1, 1, 0, 0.5, 1}, []float32{1, 2, 1, 0.5, 1, 3}
	dz := make([]float32, 6)
	BCE(z, y, w, dz)
	checkGradient(t, "z", z, dz, func() float64 { return BCE(z, y, w, make([]float32, 6)) })

	if got := BCE([]float32{0}, []float32{1}, nil, make([]float32, 1)); math.Abs(got-math.Ln2) > 1e-9 {
		t.Errorf("the loss of logit 0 is %g, want ln 2", got)
	}
	if got := BCE([]float32{-200, 200}, []float32{1, 0}, nil, make([]float32, 2)); math.Abs(got-200) > 1e-6 {
		t.Errorf("the loss of logits that are off by 200 is %g, want 200", got)
	}
}

func TestAdamFirstStepsByHand(t *testing.T) {
	// With a gradient that never changes, both corrected moments are the gradient: each step is Rate, whatever its size.
	p := NewParam(2)
	a := NewAdam(0.1)
	for range 3 {
		p.G[0], p.G[1] = 5, -0.002
		a.Step([]*Param{p})
	}
	for i, want := range []float64{-0.3, 0.3} {
		if math.Abs(float64(p.W[i])-want) > 1e-4 {
			t.Errorf("weight %d = %g after three steps, want %g", i, p.W[i], want)
		}
	}
	if p.G[0] != 0 {
		t.Error("the gradient was not cleared")
	}
}

func TestANetLearnsExclusiveOr(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 2))
	net := Net{NewDense(2, 16, rng), &ReLU{}, NewDense(16, 1, rng)}
	x, y := []float32{0, 0, 0, 1, 1, 0, 1, 1}, []float32{0, 1, 1, 0}
	adam, dz, loss := NewAdam(0.02), make([]float32, 4), 0.0
	for range 400 {
		loss = BCE(net.Forward(x, 4), y, nil, dz)
		net.Backward(dz)
		adam.Step(net.Params())
	}
	if loss > 0.02 {
		t.Errorf("loss %.3f after 400 steps, want under 0.02", loss)
	}
}
