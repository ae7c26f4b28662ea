package metrics

import (
	"cmp"
	"math"
	"slices"
)

// ranking is scored labels in descending order of score, cut into runs of equal scores.
type ranking struct {
	scores []float32 // of each run, descending
	tp, fp []int     // positives and negatives among all rows that score at least scores[i]
}

// rank counts, for every distinct score taken as a threshold, how many positives and negatives reach it.
func rank(scores []float32, labels []bool) ranking {
	order := make([]int32, len(scores))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(scores[b], scores[a]) })
	var r ranking
	tp, fp := 0, 0
	for i, row := range order {
		if labels[row] {
			tp++
		} else {
			fp++
		}
		if i+1 == len(order) || scores[order[i+1]] != scores[row] {
			r.scores, r.tp, r.fp = append(r.scores, scores[row]), append(r.tp, tp), append(r.fp, fp)
		}
	}
	return r
}

// totals returns the numbers of positives and negatives.
func (r ranking) totals() (pos, neg int) {
	if n := len(r.tp); n > 0 {
		return r.tp[n-1], r.fp[n-1]
	}
	return 0, 0
}

// AUC is the area under the ROC curve: the probability that a positive scores above a negative, ties counting half
// (Hanley and McNeil 1982; the Mann-Whitney statistic). It is NaN where a class is absent.
func AUC(scores []float32, labels []bool) float64 {
	r := rank(scores, labels)
	pos, neg := r.totals()
	if pos == 0 || neg == 0 {
		return math.NaN()
	}
	area, tp, fp := 0.0, 0, 0
	for i := range r.scores {
		area += float64(r.fp[i]-fp) * float64(r.tp[i]+tp) / 2 // one trapezoid for each run of ties
		tp, fp = r.tp[i], r.fp[i]
	}
	return area / (float64(pos) * float64(neg))
}

// PRAUC is the area under the precision-recall curve as average precision: Σ (R_i − R_{i−1})·P_i over thresholds,
// without linear interpolation, which overestimates it (Davis and Goadrich 2006). It is NaN without positives.
func PRAUC(scores []float32, labels []bool) float64 {
	r := rank(scores, labels)
	pos, _ := r.totals()
	if pos == 0 {
		return math.NaN()
	}
	area, tp := 0.0, 0
	for i := range r.scores {
		area += float64(r.tp[i]-tp) * float64(r.tp[i]) / float64(r.tp[i]+r.fp[i])
		tp = r.tp[i]
	}
	return area / float64(pos)
}

// epsilon keeps logarithms finite where a model is certain and wrong.
const epsilon = 1e-15

// LogLoss is the mean of −ln of the probability given to what happened. It is NaN on no rows.
func LogLoss(probs []float64, labels []bool) float64 {
	sum := 0.0
	for i, p := range probs {
		if !labels[i] {
			p = 1 - p
		}
		sum -= math.Log(min(max(p, epsilon), 1))
	}
	return sum / float64(len(probs))
}

// NormalizedEntropy is the log loss over that of always predicting the average rate (He et al. 2014, "Practical lessons
// from predicting clicks on ads at Facebook"): below 1 the model knows more than the average rate. It is NaN where a
// class is absent.
func NormalizedEntropy(probs []float64, labels []bool) float64 {
	pos := 0
	for _, l := range labels {
		if l {
			pos++
		}
	}
	if pos == 0 || pos == len(labels) {
		return math.NaN()
	}
	rate := float64(pos) / float64(len(labels))
	return LogLoss(probs, labels) / -(rate*math.Log(rate) + (1-rate)*math.Log(1-rate))
}

// f1 is the harmonic mean of precision and recall, 2TP / (2TP + FP + FN).
func f1(tp, fp, fn int) float64 { return ratio(2*tp, 2*tp+fp+fn) }

// MacroF1 is the mean of F1 over classes 0 to classes−1, each class counting the same however rare (Manning et al. 2008,
// 13.6). Classes that are neither present nor predicted are left out; it is NaN where all are.
func MacroF1(predicted, actual []int32, classes int) float64 {
	sum, n := 0.0, 0
	for _, f := range F1ByClass(predicted, actual, classes) {
		if !math.IsNaN(f) {
			sum += f
			n++
		}
	}
	return sum / float64(n)
}

// F1ByClass is the F1 of each class against the rest, NaN for a class neither present nor predicted.
func F1ByClass(predicted, actual []int32, classes int) []float64 {
	tp, called, present := make([]int, classes), make([]int, classes), make([]int, classes)
	for i, p := range predicted {
		called[p]++
		present[actual[i]]++
		if p == actual[i] {
			tp[p]++
		}
	}
	out := make([]float64, classes)
	for c := range out {
		out[c] = f1(tp[c], called[c]-tp[c], present[c]-tp[c])
	}
	return out
}

// RecallAtPrecision is the highest recall of any threshold whose precision is at least the one asked for, and that
// threshold; 0 and +Inf where no threshold is precise enough. It is NaN without positives.
func RecallAtPrecision(scores []float32, labels []bool, precision float64) (recall float64, threshold float32) {
	r := rank(scores, labels)
	pos, _ := r.totals()
	if pos == 0 {
		return math.NaN(), float32(math.Inf(1))
	}
	threshold = float32(math.Inf(1))
	for i, s := range r.scores {
		got := float64(r.tp[i]) / float64(pos)
		if float64(r.tp[i]) >= precision*float64(r.tp[i]+r.fp[i]) && got > recall {
			recall, threshold = got, s
		}
	}
	return recall, threshold
}
