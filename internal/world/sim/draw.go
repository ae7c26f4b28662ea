package sim

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Zipf returns n shares that fall as 1/rank^exponent and sum to 1.
func Zipf(n int, exponent float64) []float64 {
	share := make([]float64, n)
	var sum float64
	for r := range share {
		share[r] = math.Pow(float64(r+1), -exponent)
		sum += share[r]
	}
	for r := range share {
		share[r] /= sum
	}
	return share
}

// Cumulate returns running sums; the last is pinned to 1, so that a search for a number below 1 always succeeds.
func Cumulate(share []float64) []float64 {
	sums := make([]float64, len(share))
	var sum float64
	for i, s := range share {
		sum += s
		sums[i] = sum
	}
	sums[len(sums)-1] = 1
	return sums
}

// Sample keeps at most n of ids (0: all), at random, ascending.
func Sample(ids []int32, n int, rng *rand.Rand) []int32 {
	if n > 0 && len(ids) > n {
		rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		ids = ids[:n]
	}
	slices.Sort(ids)
	return ids
}
