package vec

import "golang.org/x/sys/cpu"

// fast says that this processor has the instructions of kernel_amd64.s. It never changes, so a machine always takes
// the same path and gets the same bits.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA

//go:noescape
func dotAVX2(q, rows *float32, dim int, ids *int32, n int, out *float32)

//go:noescape
func l2AVX2(q, rows *float32, dim int, ids *int32, n int, out *float32)

//go:noescape
func axpyAVX2(a float32, x, y *float32, n int)

//go:noescape
func prefetch(p *int32)
