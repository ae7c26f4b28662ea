package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// special returns random values with zeros of both signs, infinities and NaNs among them.
func special(rng *rand.Rand, n int) []float32 {
	x := random(rng, n)
	for i := range x {
		switch rng.IntN(12) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = float32(math.Copysign(0, -1))
		case 2:
			x[i] = float32(math.Inf(rng.IntN(2)*2 - 1))
		case 3:
			x[i] = float32(math.NaN())
		}
	}
	return x
}

// equalOrNaN reports whether each pair of values is equal or both are NaN.
func equalOrNaN(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return x == y || x != x && y != y })
}

func TestPassesMatchTheirDefinitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		a, b, c, sum := special(rng, n), special(rng, n), special(rng, n), special(rng, n+8)
		for name, pass := range map[string]struct {
			do   func(y []float32)
			each func(i int) float32
		}{
			"y = z ⊙ a + b": {
				func(y []float32) { mulAdd(y, a, b, c) },
				func(i int) float32 { return float32(a[i]*b[i]) + c[i] },
			},
			"dz = dy ⊙ x0": {
				func(y []float32) { crossBack(y, nil, a, b, c) },
				func(i int) float32 { return a[i] * b[i] },
			},
			"dz = dy ⊙ x0 with dx0": {
				func(y []float32) { crossBack(y, make([]float32, n), a, b, c) },
				func(i int) float32 { return a[i] * b[i] },
			},
			"dx0 += dy ⊙ z": {
				func(y []float32) { copy(y, sum); crossBack(make([]float32, n), y, a, b, c) },
				func(i int) float32 { return sum[i] + float32(a[i]*c[i]) },
			},
			"y = max(0, x)": {
				func(y []float32) { relu(y, a) },
				func(i int) float32 { return max(a[i], 0) },
			},
			"dx = dy where y > 0": {
				func(y []float32) { reluBack(y, a, b) },
				func(i int) float32 {
					if b[i] > 0 {
						return a[i]
					}
					return 0
				},
			},
		} {
			got := slices.Clone(sum)
			want := slices.Clone(sum)
			for i := range n {
				want[i] = pass.each(i)
			}
			if pass.do(got[:n]); !equalOrNaN(got, want) {
				t.Fatalf("%s for %d values: %v, want %v", name, n, got, want)
			}
		}
	})
}

func TestATableLooksUpAndAddsGradientsRowByRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.SampledFrom([]int{1, 3, 8, 16, 20}).Draw(t, "dim")
		per, rows := rapid.IntRange(1, 5).Draw(t, "codes of a row"), rapid.IntRange(0, 40).Draw(t, "rows")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		table := randomTable(12, dim, rng)
		stride := per*dim + rng.IntN(4)
		codes := make([]int32, rows*per)
		for i := range codes {
			codes[i] = int32(rng.IntN(12))
		}
		got, want := make([]float32, rows*stride), make([]float32, rows*stride)
		d := random(rng, rows*stride)
		gradient := make([]float32, 12*dim)
		for i, code := range codes {
			at := i/per*stride + i%per*dim
			copy(want[at:at+dim], table.Row(code))
			for k := range dim {
				gradient[int(code)*dim+k] += d[at+k]
			}
		}
		if table.Lookup(codes, per, got, stride); !slices.Equal(got, want) {
			t.Fatalf("read %v, want %v", got, want)
		}
		table.AddGradients(codes, per, d, stride)
		for code := range int32(12) {
			if g := gradient[int(code)*dim : int(code+1)*dim]; !slices.Equal(table.Gradient(code), g) {
				t.Fatalf("gradient of %d: %v, want %v", code, table.Gradient(code), g)
			}
		}
		step(t, table, codes, gradient)
	})
}

// step checks that a table's step equals Adam's on the rows of the codes, and clears the gradients.
func step(t *rapid.T, table *Table, codes []int32, gradient []float32) {
	alone := NewParam(len(gradient))
	copy(alone.W, table.Weights())
	copy(alone.G, gradient)
	before := slices.Clone(alone.W)
	a, b := NewAdam(0.1), NewAdam(0.1)
	a.Step(nil)
	a.StepRows(table)
	b.Step([]*Param{alone})
	for code := range int32(table.Rows()) {
		want := before
		if slices.Contains(codes, code) {
			want = alone.W
		}
		if at := int(code) * table.Dim; !slices.Equal(table.Row(code), want[at:at+table.Dim]) {
			t.Fatalf("row %d after a step: %v, want %v", code, table.Row(code), want[at:at+table.Dim])
		}
		for _, g := range table.Gradient(code) {
			if g != 0 {
				t.Fatalf("row %d still has a gradient", code)
			}
		}
	}
}

func TestATableRefusesUnknownCodesAndWrongShapes(t *testing.T) {
	table := randomTable(3, 8, rand.New(rand.NewPCG(1, 2)))
	for name, ask := range map[string]func(){
		"a code too high":       func() { table.Lookup([]int32{3}, 1, make([]float32, 8), 8) },
		"a code below zero":     func() { table.AddGradients([]int32{-1}, 1, make([]float32, 8), 8) },
		"a short output":        func() { table.Lookup([]int32{1, 2}, 2, make([]float32, 15), 16) },
		"an incomplete row":     func() { table.Lookup([]int32{1, 2, 1}, 2, make([]float32, 64), 16) },
		"a stride past the end": func() { table.Lookup([]int32{1, 2}, 1, make([]float32, 16), 9) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			ask()
		})
	}
}
