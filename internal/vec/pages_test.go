package vec

import (
	"slices"
	"testing"
)

func TestHugePagesChangeNoValue(t *testing.T) {
	x := make([]float32, 3<<20+5) // above the minimum, and not a whole number of pages
	for i := range x {
		x[i] = float32(i)
	}
	was := slices.Clone(x)
	UseHugePages(x[1:])
	UseHugePages(x[:0])
	if !slices.Equal(x, was) {
		t.Error("UseHugePages changed the values")
	}
}
