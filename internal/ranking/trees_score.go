package ranking

import (
	"math"
	"slices"
)

// node is one node of a tree, 16 bytes, four to a cache line. Children are neighbours, so that going right is adding 1;
// a leaf is its own left child under a threshold that nothing exceeds, so that a row that has arrived stays while others
// still walk.
type node struct {
	threshold float32 // values above it go right; for a set of codes, its index in tree.sets
	left      int32   // the left child
	value     float32 // of a leaf
	column    uint16
	flags     uint16
}

const (
	missingRight = 1 << iota // missing values go right
	isSet                    // codes in the set go left
	zeroAside                // zeros go where missing values go; LightGBM's models alone have it
)

func leafNode(at int32, value float32) node {
	return node{threshold: float32(math.Inf(1)), left: at, value: value}
}

func (n node) isLeaf(at int) bool { return int(n.left) == at }

// tree is one regression tree; node 0 is the root.
type tree struct {
	nodes []node
	sets  [][]int32 // codes that go left, ascending
	aside bool      // some node has zeroAside
}

// leavesOf fills at with the leaf's node of each row. Four rows walk at once, so that one's loads hide another's.
func (t *tree) leavesOf(rows []float32, width int, at []int32) {
	if t.sets != nil || t.aside {
		for i := range at {
			at[i] = t.leaf(rows[i*width : (i+1)*width])
		}
		return
	}
	nodes := t.nodes
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
		for !nodes[a].isLeaf(int(a)) {
			a = nodes[a].next(rows, i*width)
		}
		at[i] = a
	}
}

// addTo adds the tree's value for each row to out.
func (t *tree) addTo(rows []float32, width int, out []float32) {
	var at [scoreBlock]int32
	for from := 0; from < len(out); from += scoreBlock {
		part := out[from:min(from+scoreBlock, len(out))]
		t.leavesOf(rows[from*width:], width, at[:len(part)])
		for i := range part {
			part[i] += t.nodes[at[i]].value
		}
	}
}

// next returns the child for the row that begins at `at`, without a branch.
func (n *node) next(rows []float32, at int) int32 {
	x := rows[at+int(n.column)]
	var above, missing int32
	if x > n.threshold {
		above = 1
	}
	if x != x {
		missing = 1
	}
	return n.left + (above | missing&int32(n.flags))
}

// leaf returns the node of a row's leaf in a tree that splits by more than thresholds.
func (t *tree) leaf(row []float32) int32 {
	at := int32(0)
	for !t.nodes[at].isLeaf(int(at)) {
		n := &t.nodes[at]
		x := row[n.column]
		switch {
		case n.flags&isSet != 0:
			at = n.left + 1
			if x > -1 && x < 1<<31 { // a code; NaN isn't
				if _, in := slices.BinarySearch(t.sets[int(n.threshold)], int32(x)); in {
					at--
				}
			}
		case n.flags&zeroAside != 0 && x >= -lightZero && x <= lightZero:
			at = n.left + int32(n.flags&missingRight)
		default:
			at = n.next(row, 0)
		}
	}
	return at
}
