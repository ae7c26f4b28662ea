package world

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
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

// workers is how many goroutines a long job may use: one core's worth of room is left for the screen.
func workers() int { return max(runtime.GOMAXPROCS(0)-1, 1) }

// inBatches calls do for every [from, to) of size of the n things, on n workers, and stops at ctx's end. do must write
// only what belongs to its own things; then the result is the same at any number of workers. p is told after each
// batch.
func inBatches(ctx context.Context, n, size, workers int, p func(done int), do func(from, to int) error) error {
	batches := (n + size - 1) / size
	var next, done atomic.Int64
	var failed atomic.Bool
	var once sync.Once
	var first error
	fail := func(err error) { once.Do(func() { first = err }); failed.Store(true) }
	var telling sync.Mutex
	var told int64
	var wg sync.WaitGroup
	for range min(workers, batches) {
		wg.Go(func() {
			for !failed.Load() {
				b := int(next.Add(1)) - 1
				if b >= batches {
					return
				}
				if err := ctx.Err(); err != nil {
					fail(err)
					return
				}
				from, to := b*size, min((b+1)*size, n)
				if err := do(from, to); err != nil {
					fail(err)
					return
				}
				if now := done.Add(int64(to - from)); p != nil {
					telling.Lock()
					if now > told {
						told = now
						p(int(now))
					}
					telling.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}

// sigmoid is the logistic function.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
