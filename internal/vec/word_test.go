package vec

import (
	"cmp"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWordsSortAsTheirNumbers(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	negativeNaN := math.Float32frombits(math.Float32bits(nan) | 1<<31)
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, inf, -inf, nan, negativeNaN,
		math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, math.MaxFloat32,
	}
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.OneOf(rapid.Float32(), rapid.SampledFrom(special))
		a, b := one.Draw(t, "a"), one.Draw(t, "b")
		// cmp.Compare has the same rule: NaN below everything, the two zeros equal.
		if got, want := cmp.Compare(Word(a), Word(b)), cmp.Compare(a, b); got != want {
			t.Fatalf("the words of %g and %g compare as %d, the numbers as %d", a, b, got, want)
		}
		back := FromWord(Word(a))
		if back != a && (back == back || a == a) || a == 0 && math.Signbit(float64(back)) {
			t.Fatalf("%g came back as %g", a, back)
		}
	})
}
