//go:build !amd64

package tree

// Elsewhere than on amd64 trees are walked, and masks are never asked for.
const (
	FastMasks = false
	wideMasks = false
)

func (b *Block) leaves([]test, int, int, *[MaskRows]uint32) { panic("tree: no AVX2") }

func addWide[V float32 | float64](*[MaskRows]uint32, *[maskLeaves]V, []V) int { return 0 }
