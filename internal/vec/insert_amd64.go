package vec

import "golang.org/x/sys/cpu"

// fastInsert reports whether this processor has the instructions of insert_amd64.s.
var fastInsert = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT

//go:noescape
func insertAVX2(list *uint64, n int, v uint64) int
