package vec

import "golang.org/x/sys/cpu"

// fastPlace says that this processor has the instructions of place_amd64.s.
var fastPlace = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT

//go:noescape
func placeAVX2(list *uint64, n int, v uint64) int
