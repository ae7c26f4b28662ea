package vec

import (
	"math"
	"testing"
)

// smallInts returns n integers between -7 and 7: sums of their products are exact in float32, whatever the order.
func smallInts(n, seed int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32((i*i+seed*i+3*seed)%15 - 7)
	}
	return x
}

// Each length splits differently into sixteens, eights, fours and single elements, and each number of rows into groups of four
// and single rows: none may be skipped or counted twice.
func TestKernelsAreExactOnSmallIntegers(t *testing.T) {
	const n = 13
	ids := []int32{12, 0, 5, 5, 11, 3, 7, 1, 12, 2, 9}
	for dim := 1; dim <= 70; dim++ {
		q, rows := smallInts(dim, 1), smallInts(n*dim, 4)
		var dots [n]float32
		for i := range n {
			r := rows[i*dim : (i+1)*dim]
			for j, v := range r {
				dots[i] += q[j] * v
			}
			if d := Dot(q, r); d != dots[i] {
				t.Fatalf("length %d, row %d: product %g, want %g", dim, i, d, dots[i])
			}
		}
		d := make([]float32, n)
		for m := 1; m <= n; m++ {
			DotRows(q, rows, dim, d[:m])
			for i := range m {
				if d[i] != dots[i] {
					t.Fatalf("length %d, row %d of %d: product %g, want %g", dim, i, m, d[i], dots[i])
				}
			}
		}
		for m := 1; m <= len(ids); m++ {
			DotGather(q, rows, dim, ids[:m], d)
			for i, id := range ids[:m] {
				if d[i] != dots[id] {
					t.Fatalf("length %d, id %d, %d of %d: product %g, want %g", dim, id, i, m, d[i], dots[id])
				}
			}
		}
		y := smallInts(dim, 2)
		Axpy(3, q, y)
		for j, was := range smallInts(dim, 2) {
			if y[j] != was+3*q[j] {
				t.Fatalf("length %d, element %d: sum %g, want %g", dim, j, y[j], was+3*q[j])
			}
		}
	}
}

// Lanes past a row's end hold zeros, and zero times infinity is NaN: an infinity in a row must come out as an infinity, also
// next to such lanes, and must not affect the adjacent rows.
func TestAnInfinityStaysInItsRow(t *testing.T) {
	const n, hit = 5, 2
	inf := float32(math.Inf(1))
	ids, d := []int32{0, 1, 2, 3, 4}, make([]float32, n)
	for dim := 1; dim <= 40; dim++ {
		for at := range dim {
			q, rows := make([]float32, dim), make([]float32, n*dim)
			for i := range q {
				q[i] = 1
			}
			rows[hit*dim+at] = inf
			for _, form := range []func(){
				func() { DotRows(q, rows, dim, d) },
				func() { DotGather(q, rows, dim, ids, d) },
			} {
				form()
				for i := range n {
					want := float32(0)
					if i == hit {
						want = inf
					}
					if d[i] != want {
						t.Fatalf("length %d, infinity at %d: row %d gives %g, want %g", dim, at, i, d[i], want)
					}
				}
			}
		}
	}
}
