package world

import (
	"context"
	"math"
	"math/rand/v2"

	"dryrun/internal/parallel"
)

// purpose parts a seed's randomness: two purposes never share a stream, so that more draws in one leave the others as
// they were.
type purpose uint64

// stream returns the random numbers of the n-th thing of a purpose: a pure function of its arguments, so that things can
// be made in any order, by any number of workers, and again later.
func stream(seed int64, p purpose, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mixed(uint64(seed)^mixed(uint64(p))), mixed(n+uint64(p)<<32)))
}

// mixed is SplitMix64's finaliser (Steele, Lea and Flood 2014): neighbouring inputs give unrelated outputs.
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// uniform returns a number in [0, 1) that is a pure function of its arguments, where a whole stream would be too much.
func uniform(seed int64, p purpose, a, b uint64) float64 {
	return stemOf(seed, p, a).uniform(b)
}

// stem is what many uniform numbers that differ in their last argument alone have in common.
type stem uint64

func stemOf(seed int64, p purpose, a uint64) stem {
	return stem(mixed(uint64(seed)^mixed(uint64(p))) ^ mixed(a)*3)
}

func (s stem) uniform(b uint64) float64 {
	return float64(mixed(uint64(s)^mixed(b+1))>>11) / (1 << 53)
}

// workers is how many goroutines a long job may use.
func workers() int { return parallel.Workers(0) }

// inBatches calls do for every [from, to) of size of the n things, on as many workers; see parallel.Batches. do must write
// only what belongs to its own things. p is told after each batch how many are done.
func inBatches(ctx context.Context, n, size, workers int, p func(done int), do func(from, to int) error) error {
	var progress func(done, of int)
	if p != nil {
		progress = func(done, _ int) { p(done) }
	}
	return parallel.Batches(ctx, workers, n, size, progress, func(_, from, to int) error { return do(from, to) })
}

// sigmoid is the logistic function.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
