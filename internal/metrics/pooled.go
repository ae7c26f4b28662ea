package metrics

import (
	"cmp"
	"math"
	"slices"
)

// Pooled is the scored and labeled rows of many groups (the candidates of many requests) in order of score, so that measures
// over all rows can be resampled by group without sorting again: a group drawn twice counts its rows twice. It is not safe
// for concurrent use.
type Pooled struct {
	prob     []float32 // descending
	positive []bool
	group    []int32
	weight   []float64 // of each group in the current resample
}

// NewPooled pools the rows of groups: probs[i] and labels[i] are those of group i. Until Draw is called every group counts 0.
func NewPooled(probs [][]float64, labels [][]bool) *Pooled {
	p := &Pooled{weight: make([]float64, len(probs))}
	type row struct {
		prob     float32
		positive bool
		group    int32
	}
	var rows []row
	for i := range probs {
		for k, v := range probs[i] {
			rows = append(rows, row{float32(v), labels[i][k], int32(i)})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.prob, a.prob) })
	for _, r := range rows {
		p.prob, p.positive, p.group = append(p.prob, r.prob), append(p.positive, r.positive), append(p.group, r.group)
	}
	return p
}

// Groups is how many groups were pooled.
func (p *Pooled) Groups() int { return len(p.weight) }

// Draw sets the groups' weights to a resample: how often each group is in idx.
func (p *Pooled) Draw(idx []int) {
	clear(p.weight)
	for _, i := range idx {
		p.weight[i]++
	}
}

// totals is the weight of positive and of other rows.
func (p *Pooled) totals() (pos, neg float64) {
	for i, r := range p.positive {
		if w := p.weight[p.group[i]]; r {
			pos += w
		} else {
			neg += w
		}
	}
	return pos, neg
}

// curve calls step after each run of equal scores with the positive and other weight so far and in the run.
func (p *Pooled) curve(step func(pos, neg, newPos, newNeg float64)) {
	var pos, neg float64
	for i := 0; i < len(p.prob); {
		var a, b float64
		score := p.prob[i]
		for ; i < len(p.prob) && p.prob[i] == score; i++ {
			if w := p.weight[p.group[i]]; p.positive[i] {
				a += w
			} else {
				b += w
			}
		}
		pos, neg = pos+a, neg+b
		step(pos, neg, a, b)
	}
}

// AUC is the weighted Mann-Whitney statistic; ties count half. See the function AUC.
func (p *Pooled) AUC() float64 {
	all, others := p.totals()
	sum := 0.0
	p.curve(func(pos, _, a, b float64) { sum += b * (pos - a/2) })
	return sum / (all * others)
}

// PRAUC is average precision over the weighted rows, with runs of equal scores as one step. See the function PRAUC.
func (p *Pooled) PRAUC() float64 {
	all, _ := p.totals()
	sum := 0.0
	p.curve(func(pos, neg, a, _ float64) {
		if a > 0 {
			sum += a * pos / (pos + neg)
		}
	})
	return sum / all
}

// F1 is the weighted F1 of calling every row positive whose score is at least the threshold.
func (p *Pooled) F1(threshold float64) float64 {
	var tp, fp, fn float64
	for i, r := range p.positive {
		w := p.weight[p.group[i]]
		switch called := float64(p.prob[i]) >= threshold; {
		case called && r:
			tp += w
		case called:
			fp += w
		case r:
			fn += w
		}
	}
	if tp+fp+fn == 0 {
		return math.NaN()
	}
	return 2 * tp / (2*tp + fp + fn)
}

// CalibrationError is the weighted expected calibration error over bins of equal mass (Naeini et al. 2015):
// Σ share·|predicted − observed|. A run of equal scores is split where a bin is full.
func (p *Pooled) CalibrationError(bins int) float64 {
	pos, neg := p.totals()
	mass := (pos + neg) / float64(bins)
	var sum, predicted, observed, upTo float64
	full := 1.0
	for i, r := range p.positive {
		w := p.weight[p.group[i]]
		predicted, upTo = predicted+w*float64(p.prob[i]), upTo+w
		if r {
			observed += w
		}
		if upTo >= full*mass || i == len(p.positive)-1 {
			sum += math.Abs(predicted - observed)
			predicted, observed, full = 0, 0, full+1
		}
	}
	return sum / (pos + neg)
}
