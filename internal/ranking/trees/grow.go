package trees

import (
	"context"
	"math"

	"dryrun/internal/parallel"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/tree"
)

// grower grows one tree after another on the same rows, leaf by leaf, the leaf with the highest gain first (Ke et al.
// 2017). Its buffers live for a whole training.
type grower struct {
	o       Options
	d       *ranking.Dataset
	data    *binned
	usable  []int // columns with more than one bin
	g, h    []float32
	fixed   []fixed // by row
	ordered []fixed // in the order of a leaf's rows
	rows    []int32 // a permutation; each leaf is a range of it
	scratch []int32
	free    [][]histogram // by column, of leaves that are done
	splits  [2][]split    // by usable column, of the two children at hand
	leaves  []leaf
	limits  leafLimits
	unit    scale
}

// leaf is a range of rows that may be split further.
type leaf struct {
	from, to int
	node     int32
	sum      slot
	hist     []histogram // nil where it won't be split
	best     split
}

func (l leaf) rows() int { return l.to - l.from }

func newGrower(d *ranking.Dataset, data *binned, o Options) *grower {
	n := data.rows
	gr := &grower{
		o: o, d: d, data: data, g: make([]float32, n), h: make([]float32, n),
		fixed: make([]fixed, n), ordered: make([]fixed, n), rows: make([]int32, n), scratch: make([]int32, n),
	}
	for c := range data.columns {
		if col := &data.columns[c]; col.missing > 1 || col.missing == 1 && hasBin(col.bins, 1) {
			gr.usable = append(gr.usable, c)
		}
	}
	gr.splits[0], gr.splits[1] = make([]split, len(gr.usable)), make([]split, len(gr.usable))
	return gr
}

func hasBin(bins []uint8, b uint8) bool {
	for _, x := range bins {
		if x == b {
			return true
		}
	}
	return false
}

// grow fits one tree to the derivatives in gr.g and gr.h. Its leaf values aren't set yet; gr.leaves holds their rows. ok
// is false where no split lowers the loss.
func (gr *grower) grow(ctx context.Context) (t tree.Tree, ok bool, err error) {
	gr.unit = quantize(gr.g, gr.h, gr.fixed)
	if gr.unit == (scale{}) {
		return tree.Tree{}, false, nil
	}
	gr.limits = gr.o.limits(gr.unit)
	if err := gr.root(ctx); err != nil {
		return tree.Tree{}, false, err
	}
	t.Nodes = append(t.Nodes, tree.Node{})
	for len(gr.leaves) < gr.o.Leaves {
		at := gr.mostGain()
		if at < 0 {
			break
		}
		if err := gr.splitLeaf(ctx, &t, at); err != nil {
			return tree.Tree{}, false, err
		}
	}
	for i := range gr.leaves {
		l := &gr.leaves[i]
		t.Nodes[l.node] = tree.Leaf(l.node, 0)
		gr.release(l)
	}
	return t, len(gr.leaves) > 1, nil
}

// root makes the one leaf that holds every row.
func (gr *grower) root(ctx context.Context) error {
	l := leaf{to: gr.data.rows, hist: gr.acquire()}
	for i := range gr.rows {
		gr.rows[i] = int32(i)
		l.sum.add(gr.fixed[i])
	}
	err := gr.eachPair(ctx, func(a, b int) {
		gr.fillPair(l.hist, a, b, gr.rows, gr.fixed)
		for i := a; i <= b; i++ {
			gr.splits[0][i] = gr.search(l.hist, i, l.sum)
		}
	})
	l.best = bestOf(gr.splits[0])
	gr.leaves = append(gr.leaves[:0], l)
	return err
}

// mostGain returns the leaf to split next, the first of equals, −1 where none is worth it.
func (gr *grower) mostGain() int {
	at, gain := -1, 0.0
	for i := range gr.leaves {
		if g := gr.leaves[i].best.gain; g > gain {
			at, gain = i, g
		}
	}
	return at
}

// splitLeaf splits leaf `at` in two. The smaller child's histograms are filled from its rows; the larger's are the parent's
// less those.
func (gr *grower) splitLeaf(ctx context.Context, t *tree.Tree, at int) error {
	parent := gr.leaves[at]
	s := parent.best
	middle := gr.partition(parent, s)
	next := int32(len(t.Nodes))
	t.Nodes = append(t.Nodes, tree.Node{}, tree.Node{})
	gr.setSplit(t, parent.node, s, next)

	left := leaf{from: parent.from, to: middle, node: next, sum: s.left}
	right := leaf{from: middle, to: parent.to, node: next + 1, sum: parent.sum.minus(s.left)}
	small, large := &left, &right
	if small.rows() > large.rows() {
		small, large = large, small
	}
	if len(gr.leaves)+1 < gr.o.Leaves && large.rows() >= 2*gr.o.MinLeaf {
		large.hist, small.hist = parent.hist, gr.acquire()
		if err := gr.children(ctx, small, large); err != nil {
			return err
		}
	} else {
		gr.release(&parent)
	}
	gr.leaves[at] = left
	gr.leaves = append(gr.leaves, right)
	return nil
}

// children fills both children's histograms and finds their best splits, a pair of columns at a time.
func (gr *grower) children(ctx context.Context, small, large *leaf) error {
	rows := gr.rows[small.from:small.to]
	ordered := gr.ordered[:len(rows)]
	for i, row := range rows {
		ordered[i] = gr.fixed[row]
	}
	divisible := small.rows() >= 2*gr.o.MinLeaf
	err := gr.eachPair(ctx, func(a, b int) {
		gr.fillPair(small.hist, a, b, rows, ordered)
		for i := a; i <= b; i++ {
			sh, lh := &small.hist[i], &large.hist[i]
			for bin := range gr.data.columns[gr.usable[i]].missing + 1 {
				lh[bin] = lh[bin].minus(sh[bin])
			}
			gr.splits[0][i] = split{}
			if divisible {
				gr.splits[0][i] = gr.search(small.hist, i, small.sum)
			}
			gr.splits[1][i] = gr.search(large.hist, i, large.sum)
		}
	})
	small.best, large.best = bestOf(gr.splits[0]), bestOf(gr.splits[1])
	return err
}

// eachPair calls work with the first and last of each two usable columns, in parallel.
func (gr *grower) eachPair(ctx context.Context, work func(a, b int)) error {
	n := len(gr.usable)
	return parallel.For(ctx, gr.o.Workers, (n+1)/2, func(_, i int) error {
		work(2*i, min(2*i+1, n-1))
		return nil
	})
}

// fillPair empties and fills the histograms of usable columns a and b, which may be the same.
func (gr *grower) fillPair(hist []histogram, a, b int, rows []int32, ordered []fixed) {
	ca, cb := &gr.data.columns[gr.usable[a]], &gr.data.columns[gr.usable[b]]
	clear(hist[a][:ca.missing+1])
	if a == b {
		fillOne(&hist[a], ca.bins, rows, ordered)
		return
	}
	clear(hist[b][:cb.missing+1])
	fill(&hist[a], &hist[b], ca.bins, cb.bins, rows, ordered)
}

// search finds the best split of usable column i.
func (gr *grower) search(hist []histogram, i int, sum slot) split {
	c := gr.usable[i]
	col := &gr.data.columns[c]
	if col.codes != nil {
		return gr.limits.bestSet(&hist[i], c, col, sum)
	}
	return gr.limits.bestSplit(&hist[i], c, col, sum)
}

// bestOf returns the split with the highest gain, the first of equals.
func bestOf(splits []split) split {
	best := split{}
	for i := range splits {
		if splits[i].gain > best.gain {
			best = splits[i]
		}
	}
	return best
}

// partition puts the rows that go left before those that go right, each in their order, and returns where right begins.
func (gr *grower) partition(l leaf, s split) int {
	col := &gr.data.columns[s.column]
	var goes [256]uint8 // 1 where a bin goes right
	for b := range goes {
		right := b > s.bin
		if s.set != nil {
			right = !s.set.has(b)
		}
		if b == col.missing {
			right = !s.missingLeft
		}
		if right {
			goes[b] = 1
		}
	}
	rows, scratch := gr.rows[l.from:l.to], gr.scratch[:l.rows()]
	left, right := 0, 0
	for _, row := range rows {
		r := int(goes[col.bins[row]])
		rows[left], scratch[right] = row, row // one of the two is overwritten by the next row
		left += 1 - r
		right += r
	}
	copy(rows[left:], scratch[:right])
	return l.from + left
}

// setSplit turns a leaf's node into a split whose children are at next and next+1.
func (gr *grower) setSplit(t *tree.Tree, at int32, s split, next int32) {
	col := &gr.data.columns[s.column]
	n := &t.Nodes[at]
	n.Column, n.Left = uint16(s.column), next
	if !s.missingLeft {
		n.Flags |= tree.MissingRight
	}
	switch {
	case s.set != nil:
		n.Flags |= tree.IsSet
		n.Threshold = float32(len(t.Sets))
		t.Sets = append(t.Sets, s.set.codes(col.codes))
	case s.bin < len(col.edges):
		n.Threshold = col.edges[s.bin]
	default:
		n.Threshold = float32(math.Inf(1)) // only missing values go right
	}
}

// acquire returns histograms for one leaf, with anything in them.
func (gr *grower) acquire() []histogram {
	if n := len(gr.free); n > 0 {
		h := gr.free[n-1]
		gr.free = gr.free[:n-1]
		return h
	}
	return make([]histogram, len(gr.usable))
}

func (gr *grower) release(l *leaf) {
	if l.hist != nil {
		gr.free = append(gr.free, l.hist)
		l.hist = nil
	}
}

// leafValue is the Newton step of a leaf's rows, −Σg/(Σh + λ), from the derivatives themselves.
func (gr *grower) leafValue(rows []int32) float64 {
	g, h := 0.0, 0.0
	for _, row := range rows {
		g += float64(gr.g[row])
		h += float64(gr.h[row])
	}
	if h += gr.o.L2; h <= 0 {
		return 0
	}
	return -g / h
}
