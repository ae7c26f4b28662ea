package vec

import (
	"slices"
	"testing"
)

func TestHugePagesChangeNoValue(t *testing.T) {
	x := make([]float32, 3<<20+5) // over the least, and no whole number of pages
	for i := range x {
		x[i] = float32(i)
	}
	was := slices.Clone(x)
	Huge(x[1:])
	Huge(x[:0])
	if !slices.Equal(x, was) {
		t.Error("asking for other pages changed the values")
	}
}
