package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"pgregory.net/rapid"
)

func random(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// exact returns the inner product in float64, and the sum of the terms' absolute values, which bounds rounding.
func exact(a, b []float32) (dot, size float64) {
	for i := range a {
		p := float64(a[i]) * float64(b[i])
		dot, size = dot+p, size+math.Abs(p)
	}
	return dot, size
}

func near(t *rapid.T, what string, got float32, want, size float64, n int) {
	t.Helper()
	if tol := 1e-7*float64(n+2)*size + 1e-30; math.Abs(float64(got)-want) > tol {
		t.Fatalf("%s of length %d = %g, want %g within %g", what, n, got, want, tol)
	}
}

// For every length and alignment, both paths agree with float64 arithmetic, and every function gives one pair the same bits.
func TestKernelsAgreeOnAnyLengthAndAlignment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 133).Draw(t, "dim")
		n := rapid.IntRange(1, 23).Draw(t, "rows")
		off := rapid.IntRange(0, 9).Draw(t, "offset")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		q := random(rng, off+dim)[off:]
		rows := random(rng, 2*off+n*dim)[2*off:]
		ids := make([]int32, n)
		for i := range ids {
			ids[i] = int32(rng.IntN(n))
		}
		out := make([]float32, 2*n+8)
		dots, gathered := out[:n], out[n:2*n]
		DotRows(q, rows, dim, dots)
		DotGather(q, rows, dim, ids, gathered)
		for i := range n {
			r := rows[i*dim : (i+1)*dim]
			dot, size := exact(q, r)
			near(t, "Dot", Dot(q, r), dot, size, dim)
			near(t, "plain dot", dotOne(q, r), dot, size, dim)
			if Dot(q, r) != dots[i] {
				t.Fatalf("row %d of %d: Dot and DotRows differ in bits", i, n)
			}
			if gathered[i] != dots[ids[i]] {
				t.Fatalf("row %d of %d: DotGather and DotRows differ in bits", ids[i], n)
			}
		}
		for _, v := range out[2*n:] {
			if v != 0 {
				t.Fatal("wrote beyond the output")
			}
		}
	})
}

func TestAxpyAddsAndStaysWithinItsSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		off := rapid.IntRange(0, 9).Draw(t, "offset")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		x, y := random(rng, n), random(rng, off+n+8)
		was := append([]float32(nil), y...)
		Axpy(0.5, x, y[off:off+n])
		for i, v := range y {
			want := was[i]
			if i >= off && i < off+n {
				want += 0.5 * x[i-off]
			}
			if math.Abs(float64(v-want)) > 1e-6 {
				t.Fatalf("element %d of %d = %g, want %g", i, len(y), v, want)
			}
		}
	})
}

func TestMatMulAgreesWithTheDefinitionInAllThreeForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(0, 19).Draw(t, "m")
		k := rapid.SampledFrom([]int{0, 1, 2, 7, 64, 255, 256, 257, 300}).Draw(t, "k")
		n := rapid.IntRange(0, 37).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		a, b, c := random(rng, m*k), random(rng, k*n), random(rng, m*n)
		at, bt := make([]float32, m*k), make([]float32, k*n)
		for i := range m {
			for p := range k {
				at[p*m+i] = a[i*k+p]
			}
		}
		for p := range k {
			for j := range n {
				bt[j*k+p] = b[p*n+j]
			}
		}
		forms := map[string]func(c []float32){
			"A·B":  func(c []float32) { MatMul(c, a, b, m, k, n) },
			"Aᵀ·B": func(c []float32) { MatMulTA(c, at, b, m, k, n) },
			"A·Bᵀ": func(c []float32) { MatMulTB(c, a, bt, m, k, n) },
		}
		var first []float32
		for _, name := range []string{"A·B", "Aᵀ·B", "A·Bᵀ"} {
			got := append([]float32(nil), c...)
			forms[name](got)
			if first == nil {
				first = got
			}
			for i := range m {
				for j := range n {
					want, size := float64(c[i*n+j]), math.Abs(float64(c[i*n+j]))
					for p := range k {
						v := float64(a[i*k+p]) * float64(b[p*n+j])
						want, size = want+v, size+math.Abs(v)
					}
					near(t, name, got[i*n+j], want, size, k)
					if got[i*n+j] != first[i*n+j] {
						t.Fatalf("%s differs in bits from A·B at (%d, %d)", name, i, j)
					}
				}
			}
		}
	})
}

func TestNormalize(t *testing.T) {
	x := []float32{3, 4}
	Normalize(x)
	if math.Abs(float64(x[0])-0.6) > 1e-6 || math.Abs(float64(x[1])-0.8) > 1e-6 {
		t.Errorf("(3, 4) normalized to %v, want (0.6, 0.8)", x)
	}
	zero := []float32{0, 0, 0}
	Normalize(zero)
	for _, v := range zero {
		if v != 0 {
			t.Errorf("zero normalized to %v", zero)
		}
	}
}

func TestIdsOutOfRangeAreRefused(t *testing.T) {
	for _, id := range []int32{-1, 2} {
		t.Run(fmt.Sprint(id), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("row %d of 2 was read", id)
				}
			}()
			DotGather(make([]float32, 4), make([]float32, 8), 4, []int32{id}, make([]float32, 1))
		})
	}
}

func BenchmarkDot(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, dim := range []int{64, 600} {
		x, y := random(rng, dim), random(rng, dim)
		b.Run(fmt.Sprintf("fast/%d", dim), func(b *testing.B) {
			for b.Loop() {
				Dot(x, y)
			}
		})
		b.Run(fmt.Sprintf("plain/%d", dim), func(b *testing.B) {
			for b.Loop() {
				dotOne(x, y)
			}
		})
	}
}

// Scans 100,000 rows of 64: bound by memory.
func BenchmarkDotRows(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, dim = 100_000, 64
	rows, q, out := random(rng, n*dim), random(rng, dim), make([]float32, 256)
	b.SetBytes(n * dim * 4)
	for b.Loop() {
		for i := 0; i+256 <= n; i += 256 {
			DotRows(q, rows[i*dim:(i+256)*dim], dim, out)
		}
	}
}

// One call for 16 scattered rows of 100,000.
func BenchmarkDotGather(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, dim = 100_000, 64
	rows, q, out := random(rng, n*dim), random(rng, dim), make([]float32, 16)
	ids := make([]int32, 1<<16)
	for i := range ids {
		ids[i] = int32(rng.IntN(n))
	}
	at := 0
	for b.Loop() {
		DotGather(q, rows, dim, ids[at:at+16], out)
		at = (at + 16) % len(ids)
	}
}

// The forward product of a batch of 256 through a layer 600 -> 128, ours and gonum's.
func BenchmarkMatMul(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const m, k, n = 256, 600, 128
	x, w, y := random(rng, m*k), random(rng, k*n), make([]float32, m*n)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			MatMulTB(y, x, w, m, k, n)
		}
		b.ReportMetric(float64(m*k*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFMA/s")
	})
	b.Run("gonum", func(b *testing.B) {
		for b.Loop() {
			blas32.Gemm(blas.NoTrans, blas.Trans, 1, blas32.General{Rows: m, Cols: k, Stride: k, Data: x},
				blas32.General{Rows: n, Cols: k, Stride: k, Data: w}, 0, blas32.General{Rows: m, Cols: n, Stride: n, Data: y})
		}
		b.ReportMetric(float64(m*k*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFMA/s")
	})
}

// The plain kernels run on other processors; this checks them against those of this one.
func TestPlainKernelsAgreeWithTheFastOnes(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const dim, n = 37, 9
	q, rows, ids := random(rng, dim), random(rng, n*dim), []int32{8, 0, 3, 3}
	same := func(what string, got, want []float32) {
		t.Helper()
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-4 {
				t.Errorf("%s[%d] = %g, want %g", what, i, got[i], want[i])
			}
		}
	}
	got, want := make([]float32, n), make([]float32, n)
	DotRows(q, rows, dim, want)
	dotPlain(q, rows, dim, nil, got)
	same("dot", got, want)
	DotGather(q, rows, dim, ids, want)
	dotPlain(q, rows, dim, ids, got[:len(ids)])
	same("gathered dot", got[:len(ids)], want[:len(ids)])

	y, z := random(rng, dim), make([]float32, dim)
	copy(z, y)
	Axpy(0.3, q, y)
	axpyPlain(0.3, q, z)
	same("sum", z, y)

	const k, ldc = 11, 20
	a, b := random(rng, tileRows*k), random(rng, k*tileCols)
	c, d := make([]float32, tileRows*ldc), make([]float32, tileRows*ldc)
	tile(k, a, k, 1, b, c, ldc)
	tilePlain(k, a, k, 1, b, d, ldc)
	same("tile", d, c)
}
