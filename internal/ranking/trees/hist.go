package trees

import "math"

// Derivatives are summed in fixed point. Integer sums are the same in any order, so that any number of workers grows the
// same trees, and a parent less one child is exactly the other child. Only the choice of splits sees fixed point; leaf
// values are summed from the derivatives themselves.
const (
	gradBits  = 30 // of the largest |g|; 2²⁴ rows of them fit an int64
	hessBits  = 16 // of the largest h
	countBits = 24 // rows in one histogram slot
	maxRows   = 1<<countBits - 1
)

// fixed is one row's derivatives in fixed point.
type fixed struct {
	g int32
	h uint32
}

// slot is the sum of a bin's rows: hn holds Σh above countBits and the number of rows below.
type slot struct {
	g  int64
	hn uint64
}

// histogram is the sums of one column in one leaf. It has a slot for every value of a byte, so that indexing by a bin
// needs no check.
type histogram [256]slot

func (s *slot) add(f fixed)      { s.g += int64(f.g); s.hn += uint64(f.h)<<countBits | 1 }
func (s *slot) merge(o slot)     { s.g += o.g; s.hn += o.hn }
func (s slot) minus(o slot) slot { return slot{s.g - o.g, s.hn - o.hn} }
func (s slot) rows() int         { return int(s.hn & maxRows) }
func (s slot) hess() float64     { return float64(s.hn >> countBits) }

// scale is what one unit of fixed point is worth.
type scale struct{ g, h float64 }

// quantize fills out with the derivatives in fixed point. Small second derivatives would vanish in 16 bits, so each is
// rounded up with a chance of its remainder: a Weyl sequence over rows serves as chance, and sums come out right.
func quantize(g, h []float32, out []fixed) scale {
	var maxG, maxH float32
	for i := range g {
		maxG = max(maxG, g[i], -g[i])
		maxH = max(maxH, h[i])
	}
	if maxG == 0 || maxH == 0 {
		return scale{}
	}
	toG, toH := float64(int(1)<<gradBits-1)/float64(maxG), float64(int(1)<<hessBits-1)/float64(maxH)
	weyl := uint32(0)
	for i := range g {
		weyl += 0x9e3779b9 // 2³²/φ
		out[i].g = int32(math.RoundToEven(float64(g[i]) * toG))
		out[i].h = uint32((uint64(float64(h[i])*toH*65536) + uint64(weyl>>16)) >> 16)
	}
	return scale{1 / toG, 1 / toH}
}

// fill adds the rows of a leaf to the histograms of two columns at once: the loads of one hide the latency of the other.
// ordered holds the rows' derivatives in the order of rows.
func fill(h1, h2 *histogram, bins1, bins2 []uint8, rows []int32, ordered []fixed) {
	ordered = ordered[:len(rows)]
	for i, row := range rows {
		g, hn := int64(ordered[i].g), uint64(ordered[i].h)<<countBits|1
		s := &h1[bins1[row]]
		s.g += g
		s.hn += hn
		s = &h2[bins2[row]]
		s.g += g
		s.hn += hn
	}
}

// fillOne is fill for a column without a partner.
func fillOne(h *histogram, bins []uint8, rows []int32, ordered []fixed) {
	ordered = ordered[:len(rows)]
	for i, row := range rows {
		h[bins[row]].add(ordered[i])
	}
}

// split is the best way found to part a leaf. gain 0 means none.
type split struct {
	gain        float64
	column      int
	bin         int // rows whose bin is at most this go left
	missingLeft bool
	left        slot
	set         *binSet // categorical: rows whose bin is in the set go left
}

// leafLimits are the rules that both sides of a split obey.
type leafLimits struct {
	minRows int
	minHess float64 // in fixed-point units, as l2 is
	l2      float64
}

// minHessian is the least sum of second derivatives in a leaf, as LightGBM's default.
const minHessian = 1e-3

func (o Options) limits(s scale) leafLimits {
	return leafLimits{minRows: o.MinLeaf, minHess: minHessian / s.h, l2: o.L2 / s.h}
}

// gain is how much the split lowers the loss, in fixed-point units and without the constant of the parent:
// G_L²/(H_L + λ) + G_R²/(H_R + λ) (Chen and Guestrin 2016, equation 7), as one fraction. ok is false where the limits
// forbid it.
func (l leafLimits) gain(left, right slot) (gain float64, ok bool) {
	hl, hr := left.hess(), right.hess()
	if left.rows() < l.minRows || right.rows() < l.minRows || hl < l.minHess || hr < l.minHess {
		return 0, false
	}
	hl += l.l2
	hr += l.l2
	gl, gr := float64(left.g), float64(right.g)
	return (gl*gl*hr + gr*gr*hl) / (hl * hr), true
}

// single is the same of a leaf that isn't split.
func (l leafLimits) single(s slot) float64 {
	return float64(s.g) * float64(s.g) / (s.hess() + l.l2)
}

// bestSplit tries every edge of a numeric column, with missing values on either side.
func (l leafLimits) bestSplit(h *histogram, column int, col *binnedColumn, total slot) split {
	missing := h[col.missing]
	best := split{column: column}
	floor := l.single(total)
	try := func(left slot, last int, missingLeft bool) {
		bestGain := best.gain + floor
		for b := range last {
			left.merge(h[b])
			right := total.minus(left)
			if right.rows() < l.minRows {
				break
			}
			if gain, ok := l.gain(left, right); ok && gain > bestGain {
				bestGain = gain
				best.gain, best.bin, best.missingLeft, best.left = gain-floor, b, missingLeft, left
			}
		}
	}
	if missing.rows() == 0 {
		try(slot{}, col.missing-1, false)
		// No row says where missing values go: the larger side is the safer guess.
		best.missingLeft = 2*best.left.rows() >= total.rows()
		return best
	}
	try(slot{}, col.missing, false) // the last edge parts all values from the missing
	try(missing, col.missing-1, true)
	return best
}
