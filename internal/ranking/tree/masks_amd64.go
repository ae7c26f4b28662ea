package tree

import "golang.org/x/sys/cpu"

// FastMasks says that this processor has the instructions of trees_masks_amd64.s. Without them trees are walked, to the
// same leaves; wideMasks that it has those of 64 bytes.
var (
	FastMasks = cpu.X86.HasAVX2
	wideMasks = FastMasks && cpu.X86.HasAVX512F && cpu.X86.HasAVX512CD
)

// leaves fills left with the leaves that no test rules out, for the first n rows and maybe more.
func (b *Block) leaves(tests []test, above, n int, left *[MaskRows]uint32) {
	const half = MaskRows / 2
	switch {
	case len(tests) == 0:
		for i := range left {
			left[i] = 1
		}
	case wideMasks && n > half:
		leavesAVX512(&tests[0], above, len(tests), &b.columns[0], &left[0])
	default:
		for from := 0; from < n; from += half {
			leavesAVX2(&tests[0], above, len(tests), &b.columns[from], &left[from])
		}
	}
}

// addWide adds each row's leaf's value to out for as many rows as whole vectors hold, and returns how many.
func addWide[V float32 | float64](left *[MaskRows]uint32, values *[maskLeaves]V, out []V) int {
	n := len(out) &^ 15
	if !wideMasks || n == 0 {
		return 0
	}
	switch values := any(values).(type) {
	case *[maskLeaves]float32:
		addFloat32(&left[0], &values[0], any(out).([]float32), n)
	case *[maskLeaves]float64:
		addFloat64(&left[0], &values[0], any(out).([]float64), n)
	}
	return n
}

//go:noescape
func leavesAVX2(tests *test, above, n int, columns *float32, left *uint32)

//go:noescape
func leavesAVX512(tests *test, above, n int, columns *float32, left *uint32)

//go:noescape
func addFloat32(left *uint32, values *float32, out []float32, n int)

//go:noescape
func addFloat64(left *uint32, values *float64, out []float64, n int)
