package tree

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// grown is a tree with random splits on whole numbers, so that rows often lie exactly on a threshold.
func grown(rng *rand.Rand, leaves, width int) Tree {
	t := Tree{Nodes: []Node{{}}}
	open := []int{0}
	for len(open) < leaves {
		k := rng.IntN(len(open))
		n := &t.Nodes[open[k]]
		n.Threshold, n.Column, n.Left = float32(rng.IntN(7)-3), uint16(rng.IntN(width)), int32(len(t.Nodes))
		if rng.IntN(2) == 0 {
			n.Flags = MissingRight
		}
		open[k] = len(t.Nodes)
		open = append(open, len(t.Nodes)+1)
		t.Nodes = append(t.Nodes, Node{}, Node{})
	}
	for i, at := range open {
		t.Nodes[at] = Leaf(int32(at), float32(i)+0.5)
	}
	return t
}

func TestMasksFindTheLeafThatTheWalkFinds(t *testing.T) {
	if !FastMasks {
		t.Skip("this processor walks all trees")
	}
	special := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		width := rapid.IntRange(1, 5).Draw(t, "columns")
		tr := grown(rng, rapid.IntRange(1, maskLeaves).Draw(t, "leaves"), width)
		n := rapid.IntRange(1, MaskRows).Draw(t, "rows")
		rows := make([]float32, n*width)
		for i := range rows {
			rows[i] = float32(rng.IntN(9) - 4)
			if rng.IntN(4) == 0 {
				rows[i] = special[rng.IntN(3)]
			}
		}
		var block Block
		block.Fill(rows, width, n)
		got, exact, want := make([]float32, n), make([]float64, n), make([]float32, n)
		NewMasked(&tr, func(at int) float32 { return tr.Nodes[at].Value }).AddTo(&block, got)
		NewMasked(&tr, func(at int) float64 { return float64(tr.Nodes[at].Value) }).AddTo(&block, exact)
		tr.AddTo(rows, width, want)
		for i := range got {
			if got[i] != want[i] || exact[i] != float64(want[i]) {
				t.Fatalf("row %d %v: leaf %v or %v by masks, %v by the walk", i, rows[i*width:(i+1)*width], got[i], exact[i], want[i])
			}
		}
	})
}

func TestTreesThatMasksCannotHoldAreWalked(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	value := func(int) float32 { return 0 }
	large := grown(rng, maskLeaves+1, 2)
	sets := grown(rng, 4, 2)
	sets.Nodes[0].Flags |= IsSet
	// A damaged file's: both children of the root lead to the same leaves.
	shared := Tree{Nodes: []Node{{Left: 1}, {Left: 3}, {Left: 3}, Leaf(3, 1), Leaf(4, 2)}}
	for name, tr := range map[string]Tree{"33 leaves": large, "a set": sets, "shared children": shared} {
		if NewMasked(&tr, value) != nil {
			t.Errorf("%s: laid out as tests", name)
		}
	}
}
