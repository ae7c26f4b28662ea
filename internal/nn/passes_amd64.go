package nn

import "golang.org/x/sys/cpu"

var fastPasses = cpu.X86.HasAVX2

//go:noescape
func mulAddAVX2(y, z, a, b *float32, n int)

//go:noescape
func mulAVX2(y, a, b *float32, n int)

//go:noescape
func crossBackAVX2(dz, dx0, dy, x0, z *float32, n int)

//go:noescape
func reluAVX2(y, x *float32, n int)

//go:noescape
func reluBackAVX2(dx, dy, y *float32, n int)

//go:noescape
func lookupAVX2(x *float32, stride int, cells *float32, codes *int32, rows, per, dim int)

//go:noescape
func addGradientsAVX2(x *float32, stride int, cells *float32, codes *int32, rows, per, dim int)

//go:noescape
func adamRowsAVX2(cells *float32, codes *int32, n, dim int, k *adamFactors)
