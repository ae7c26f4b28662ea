//go:build !amd64

package vec

// tileRows is the height of NEON's tile, and of the plain one where that does the work.
const tileRows = 4

const (
	fastTurn = false
	wide     = false
)

func wideAVX512(rows, cols, k int, a *float32, down, right int, b, start *float32, lds int, c *float32, ldc int) {
	panic("vec: no AVX-512")
}

func packAVX512(k, cols int, b *float32, down int, panel *float32) { panic("vec: no AVX-512") }

func turnAVX(k int, b *float32, right int, panel *float32, wide int) { panic("vec: no AVX") }
