//go:build !amd64 && !arm64

package vec

// Elsewhere than on amd64 and arm64 the plain kernels do all the work; the rest is never called.
const fast = false

func dotAVX2(q, rows *float32, dim int, ids *int32, n int, out *float32) { panic("vec: no AVX2") }

func l2AVX2(q, rows *float32, dim int, ids *int32, n int, out *float32) { panic("vec: no AVX2") }

func axpyAVX2(a float32, x, y *float32, n int) { panic("vec: no AVX2") }

func tileAVX2(k int, a *float32, down, right int, b, c *float32, ldc int) { panic("vec: no AVX2") }

func prefetch(*int32) {}
