package metrics

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// PSI is the population stability index of actual against expected: with shares e_b and a_b in bins that are quantiles
// of expected,
//
//	PSI = Σ_b (a_b − e_b)·ln(a_b/e_b)
//
// (Siddiqi 2006: below 0.1 little change, above 0.25 a large one). Half a row is added to each bin, so PSI stays finite
// where one is empty; with few rows PSI is above 0 by chance, by about (bins−1)·(1/n + 1/m). It is NaN where a sample is empty.
func PSI(expected, actual []float64, bins int) float64 {
	if len(expected) == 0 || len(actual) == 0 {
		return math.NaN()
	}
	edges := quantileEdges(expected, bins)
	e, a := share(expected, edges), share(actual, edges)
	sum := 0.0
	for b := range e {
		sum += (a[b] - e[b]) * math.Log(a[b]/e[b])
	}
	return sum
}

// quantileEdges returns the distinct inner edges of bins of equal mass; a value belongs to the first bin whose edge is at
// least the value.
func quantileEdges(values []float64, bins int) []float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	var edges []float64
	for b := 1; b < bins; b++ {
		edge := stat.Quantile(float64(b)/float64(bins), stat.Empirical, sorted, nil)
		if edge < sorted[len(sorted)-1] && (len(edges) == 0 || edge > edges[len(edges)-1]) {
			edges = append(edges, edge)
		}
	}
	return edges
}

// share returns the smoothed share of values in each bin.
func share(values, edges []float64) []float64 {
	out := make([]float64, len(edges)+1)
	for b := range out {
		out[b] = 0.5
	}
	for _, v := range values {
		b, _ := slices.BinarySearch(edges, v)
		out[b]++
	}
	total := float64(len(values)) + 0.5*float64(len(out))
	for b := range out {
		out[b] /= total
	}
	return out
}

// KS is the two-sample Kolmogorov-Smirnov test: d is the largest distance between the two empirical distributions, and p
// the probability of a distance at least that large if both samples come from the same distribution (asymptotic, with
// Stephens's 1970 correction for small samples: λ = (√m + 0.12 + 0.11/√m)·d, m = n₁n₂/(n₁+n₂),
// p = 2·Σ (−1)^{j−1}·exp(−2j²λ²)). Both are NaN where a sample is empty.
func KS(a, b []float64) (d, p float64) {
	if len(a) == 0 || len(b) == 0 {
		return math.NaN(), math.NaN()
	}
	x, y := slices.Clone(a), slices.Clone(b)
	slices.Sort(x)
	slices.Sort(y)
	d = stat.KolmogorovSmirnov(x, nil, y, nil)
	m := math.Sqrt(float64(len(a)) * float64(len(b)) / float64(len(a)+len(b)))
	return d, kolmogorov((m + 0.12 + 0.11/m) * d)
}

// kolmogorov is the tail Q(λ) of Kolmogorov's distribution. The alternating series converges fast except near 0, where
// the tail is 1 to within 1e-12.
func kolmogorov(lambda float64) float64 {
	if lambda < 0.2 {
		return 1
	}
	sum, sign := 0.0, 1.0
	for j := 1.0; j <= 100; j++ {
		term := math.Exp(-2 * j * j * lambda * lambda)
		sum += sign * term
		if term < 1e-16 {
			break
		}
		sign = -sign
	}
	return min(max(2*sum, 0), 1)
}
