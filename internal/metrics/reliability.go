package metrics

import (
	"cmp"
	"math"
	"slices"
)

// ReliabilityBin is a part of the rows: the mean of what was predicted for them, and the share that came true with Wilson's
// interval.
type ReliabilityBin struct {
	N         int
	Predicted float64
	Observed  Interval
}

// Reliability cuts the rows, in order of their predicted chance, into bins of equal size, the least likely first (Niculescu-Mizil
// and Caruana 2005).
func Reliability(probs []float64, labels []bool, bins int) []ReliabilityBin {
	order := byChance(probs)
	var out []ReliabilityBin
	for b := range bins {
		if part := order[b*len(order)/bins : (b+1)*len(order)/bins]; len(part) > 0 {
			out = append(out, reliabilityOf(probs, labels, part))
		}
	}
	return out
}

// TopReliability is the bin of the most likely share of the rows, at least one; ok is false where there are no rows.
func TopReliability(probs []float64, labels []bool, share float64) (bin ReliabilityBin, ok bool) {
	order := byChance(probs)
	if len(order) == 0 {
		return bin, false
	}
	n := max(1, int(share*float64(len(order))))
	return reliabilityOf(probs, labels, order[len(order)-n:]), true
}

// byChance is the rows by their predicted chance, ascending.
func byChance(probs []float64) []int {
	order := all(len(probs))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(probs[a], probs[b]) })
	return order
}

func reliabilityOf(probs []float64, labels []bool, part []int) ReliabilityBin {
	hits, sum := 0, 0.0
	for _, i := range part {
		sum += probs[i]
		if labels[i] {
			hits++
		}
	}
	return ReliabilityBin{N: len(part), Predicted: sum / float64(len(part)), Observed: Wilson(hits, len(part))}
}

// BestThreshold is the threshold of highest F1 when every row of at least that chance is called positive, and that F1. It lies
// half way to the next lower chance, so that rows like the last one called are called too. It is NaN without positives.
func BestThreshold(probs []float64, labels []bool) (threshold, f1 float64) {
	order := byChance(probs)
	positives := 0
	for _, l := range labels {
		if l {
			positives++
		}
	}
	if positives == 0 {
		return math.NaN(), math.NaN()
	}
	hits := 0
	for n := 1; n <= len(order); n++ {
		at := len(order) - n
		if labels[order[at]] {
			hits++
		}
		here := probs[order[at]]
		if at > 0 && probs[order[at-1]] == here {
			continue // rows of one chance are called together
		}
		if v := 2 * float64(hits) / float64(n+positives); v > f1 {
			f1, threshold = v, here
			if at > 0 {
				threshold = (here + probs[order[at-1]]) / 2
			}
		}
	}
	return threshold, f1
}
