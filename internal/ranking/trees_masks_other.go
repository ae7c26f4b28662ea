//go:build !amd64

package ranking

// Elsewhere than on amd64 trees are walked, and masks are never asked for.
const fastMasks = false

func (b *rowBlock) leaves([]test, int, *[maskRows]uint32) { panic("ranking: no AVX2") }
