//go:build !amd64

package vec

// Elsewhere than on amd64 tiles do the work, where there is NEON in its instructions; the rest is never called.
const (
	best     = byTiles
	tileRows = 4
	fastTile = fast
)

func stripAVX2(rows, cols, k int, a *float32, down, right int, b, start *float32, lds int, c *float32, ldc int) {
	panic("vec: no AVX2")
}

func stripAVX512(rows, cols, k int, a *float32, down, right int, b, start *float32, lds int, c *float32, ldc int) {
	panic("vec: no AVX-512")
}

func packAVX2(k int, b *float32, down int, panel *float32) { panic("vec: no AVX2") }

func packAVX512(k, cols int, b *float32, down int, panel *float32) { panic("vec: no AVX-512") }

func turnAVX(k int, b *float32, right int, panel *float32, wide int) { panic("vec: no AVX") }
