package vec

import "golang.org/x/sys/cpu"

// best never changes, so a machine always takes the same way.
var best = fastest()

func fastest() way {
	switch {
	case fast && cpu.X86.HasAVX512F:
		return byAVX512
	case fast:
		return byAVX2
	}
	return byTiles
}

//go:noescape
func stripAVX2(rows, cols, k int, a *float32, down, right int, b, start *float32, lds int, c *float32, ldc int)

//go:noescape
func stripAVX512(rows, cols, k int, a *float32, down, right int, b, start *float32, lds int, c *float32, ldc int)

//go:noescape
func packAVX2(k int, b *float32, down int, panel *float32)

//go:noescape
func packAVX512(k, cols int, b *float32, down int, panel *float32)

//go:noescape
func turnAVX(k int, b *float32, right int, panel *float32, wide int)

// Tiles are for processors without AVX2, in plain Go.
const (
	tileRows = 4
	fastTile = false
)

func tileFast(k int, a *float32, down, right int, b, c *float32, ldc int) { panic("vec: no tile") }
