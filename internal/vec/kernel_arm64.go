package vec

// fast is true because every arm64 processor has NEON, which kernel_arm64.s uses.
const fast = true

//go:noescape
func tileFast(k int, a *float32, rowStride, colStride int, b, c *float32, ldc int)
