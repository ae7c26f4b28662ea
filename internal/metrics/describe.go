package metrics

import (
	"math"
	"slices"
)

// Sum is the sum of the values.
func Sum(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// Mean is the mean of the values that are defined; it is NaN where none are.
func Mean(values []float64) float64 {
	d := Defined(values)
	return Sum(d) / float64(len(d))
}

// MeanAt is the mean of the values at idx, each as often as it is listed, as far as they are defined.
func MeanAt(values []float64, idx []int) float64 {
	sum, n := 0.0, 0
	for _, i := range idx {
		if v := values[i]; !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}

// MeanStd is the mean and the standard deviation of the values, as of a whole population.
func MeanStd[T float32 | float64](x []T) (mean, std float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for _, v := range x {
		std += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(std / float64(len(x)))
}

// Gini is the Gini coefficient (1912) of the values, 0 where all are equal: Σ(2i−n−1)·x_i / (n·Σx), x ascending, i from 1.
func Gini(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n, sum := float64(len(sorted)), 0.0
	for i, x := range sorted {
		sum += (2*float64(i+1) - n - 1) * x
	}
	return sum / (n * max(Sum(sorted), 1))
}

// TopShare is the share of the total that the largest 1% of the values hold, at least one value.
func TopShare(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	top := Sum(sorted[len(sorted)-max(1, len(sorted)/100):])
	return top / max(Sum(sorted), 1)
}
