package vec

import "golang.org/x/sys/cpu"

// fastestMultiplier never changes, so a machine always gives the same bits.
var fastestMultiplier = fastest()

func fastest() multiplier {
	switch {
	case fast && cpu.X86.HasAVX512F:
		return avx512
	case fast:
		return avx2
	}
	return tiled
}

//go:noescape
func stripAVX2(rows, cols, k int, a *float32, rowStride, colStride int, b, start *float32, lds int, c *float32, ldc int)

//go:noescape
func stripAVX512(rows, cols, k int, a *float32, rowStride, colStride int, b, start *float32, lds int, c *float32, ldc int)

//go:noescape
func packAVX2(k int, b *float32, rowStride int, panel *float32)

//go:noescape
func packAVX512(k, cols int, b *float32, rowStride int, panel *float32)

//go:noescape
func transposeAVX(k int, b *float32, colStride int, panel *float32, wide int)

// Tiles are for processors without AVX2, in plain Go.
const (
	tileRows = 4
	fastTile = false
)

func tileFast(k int, a *float32, rowStride, colStride int, b, c *float32, ldc int) {
	panic("vec: no tile")
}
