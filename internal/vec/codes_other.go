//go:build !amd64

package vec

// Elsewhere than on amd64 codes are summed by dotPlain; the rest is never called.
const fastCodes = false

func dotCodesAVX2(q *int16, rows *int16, width int, ids *int32, n int, out *float32) {
	panic("vec: no AVX2")
}

func prefetchCodes(rows *int16, width int, ids *int32, n int) {}
