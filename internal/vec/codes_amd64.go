package vec

import "golang.org/x/sys/cpu"

// fastCodes says that this processor has the instructions of codes_amd64.s.
var fastCodes = cpu.X86.HasAVX2

//go:noescape
func dotCodesAVX2(q *int16, rows *int16, width int, ids *int32, n int, out *float32)

//go:noescape
func prefetchCodes(rows *int16, width int, ids *int32, n int)
