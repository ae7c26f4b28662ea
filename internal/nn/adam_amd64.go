package nn

import "golang.org/x/sys/cpu"

var fastAdam = cpu.X86.HasAVX2

//go:noescape
func adamAVX2(w, d, m, v *float32, n int, k *adamFactors)
