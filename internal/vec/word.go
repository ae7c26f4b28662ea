package vec

import "math"

// Word returns a word that sorts as x does: the larger the number, the larger the word. Both zeros have the same word, and
// what isn't a number has the least of all. Comparing words takes half the time of comparing scores and then items, since
// what decides ties fits into the same uint64.
func Word(x float32) uint32 {
	if x != x {
		return 0
	}
	b := math.Float32bits(x + 0)              // −0 becomes 0
	return b ^ (uint32(int32(b)>>31) | 1<<31) // negative: turn all bits, otherwise the sign
}

// FromWord returns the number of a word; −0 comes back as 0, and what wasn't a number as a NaN.
func FromWord(w uint32) float32 {
	return math.Float32frombits(w ^ (^uint32(int32(w)>>31) | 1<<31))
}
