package vec

import (
	"math/bits"
	"unsafe"
)

// Place puts v into a list that is sorted from the largest to the smallest but for its last place, which is free, and
// returns where: behind its equals.
func Place[T ~uint64](list []T, v T) int {
	if fastPlace && len(list) > 0 {
		return placeAVX2((*uint64)(unsafe.Pointer(&list[0])), len(list)-1, uint64(v))
	}
	return placePlain(list, v)
}

// placePlain finds the place by halves. Which half can't be foreseen, so the step is added up, not branched on.
func placePlain[T ~uint64](list []T, v T) int {
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
