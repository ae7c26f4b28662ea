package sim

import "math/rand/v2"

// Purpose separates a seed's random streams: two purposes never share one, so drawing more numbers for one leaves the
// others unchanged.
type Purpose uint64

// Purposes that several worlds share; each world has others of its own, with numbers that no other world uses.
const (
	PurposePlayer Purpose = 3   // moods of the people in a play
	PurposeSplit  Purpose = 100 // what is held out or left out of real data
	PurposeJudged Purpose = 210 // which users are judged
)

// Stream returns the random numbers of the n-th thing of a purpose: a pure function of its arguments, so that things can
// be made in any order, by any number of workers, and again later.
func Stream(seed int64, p Purpose, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(Mix(uint64(seed)^Mix(uint64(p))), Mix(n+uint64(p)<<32)))
}

// Mix is one step of SplitMix64 (Steele, Lea and Flood 2014): neighboring inputs give unrelated outputs.
func Mix(x uint64) uint64 { return Scramble(x + 0x9e3779b97f4a7c15) }

// Scramble is Mix without the step from one input to the next; it leaves 0 as it is.
func Scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Uniform returns a number in [0, 1) that is a pure function of its arguments, where a whole stream would cost too much.
func Uniform(seed int64, p Purpose, a, b uint64) float64 {
	return PrefixOf(seed, p, a).Uniform(b)
}

// Prefix is the part of Uniform that doesn't depend on its last argument, for loops that vary only that one.
type Prefix uint64

// PrefixOf returns the prefix of Uniform(seed, p, a, ...).
func PrefixOf(seed int64, p Purpose, a uint64) Prefix {
	return Prefix(Mix(uint64(seed)^Mix(uint64(p))) ^ Mix(a)*3)
}

// Uniform returns Uniform(seed, p, a, b).
func (s Prefix) Uniform(b uint64) float64 {
	return float64(Mix(uint64(s)^Mix(b+1))>>11) / (1 << 53)
}
