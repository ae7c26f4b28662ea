package vec

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestInsertKeepsAListSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 9), rapid.SampledFrom([]uint64{0, 1<<63 - 1, 1 << 63, math.MaxUint64}))
		list := rapid.SliceOfN(value, 0, 40).Draw(t, "list")
		v := value.Draw(t, "v")
		slices.Sort(list)
		slices.Reverse(list)
		at := 0
		for at < len(list) && list[at] >= v {
			at++
		}
		want := append(slices.Insert(slices.Clone(list), at, v), 77)
		for name, insert := range map[string]func([]uint64, uint64) int{"fast": Insert[uint64], "plain": insertPlain[uint64]} {
			got := append(slices.Clone(list), 5, 77) // the element to overwrite, and one past the list
			if p := insert(got[:len(list)+1], v); p != at || !slices.Equal(got, want) {
				t.Fatalf("%s: %d inserted at %d of %v, want %d in %v", name, v, p, got, at, want)
			}
		}
	})
}
