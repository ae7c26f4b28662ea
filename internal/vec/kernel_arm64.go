package vec

// fast: every arm64 processor has NEON, whose instructions those of kernel_arm64.s are.
const fast = true

// Callers know a fast kernel by its amd64 name; here that name stands for NEON's.

func dotAVX2(q, rows *float32, dim int, ids *int32, n int, out *float32) {
	dotNEON(q, rows, dim, ids, n, out)
}

func l2AVX2(q, rows *float32, dim int, ids *int32, n int, out *float32) {
	l2NEON(q, rows, dim, ids, n, out)
}

func axpyAVX2(a float32, x, y *float32, n int) { axpyNEON(a, x, y, n) }

func tileAVX2(k int, a *float32, down, right int, b, c *float32, ldc int) {
	tileNEON(k, a, down, right, b, c, ldc)
}

//go:noescape
func dotNEON(q, rows *float32, dim int, ids *int32, n int, out *float32)

//go:noescape
func l2NEON(q, rows *float32, dim int, ids *int32, n int, out *float32)

//go:noescape
func axpyNEON(a float32, x, y *float32, n int)

//go:noescape
func tileNEON(k int, a *float32, down, right int, b, c *float32, ldc int)

//go:noescape
func prefetch(p *int32)
