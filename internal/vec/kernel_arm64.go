package vec

// fast: every arm64 processor has NEON, whose instructions those of kernel_arm64.s are.
const fast = true

//go:noescape
func tileFast(k int, a *float32, down, right int, b, c *float32, ldc int)
