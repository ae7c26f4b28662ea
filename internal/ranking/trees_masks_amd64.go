package ranking

import "golang.org/x/sys/cpu"

// fastMasks says that this processor has the instructions of trees_masks_amd64.s. Without them trees are walked, to the
// same leaves.
var fastMasks = cpu.X86.HasAVX2

// leaves fills left with the leaves that no test rules out.
func (b *rowBlock) leaves(tests []test, above int, left *[maskRows]uint32) {
	if len(tests) == 0 {
		left[0] = 1
		for i := range left {
			left[i] = 1
		}
		return
	}
	leavesAVX2(&tests[0], above, len(tests), &b.columns[0], left)
}

//go:noescape
func leavesAVX2(tests *test, above, n int, columns *float32, left *[maskRows]uint32)
