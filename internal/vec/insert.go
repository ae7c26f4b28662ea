package vec

import (
	"math/bits"
	"unsafe"
)

// Insert inserts v into a list that is sorted in descending order, except for its last element, which is overwritten. It returns
// the index of v, which comes after its equals.
func Insert[T ~uint64](list []T, v T) int {
	if fastInsert && len(list) > 0 {
		return insertAVX2((*uint64)(unsafe.Pointer(&list[0])), len(list)-1, uint64(v))
	}
	return insertPlain(list, v)
}

// insertPlain finds the index by bisection without branches, because the branches would be unpredictable.
func insertPlain[T ~uint64](list []T, v T) int {
	at := 0
	for rest := len(list) - 1; rest > 0; {
		half := (rest + 1) / 2
		_, less := bits.Sub64(uint64(list[at+half-1]), uint64(v), 0)
		at += half & (int(less) - 1)
		rest -= half
	}
	copy(list[at+1:], list[at:])
	list[at] = v
	return at
}
