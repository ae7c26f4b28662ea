//go:build !amd64 && !arm64

package vec

// On other processors than amd64 and arm64, the plain kernels are used; the rest is never called.
const fast = false

func dotFast(q, rows *float32, dim int, ids *int32, n int, out *float32) { panic("vec: no assembly") }

func axpyFast(a float32, x, y *float32, n int) { panic("vec: no assembly") }

func tileFast(k int, a *float32, rowStride, colStride int, b, c *float32, ldc int) {
	panic("vec: no assembly")
}

func prefetch(*int32) {}
