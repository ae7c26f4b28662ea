package nn

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

func TestCrossAgainstFiniteDifferences(t *testing.T) {
	const rows, width = 4, 6
	for name, rank := range map[string]int{"full": 0, "low-rank": 2} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			first, second := NewCross(width, rank, rng), NewCross(width, rank, rng)
			x0, target := random(rng, rows*width), random(rng, rows*width)
			for _, c := range []*Cross{first, second} {
				copy(c.B.W, random(rng, width))
			}
			loss := func() float64 {
				y := second.Forward(x0, first.Forward(x0, x0, rows), rows)
				sum := 0.0
				for i, v := range y {
					sum += float64(v) * float64(target[i])
				}
				return sum
			}
			loss()
			dx0 := make([]float32, len(x0))
			d := second.Backward(target, dx0, false)
			for i, v := range first.Backward(d, dx0, true) {
				dx0[i] += v
			}
			for i, p := range append(first.Params(), second.Params()...) {
				checkGradient(t, []string{"first", "second"}[2*i/len(append(first.Params(), second.Params()...))], p.W,
					append([]float32(nil), p.G...), loss)
			}
			checkGradient(t, "x0", x0, dx0, loss)
		})
	}
}

func TestCrossByHand(t *testing.T) {
	// W = [[1 2] [3 4]], b = [1 −1], x0 = [2 3], x = [1 1]: W·x + b = [4 6], times x0 plus x: [9 19].
	c := &Cross{Width: 2, W: &Param{W: []float32{1, 2, 3, 4}}, B: &Param{W: []float32{1, -1}}}
	y := make([]float32, 2)
	c.ApplyRows([]float32{2, 3}, []float32{1, 1}, y, nil, 1)
	if y[0] != 9 || y[1] != 19 {
		t.Errorf("y = %v, want [9 19]", y)
	}
	// W as U·V of rank 1: U = [1 2], V = [1 1], x as before: V·x = 2, so W·x + b = [3 3].
	low := &Cross{Width: 2, Rank: 1, V: &Param{W: []float32{1, 1}}, U: &Param{W: []float32{1, 2}}, B: c.B}
	low.ApplyRows([]float32{2, 3}, []float32{1, 1}, y, make([]float32, low.Scratch(1)), 1)
	if y[0] != 7 || y[1] != 10 {
		t.Errorf("low-rank y = %v, want [7 10]", y)
	}
}

// randomTable is a table whose row 0 is 0, as it is where that stands for unknown codes.
func randomTable(rows, dim int, rng *rand.Rand) *Table {
	t := NewTable(rows, dim)
	t.Randomize(context.Background(), 1, func() float64 { return 0.05 * rng.NormFloat64() })
	return t
}

func TestOnlyTouchedRowsMove(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	table, alone := randomTable(5, 3, rng), NewParam(3)
	before := table.Weights()
	copy(alone.W, table.Row(2))
	a, b := NewAdam(0.1), NewAdam(0.1)
	for range 3 {
		copy(alone.G, []float32{1, -2, 0.5})
		table.AddGradients([]int32{2, 2}, 1, []float32{0.5, -1, 0.5, 0.5, -1, 0}, 3)
		a.Step(nil)
		a.StepRows(table)
		b.Step([]*Param{alone})
	}
	for i, w := range table.Weights() {
		switch {
		case i/3 == 2 && w != alone.W[i%3]:
			t.Errorf("value %d of the touched row is %v, Adam's own step gives %v", i%3, w, alone.W[i%3])
		case i/3 != 2 && w != before[i]:
			t.Errorf("row %d moved", i/3)
		}
	}
	for _, w := range table.Row(0) {
		if w != 0 {
			t.Error("the first row, which was not drawn, must be 0")
		}
	}
}

func TestAdamGivesTheSameBitsInAssemblyAndInGo(t *testing.T) {
	if !fastAdam {
		t.Skip("this processor has the plain loop only")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 64
	w, g, m, v := random(rng, n), random(rng, n), random(rng, n), random(rng, n)
	for i := range v {
		v[i] *= v[i]
	}
	k := (&Adam{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, step: 3}).factors()
	k.keep = 0.99
	for i := range n { // one at a time: the loop
		w1, g1, m1, v1 := []float32{w[i]}, []float32{g[i]}, []float32{m[i]}, []float32{v[i]}
		k.step(w1, g1, m1, v1)
		w8, g8, m8, v8 := repeat(w[i]), repeat(g[i]), repeat(m[i]), repeat(v[i])
		k.step(w8, g8, m8, v8) // eight: the assembly
		for _, pair := range [][2]float32{{w1[0], w8[5]}, {g1[0], g8[5]}, {m1[0], m8[5]}, {v1[0], v8[5]}} {
			if math.Float32bits(pair[0]) != math.Float32bits(pair[1]) {
				t.Fatalf("weight %d: %v by the loop, %v by the assembly", i, pair[0], pair[1])
			}
		}
	}
}

func repeat(x float32) []float32 { return []float32{x, x, x, x, x, x, x, x} }

func TestAdagradStepByHand(t *testing.T) {
	table := NewTable(2, 2)
	table.SetWeights([]float32{1, 2, 3, 4})
	for range 2 {
		copy(table.Touch(1), []float32{-0.5, 0})
		Adagrad{0.1}.StepRows(table)
	}
	// Its first step is the rate, its second the rate over √2, whatever the gradient's size.
	want := []float32{1, 2, 3 + 0.1 + 0.1/float32(math.Sqrt2), 4}
	for k, got := range table.Weights() {
		if math.Abs(float64(got-want[k])) > 1e-6 {
			t.Errorf("weights %v, want %v", table.Weights(), want)
			break
		}
	}
	if g := table.Gradient(1); g[0] != 0 || g[1] != 0 || len(table.touched) != 0 {
		t.Errorf("gradients %v and touched %v are left", g, table.touched)
	}
}
