package trees

import (
	"cmp"
	"slices"
)

// binSet is a set of a categorical column's bins.
type binSet [4]uint64

func (s *binSet) add(b int)      { s[b>>6] |= 1 << (b & 63) }
func (s *binSet) has(b int) bool { return s[b>>6]>>(b&63)&1 == 1 }

// codes returns the codes of the bins in the set, ascending.
func (s *binSet) codes(codes []int32) []int32 {
	var out []int32
	for b, code := range codes {
		if s.has(b) {
			out = append(out, code)
		}
	}
	return out
}

// commonCodes returns the codes that get a bin of their own, ascending: the most frequent ones. The rest count as
// missing.
func commonCodes(values []float32, bins int) []int32 {
	counts := map[int32]int{}
	for _, v := range values {
		counts[int32(v)]++
	}
	codes := make([]int32, 0, len(counts))
	for code := range counts {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b int32) int {
		if c := cmp.Compare(counts[b], counts[a]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	codes = codes[:min(len(codes), bins)]
	slices.Sort(codes)
	return codes
}

// Categorical splits are regularized as LightGBM's: a code needs this many rows to take part, statistics are smoothed by
// this many second derivatives' worth of rows when codes are put in order, and gains are discounted by an extra L2.
const (
	minCodeRows = 10
	codeSmooth  = 10.0
	codeL2      = 10.0
	maxCodes    = 32 // on the smaller side
)

// bestSet tries sets of codes: for a convex loss the best two-way partition of codes is a prefix of them in the order of
// Σg/Σh (Fisher 1958), so that only as many partitions as codes need a look. Codes outside the set, unknown and missing
// ones go right.
func (l leafLimits) bestSet(h *histogram, column int, col *binnedColumn, total slot) split {
	var order []int
	for b := range col.missing {
		if h[b].rows() >= minCodeRows {
			order = append(order, b)
		}
	}
	rowHess := total.hess() / float64(max(total.rows(), 1)) // an average row's, so that smoothing has the hessian's unit
	ratio := func(b int) float64 { return float64(h[b].g) / (h[b].hess() + codeSmooth*rowHess) }
	slices.SortFunc(order, func(a, b int) int {
		if c := cmp.Compare(ratio(a), ratio(b)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	strict := l
	strict.l2 += codeL2 * rowHess
	best, floor := split{column: column}, strict.single(total)
	for _, reverse := range []bool{false, true} { // a set may gather the lowest or the highest codes
		var left slot
		var set binSet
		for i := range min(len(order)-1, maxCodes) {
			b := order[i]
			if reverse {
				b = order[len(order)-1-i]
			}
			left.merge(h[b])
			set.add(b)
			if gain, ok := strict.gain(left, total.minus(left)); ok && gain-floor > best.gain {
				found := set
				best.gain, best.left, best.set = gain-floor, left, &found
			}
		}
	}
	return best
}
