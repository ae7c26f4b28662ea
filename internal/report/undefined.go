package report

import (
	"maps"
	"slices"
	"strings"
)

// missingCell is what stands in a table where a number couldn't be computed.
const missingCell = Text("missing")

// Miss lists a metric as missing, once: the first reason stands.
func (s *Step) Miss(metric, why string) {
	for _, m := range s.Missing {
		if m.Metric == metric {
			return
		}
	}
	s.Missing = append(s.Missing, Missing{Metric: metric, Why: why})
}

// Guard makes sure that a report holds no number that is none: metrics and timings that aren't finite are missing, intervals of
// no width give way to a reason, cells say "missing", and points that can't be drawn are left out.
func (s *Step) Guard() {
	for _, numbers := range []map[string]float64{s.Metrics, s.Timings} {
		for _, id := range slices.Sorted(maps.Keys(numbers)) {
			v, ok := numbers[id]
			base, isLow := strings.CutSuffix(id, "_lo")
			high, hasHigh := numbers[base+"_hi"]
			switch {
			case !ok: // an interval's upper end, gone with the lower
			case !isFinite(v):
				delete(numbers, id)
				s.Miss(id, "there is too little to compute it from")
			case isLow && hasHigh && high == v:
				delete(numbers, id)
				delete(numbers, base+"_hi")
				s.Miss(id, "every resample gives the same value, so that there is no interval")
			}
		}
	}
	for i := range s.Blocks {
		s.Blocks[i].guard()
	}
}

func (b *Block) guard() {
	for _, row := range b.Rows {
		for i, c := range row {
			if n, ok := c.(Number); ok && !n.IsFinite() {
				row[i] = missingCell
			}
		}
	}
	for i := range b.Series {
		b.Series[i].guard()
	}
}

// guard leaves out points that can't be drawn, and moves the marks of the others.
func (s *Series) guard() {
	bad := func(k int) bool { return k >= len(s.Y) || !isFinite(s.X[k]) || !isFinite(s.Y[k]) }
	if !slices.ContainsFunc(indexes(len(s.X)), bad) {
		return
	}
	var kept Series
	for k := range s.X {
		if bad(k) {
			continue
		}
		if slices.Contains(s.Marks, k) {
			kept.Marks = append(kept.Marks, len(kept.X))
		}
		kept.X, kept.Y = append(kept.X, s.X[k]), append(kept.Y, s.Y[k])
	}
	s.X, s.Y, s.Marks = kept.X, kept.Y, kept.Marks
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
