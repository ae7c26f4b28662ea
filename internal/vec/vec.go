// Package vec holds the kernels that everything numeric stands on: inner products of one vector
// with one, many contiguous or many scattered rows, and products of matrices. Flat float32 slices come in, numbers
// go out. On amd64 with AVX2 and on arm64 they run in assembly, elsewhere in plain Go; on one machine the same pair of
// vectors gives the same bits by whichever function it is asked for.
package vec

import "math"

// Dot returns the inner product of a and b, which are of one length.
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

// DotGather fills out[i] with the inner product of q and row ids[i]. It fetches rows ahead of their turn, so one call
// for many ids is much faster than many calls.
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

// Axpy adds a·x to y, which are of one length.
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

// Prefetch asks for the two cache lines that begin at p[0], for a list that will be read soon.
func Prefetch(p []int32) {
	if fast && len(p) > 0 {
		prefetch(&p[0])
	}
}

// The assembly reads without bounds, so they are checked here, once a call.

func checkRows(q, rows []float32, dim, n int) {
	if dim <= 0 || len(q) < dim || len(rows)/dim < n {
		panic("vec: query or rows shorter than asked for")
	}
}

func checkIDs(q, rows []float32, dim int, ids []int32, out []float32) {
	if dim <= 0 || len(q) < dim || len(out) < len(ids) {
		panic("vec: query or output shorter than asked for")
	}
	n := uint32(min(len(rows)/dim, math.MaxInt32))
	for _, id := range ids {
		if uint32(id) >= n {
			panic("vec: row id out of range")
		}
	}
}
