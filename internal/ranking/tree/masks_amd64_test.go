package tree

import (
	"math/rand/v2"
	"testing"
)

func TestVectorsOfBothWidthsRuleOutTheSameLeaves(t *testing.T) {
	if !wideMasks {
		t.Skip("this processor has vectors of one width")
	}
	rng := rand.New(rand.NewPCG(1, 1))
	const width = 6
	var block Block
	rows := make([]float32, MaskRows*width)
	for range 200 {
		tr := grown(rng, 2+rng.IntN(maskLeaves-1), width)
		for i := range rows {
			rows[i] = float32(rng.IntN(9) - 4)
		}
		block.Fill(rows, width, MaskRows)
		m := NewMasked(&tr, func(int) float32 { return 0 })
		var narrow, wide [MaskRows]uint32
		for from := 0; from < MaskRows; from += MaskRows / 2 {
			leavesAVX2(&m.tests[0], m.above, len(m.tests), &block.columns[from], &narrow[from])
		}
		leavesAVX512(&m.tests[0], m.above, len(m.tests), &block.columns[0], &wide[0])
		if narrow != wide {
			t.Fatalf("leaves left are %x by eight rows at once, %x by sixteen", narrow, wide)
		}
	}
}
