//go:build !amd64

package ranking

// Elsewhere than on amd64 trees are walked, and masks are never asked for.
const (
	fastMasks = false
	wideMasks = false
)

func (b *rowBlock) leaves([]test, int, int, *[maskRows]uint32) { panic("ranking: no AVX2") }

func addWide[V float32 | float64](*[maskRows]uint32, *[maskLeaves]V, []V) int { return 0 }
