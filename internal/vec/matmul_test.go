package vec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// product draws two matrices of a shape that needn't be a multiple of any tile; either may be transposed.
func product(t *rapid.T) (a, b matrix, m, k, n int, rng *rand.Rand) {
	m = rapid.IntRange(1, 110).Draw(t, "m")
	k = rapid.SampledFrom([]int{1, 2, 7, 8, 9, 16, 31, 64, 255, 256, 257, 300}).Draw(t, "k")
	n = rapid.IntRange(1, 70).Draw(t, "n")
	rng = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
	a, b = matrix{random(rng, m*k), k, 1}, matrix{random(rng, k*n), n, 1}
	if rapid.Bool().Draw(t, "A transposed") {
		a.rowStride, a.colStride = 1, m
	}
	if rapid.Bool().Draw(t, "B transposed") {
		b.rowStride, b.colStride = 1, k
	}
	return a, b, m, k, n, rng
}

func TestEveryMultiplierGivesTheSameProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, m, k, n, rng := product(t)
		c := random(rng, m*n+wideCols)
		want := make([]float64, m*n)
		for i := range m {
			for j := range n {
				sum := float64(c[i*n+j])
				for p := range k {
					sum += float64(a.from(i, p).data[0]) * float64(b.from(p, j).data[0])
				}
				want[i*n+j] = sum
			}
		}
		var bits []float32
		for w := tiled; w <= fastestMultiplier; w++ {
			got := slices.Clone(c)
			w.mul(got, matrix{got, n, 1}, a, b, m, k, n)
			for i, v := range want {
				if math.Abs(float64(got[i])-v) > 1e-4 {
					t.Fatalf("multiplier %d, %d x %d x %d: element %d is %g, want %g", w, m, k, n, i, got[i], v)
				}
			}
			if !slices.Equal(got[m*n:], c[m*n:]) {
				t.Fatalf("multiplier %d, %d x %d x %d: wrote beyond C", w, m, k, n)
			}
			if w > tiled {
				if bits != nil && !slices.Equal(got, bits) {
					t.Fatalf("multiplier %d, %d x %d x %d: other bits than the multiplier before", w, m, k, n)
				}
				bits = got
			}
		}
	})
}

func TestAProductMayStartFromZerosARowOrAMatrix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, _, m, k, n, rng := product(t)
		if rapid.Bool().Draw(t, "no depth") {
			k = 0
		}
		a, b, bt := random(rng, m*k), random(rng, k*n), make([]float32, k*n)
		for p := range k {
			for j := range n {
				bt[j*k+p] = b[p*n+j]
			}
		}
		row := random(rng, n)
		for name, start := range map[string][]float32{"zeros": nil, "a row": row, "a matrix": random(rng, m*n)} {
			want := make([]float32, m*n)
			for i := 0; i < len(want) && start != nil; i += len(start) {
				copy(want[i:], start)
			}
			MatMul(want, a, b, m, k, n)
			for form, mul := range map[string]func(c []float32){
				"A·B":  func(c []float32) { MatMulFrom(c, start, a, b, m, k, n) },
				"A·Bᵀ": func(c []float32) { MatMulTBFrom(c, start, a, bt, m, k, n) },
			} {
				got := random(rng, m*n)
				if mul(got); !slices.Equal(got, want) {
					t.Fatalf("%s from %s, %d x %d x %d: not what MatMul makes of a copy", form, name, m, k, n)
				}
			}
		}
	})
}
