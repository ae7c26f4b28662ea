// Package vec has the numeric kernels that indexes and models use: inner products of one vector with one vector, contiguous
// rows or scattered rows, products of matrices, quantized vectors, and scores as sortable integers. Flat slices come in, and
// numbers go out. The kernels are assembly on amd64 with AVX2 and on arm64, and plain Go elsewhere; on one machine every
// function gives the same bits for the same pair of vectors.
package vec

import "math"

// Dot returns the inner product of a and b, which have the same length.
func Dot(a, b []float32) float32 {
	if len(a) != len(b) {
		panic("vec: inner product of vectors of different lengths")
	}
	if len(a) == 0 {
		return 0
	}
	if fast {
		var s float32
		dotFast(&a[0], &b[0], len(a), nil, 1, &s)
		return s
	}
	return dotOne(a, b)
}

// DotRows fills out with the inner products of q and the first len(out) rows; rows is row-major with dim columns.
func DotRows(q, rows []float32, dim int, out []float32) {
	if len(out) == 0 {
		return
	}
	checkRows(q, rows, dim, len(out))
	if fast {
		dotFast(&q[0], &rows[0], dim, nil, len(out), &out[0])
		return
	}
	dotPlain(q, rows, dim, nil, out)
}

// DotGather fills out[i] with the inner product of q and row ids[i]. It prefetches rows, so one call for many ids is much
// faster than many calls.
func DotGather(q, rows []float32, dim int, ids []int32, out []float32) {
	if len(ids) == 0 {
		return
	}
	checkIDs(q, rows, dim, ids, out)
	if fast {
		dotFast(&q[0], &rows[0], dim, &ids[0], len(ids), &out[0])
		return
	}
	dotPlain(q, rows, dim, ids, out[:len(ids)])
}

// Axpy adds a·x to y. Both have the same length.
func Axpy(a float32, x, y []float32) {
	if len(x) != len(y) {
		panic("vec: sum of vectors of different lengths")
	}
	if len(x) == 0 {
		return
	}
	if fast {
		axpyFast(a, &x[0], &y[0], len(x))
		return
	}
	axpyPlain(a, x, y)
}

// Normalize scales x to unit length. A zero vector stays zero.
func Normalize(x []float32) {
	n := Dot(x, x)
	if n == 0 {
		return
	}
	s := float32(1 / math.Sqrt(float64(n)))
	for i := range x {
		x[i] *= s
	}
}

// Prefetch prefetches the two cache lines that start at p[0], for a list that will be read soon.
func Prefetch(p []int32) {
	if fast && len(p) > 0 {
		prefetch(&p[0])
	}
}

// The assembly has no bounds checks, so the functions above check once a call.

func checkRows(q, rows []float32, dim, n int) {
	if dim <= 0 || len(q) < dim || len(rows)/dim < n {
		panic("vec: query or rows too short")
	}
}

func checkIDs(q, rows []float32, dim int, ids []int32, out []float32) {
	if dim <= 0 || len(q) < dim || len(out) < len(ids) {
		panic("vec: query or output too short")
	}
	n := uint32(min(len(rows)/dim, math.MaxInt32))
	for _, id := range ids {
		if uint32(id) >= n {
			panic("vec: row id out of range")
		}
	}
}
