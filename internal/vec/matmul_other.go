//go:build !amd64

package vec

// On other processors than amd64, tiled is used, with NEON where there is any; the rest is never called.
const (
	fastestMultiplier = tiled
	tileRows          = 4
	fastTile          = fast
)

func stripAVX2(rows, cols, k int, a *float32, rowStride, colStride int, b, start *float32, lds int, c *float32, ldc int) {
	panic("vec: no AVX2")
}

func stripAVX512(rows, cols, k int, a *float32, rowStride, colStride int, b, start *float32, lds int, c *float32, ldc int) {
	panic("vec: no AVX-512")
}

func packAVX2(k int, b *float32, rowStride int, panel *float32) { panic("vec: no AVX2") }

func packAVX512(k, cols int, b *float32, rowStride int, panel *float32) { panic("vec: no AVX-512") }

func transposeAVX(k int, b *float32, colStride int, panel *float32, wide int) { panic("vec: no AVX") }
