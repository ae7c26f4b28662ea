//go:build !amd64

package vec

// Elsewhere than on amd64 placePlain does the work.
const fastPlace = false

func placeAVX2(list *uint64, n int, v uint64) int { panic("vec: no AVX2") }
