package tree

import "math/bits"

// A tree of at most 32 leaves needs no walk (QuickScorer: Lucchese et al. 2015). Number the leaves from left to right and
// keep a bit for each: a test that sends a row right rules out the leaves on its left, and once all tests are done the
// lowest bit left is the row's leaf. Tests need no order and no branches, so a vector instruction does eight rows or sixteen
// (V-QuickScorer: Lucchese et al. 2016); all 30 tests of 31 leaves take less time than waiting for five loads one after
// another.

const (
	maskLeaves = 32
	MaskRows   = 64 // rows tested at once: four vectors of sixteen, or twice four of eight
	MaskLeast  = 6  // below this number of rows, walking is faster
)

// test is one split, 12 bytes: a value above the threshold rules the leaves out.
type test struct {
	threshold float32
	at        uint32 // the column's place in a Block, in bytes
	out       uint32 // the leaves on the left
}

// Masked is a tree as tests; its values are float32 or float64, as the scores they are added to.
type Masked[V float32 | float64] struct {
	tests  []test
	above  int           // tests[:above] pass NaN to the left, the others to the right
	values [maskLeaves]V // of the leaves from left to right
}

// NewMasked returns the tree as tests, or nil where it has too many leaves or splits by more than a threshold. value
// gives the value of a leaf's node.
func NewMasked[V float32 | float64](t *Tree, value func(node int) V) *Masked[V] {
	if len(t.Nodes) > 2*maskLeaves-1 {
		return nil
	}
	m := &Masked[V]{}
	var right []test
	leaves, visits := 0, 0
	// visit lays out the nodes below at and returns the bits of their leaves. A file's nodes might share children: such a
	// tree has more visits than nodes and is walked instead.
	var visit func(at int) uint32
	visit = func(at int) uint32 {
		if visits++; visits > len(t.Nodes) {
			return 0
		}
		n := t.Nodes[at]
		if n.IsLeaf(at) {
			if leaves == maskLeaves {
				visits = len(t.Nodes) + 1
				return 0
			}
			m.values[leaves] = value(at)
			leaves++
			return 1 << (leaves - 1)
		}
		if n.Flags&(IsSet|ZeroAsMissing) != 0 {
			visits = len(t.Nodes) + 1
			return 0
		}
		low := visit(int(n.Left))
		s := test{n.Threshold, uint32(n.Column) * 4 * MaskRows, low}
		if n.Flags&MissingRight != 0 {
			right = append(right, s)
		} else {
			m.tests = append(m.tests, s)
		}
		return low | visit(int(n.Left)+1)
	}
	visit(0)
	if visits > len(t.Nodes) {
		return nil
	}
	m.above = len(m.tests)
	m.tests = append(m.tests, right...)
	return m
}

// AddTo adds the tree's value for each of the block's first len(out) rows to out.
func (m *Masked[V]) AddTo(b *Block, out []V) {
	var left [MaskRows]uint32
	b.leaves(m.tests, m.above, len(out), &left)
	for i := addWide(&left, &m.values, out); i < len(out); i++ {
		out[i] += m.values[bits.TrailingZeros32(left[i])&(maskLeaves-1)]
	}
}

// Bytes is the size in memory.
func (m *Masked[V]) Bytes() int { return 12*len(m.tests) + 8*maskLeaves }

// Block is up to MaskRows rows, column by column.
type Block struct {
	columns []float32 // width x MaskRows
}

// Fill takes n rows.
func (b *Block) Fill(rows []float32, width, n int) {
	if len(b.columns) < width*MaskRows {
		b.columns = make([]float32, width*MaskRows)
	}
	for c := range width {
		column, at := b.columns[c*MaskRows:][:n], c
		for i := range column {
			column[i] = rows[at]
			at += width
		}
	}
}
