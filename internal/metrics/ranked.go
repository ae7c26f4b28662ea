// Package metrics computes every metric, interval and statistical test that a report prints: ranking and classification
// metrics, bootstrap intervals, A/B statistics, drift, and how time grows with size. Slices of numbers or a judge's
// outcomes come in, and numbers go out; it doesn't know worlds, engines or models. A metric that isn't defined on its
// input (NDCG without a relevant item, AUC with one class) is NaN: call Defined to drop those before taking a mean.
package metrics

import (
	"math"
	"slices"
)

// NDCG is the normalized discounted cumulative gain of a ranked list at cut k (Järvelin and Kekäläinen 2002, with the
// exponential gain of Burges et al. 2005):
//
//	DCG@k = Σ_{i=1..k} (2^g_i − 1) / log2(i+1),  NDCG@k = DCG@k / DCG@k of the best possible order.
//
// grades are those of the list, best ranked first; ideal holds every positive grade of the request, retrieved or not, in
// any order (NDCG sorts a copy where it isn't already descending). A k of 0 or less means the whole list. NDCG is
// NaN where ideal holds no positive grade.
func NDCG(grades, ideal []uint8, k int) float64 {
	if k <= 0 {
		k = max(len(grades), len(ideal))
	}
	for i := 1; i < len(ideal); i++ {
		if ideal[i] > ideal[i-1] {
			ideal = slices.Clone(ideal)
			slices.SortFunc(ideal, func(a, b uint8) int { return int(b) - int(a) })
			break
		}
	}
	best := DCG(ideal, k)
	if best == 0 {
		return math.NaN()
	}
	return DCG(grades, k) / best
}

// DCG is the discounted cumulative gain of the first k grades; see NDCG.
func DCG(grades []uint8, k int) float64 {
	sum := 0.0
	for i, g := range grades[:min(max(k, 0), len(grades))] {
		if g > 0 {
			sum += Gain(g) / math.Log2(float64(i)+2)
		}
	}
	return sum
}

// Gain is what a grade is worth in DCG: 2^g − 1.
func Gain(grade uint8) float64 { return math.Ldexp(1, int(grade)) - 1 }

// Recall is the share of the positives that were found: hits / positives. It is NaN without positives.
func Recall(hits, positives int) float64 { return ratio(hits, positives) }

func ratio(a, b int) float64 {
	if b <= 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// ReciprocalRank is 1/rank of the first relevant result, 0 where none is (its mean over requests is MRR, Voorhees 1999).
func ReciprocalRank(relevant []bool) float64 {
	if i := slices.Index(relevant, true); i >= 0 {
		return 1 / float64(i+1)
	}
	return 0
}

// AveragePrecision is the mean, over all positives, of the precision at the rank where each was found; positives that
// weren't found count 0 (Manning, Raghavan and Schütze 2008, 8.4). It is NaN without positives.
func AveragePrecision(relevant []bool, positives int) float64 {
	if positives <= 0 {
		return math.NaN()
	}
	sum, hits := 0.0, 0
	for i, r := range relevant {
		if r {
			hits++
			sum += float64(hits) / float64(i+1)
		}
	}
	return sum / float64(positives)
}

// Defined returns the values that are neither NaN nor infinite, in order; the input is untouched.
func Defined(values []float64) []float64 {
	out := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}
