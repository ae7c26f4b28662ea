package lab

import (
	"cmp"
	"math"
	"slices"
)

// pooled are all candidates of all test requests in order of score, so that measures over them can be resampled by
// request without sorting again: a request drawn twice counts its candidates twice.
type pooled struct {
	prob     []float32 // descending
	relevant []bool
	request  []int32
	requests int
	weight   []float64 // of each request in the current resample
}

func pool(judged []judgedRequest) *pooled {
	p := &pooled{requests: len(judged), weight: make([]float64, len(judged))}
	type row struct {
		prob     float32
		relevant bool
		request  int32
	}
	var rows []row
	for i, j := range judged {
		for k, v := range j.probs {
			rows = append(rows, row{float32(v), j.labels[k], int32(i)})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.prob, a.prob) })
	for _, r := range rows {
		p.prob, p.relevant, p.request = append(p.prob, r.prob), append(p.relevant, r.relevant), append(p.request, r.request)
	}
	return p
}

// draw sets the weights to a resample.
func (p *pooled) draw(idx []int) {
	clear(p.weight)
	for _, i := range idx {
		p.weight[i]++
	}
}

// totals is the weight of relevant and of other candidates.
func (p *pooled) totals() (pos, neg float64) {
	for i, r := range p.relevant {
		if w := p.weight[p.request[i]]; r {
			pos += w
		} else {
			neg += w
		}
	}
	return pos, neg
}

// curve calls step after each group of equal scores with the relevant and other weight so far and in the group.
func (p *pooled) curve(step func(pos, neg, newPos, newNeg float64)) {
	var pos, neg float64
	for i := 0; i < len(p.prob); {
		var a, b float64
		score := p.prob[i]
		for ; i < len(p.prob) && p.prob[i] == score; i++ {
			if w := p.weight[p.request[i]]; p.relevant[i] {
				a += w
			} else {
				b += w
			}
		}
		pos, neg = pos+a, neg+b
		step(pos, neg, a, b)
	}
}

// auc is the weighted Mann-Whitney statistic; ties count half.
func (p *pooled) auc() float64 {
	all, others := p.totals()
	sum := 0.0
	p.curve(func(pos, _, a, b float64) { sum += b * (pos - a/2) })
	return sum / (all * others)
}

// prAUC is average precision over the weighted candidates, equal scores taken together.
func (p *pooled) prAUC() float64 {
	all, _ := p.totals()
	sum := 0.0
	p.curve(func(pos, neg, a, _ float64) {
		if a > 0 {
			sum += a * pos / (pos + neg)
		}
	})
	return sum / all
}

// f1 is the weighted F1 of calling relevant what reaches the threshold.
func (p *pooled) f1(threshold float64) float64 {
	var tp, fp, fn float64
	for i, r := range p.relevant {
		w := p.weight[p.request[i]]
		switch said := float64(p.prob[i]) >= threshold; {
		case said && r:
			tp += w
		case said:
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

// calibrationBins is how many bins of equal mass calibration is judged by.
const calibrationBins = 10

// calibration is the expected calibration error over bins of equal mass (Naeini et al. 2015): Σ share·|said − found|.
func (p *pooled) calibration() float64 {
	pos, neg := p.totals()
	mass := (pos + neg) / calibrationBins
	var sum, said, found float64
	bins := 1.0
	var upTo float64
	for i, r := range p.relevant {
		w := p.weight[p.request[i]]
		said, upTo = said+w*float64(p.prob[i]), upTo+w
		if r {
			found += w
		}
		if upTo >= bins*mass || i == len(p.relevant)-1 {
			sum += math.Abs(said - found)
			said, found, bins = 0, 0, bins+1
		}
	}
	return sum / (pos + neg)
}

// measures is what evaluation reports over candidates.
func (p *pooled) measures(threshold float64) []pooledMeasure {
	return []pooledMeasure{
		{"auc", p.auc},
		{"pr_auc", p.prAUC},
		{"f1", func() float64 { return p.f1(threshold) }},
		{"calibration_error", p.calibration},
	}
}

type pooledMeasure struct {
	id   string
	stat func() float64
}
