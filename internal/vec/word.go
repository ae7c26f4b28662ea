package vec

import "math"

// Word returns an integer that sorts as x does: the larger the number, the larger the word. Both zeros have the same word, and
// NaN has the smallest. A word and a tie breaker fit into one uint64, and comparing those takes half the time of comparing
// scores and then items.
func Word(x float32) uint32 {
	if x != x {
		return 0
	}
	b := math.Float32bits(x + 0)              // −0 becomes 0
	return b ^ (uint32(int32(b)>>31) | 1<<31) // flip all bits of a negative number, otherwise the sign
}

// FromWord returns the number of a word. −0 comes back as 0, and NaN as some NaN.
func FromWord(w uint32) float32 {
	return math.Float32frombits(w ^ (^uint32(int32(w)>>31) | 1<<31))
}
