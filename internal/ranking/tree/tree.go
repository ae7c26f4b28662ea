// Package tree is one regression tree of those that package trees trains and package lightgbm reads, and the two ways to
// score rows by it. Rows go in, and each row's leaf, or the value of that leaf added to its score, comes out. A row walks
// from the root to its leaf; or, where the processor has wide vectors and the tree few leaves, all of a tree's splits are
// tested at once.
package tree

import (
	"math"
	"slices"
)

// Node is one node of a tree, 16 bytes, four to a cache line. Children are neighbors, so that going right is adding 1;
// a leaf is its own left child under a threshold that nothing exceeds, so that a row that has arrived stays while others
// still walk.
type Node struct {
	Threshold float32 // values above it go right; for a set of codes, its index in Tree.Sets
	Left      int32   // the left child
	Value     float32 // of a leaf
	Column    uint16
	Flags     uint16
}

// The flags of a node.
const (
	MissingRight  = 1 << iota // missing values go right
	IsSet                     // codes in the set go left
	ZeroAsMissing             // zeros go where missing values go; LightGBM's models alone have it
)

// Zero is the largest size of a value that counts as zero, as in LightGBM.
const Zero = float32(1e-35)

// Leaf returns the node of a leaf at a place in a tree.
func Leaf(at int32, value float32) Node {
	return Node{Threshold: float32(math.Inf(1)), Left: at, Value: value}
}

// IsLeaf says whether the node at a place in a tree is a leaf.
func (n Node) IsLeaf(at int) bool { return int(n.Left) == at }

// Tree is one regression tree; node 0 is the root.
type Tree struct {
	Nodes       []Node
	Sets        [][]int32 // codes that go left, ascending
	ZeroMissing bool      // some node has ZeroAsMissing
}

// ScoreRows is how many rows pass through a tree at a time: they and their scores stay in the first cache.
const ScoreRows = 256

// LeavesOf fills at with the leaf's node of each row. Four rows walk at once, so that one's loads hide another's.
func (t *Tree) LeavesOf(rows []float32, width int, at []int32) {
	if t.Sets != nil || t.ZeroMissing {
		for i := range at {
			at[i] = t.leaf(rows[i*width : (i+1)*width])
		}
		return
	}
	nodes := t.Nodes
	i := 0
	for ; i+4 <= len(at); i += 4 {
		block := rows[i*width : (i+4)*width]
		var a, b, c, d int32
		for moved := true; moved; {
			na := nodes[a].next(block, 0)
			nb := nodes[b].next(block, width)
			nc := nodes[c].next(block, 2*width)
			nd := nodes[d].next(block, 3*width)
			moved = (na^a)|(nb^b)|(nc^c)|(nd^d) != 0
			a, b, c, d = na, nb, nc, nd
		}
		at[i], at[i+1], at[i+2], at[i+3] = a, b, c, d
	}
	for ; i < len(at); i++ {
		var a int32
		for !nodes[a].IsLeaf(int(a)) {
			a = nodes[a].next(rows, i*width)
		}
		at[i] = a
	}
}

// AddTo adds the tree's value for each row to out.
func (t *Tree) AddTo(rows []float32, width int, out []float32) {
	var at [ScoreRows]int32
	for from := 0; from < len(out); from += ScoreRows {
		part := out[from:min(from+ScoreRows, len(out))]
		t.LeavesOf(rows[from*width:], width, at[:len(part)])
		for i := range part {
			part[i] += t.Nodes[at[i]].Value
		}
	}
}

// next returns the child for the row that begins at `at`, without a branch.
func (n *Node) next(rows []float32, at int) int32 {
	x := rows[at+int(n.Column)]
	var above, missing int32
	if x > n.Threshold {
		above = 1
	}
	if x != x {
		missing = 1
	}
	return n.Left + (above | missing&int32(n.Flags))
}

// leaf returns the node of a row's leaf in a tree that splits by more than thresholds.
func (t *Tree) leaf(row []float32) int32 {
	at := int32(0)
	for !t.Nodes[at].IsLeaf(int(at)) {
		n := &t.Nodes[at]
		x := row[n.Column]
		switch {
		case n.Flags&IsSet != 0:
			at = n.Left + 1
			if x > -1 && x < 1<<31 { // a code; NaN isn't
				if _, in := slices.BinarySearch(t.Sets[int(n.Threshold)], int32(x)); in {
					at--
				}
			}
		case n.Flags&ZeroAsMissing != 0 && x >= -Zero && x <= Zero:
			at = n.Left + int32(n.Flags&MissingRight)
		default:
			at = n.next(row, 0)
		}
	}
	return at
}
