package sim

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortAgreesWithTheLibrarysAtEveryLength(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 1000, CheckEvery - 1, CheckEvery, CheckEvery + 1, 2 * CheckEvery, 3*CheckEvery + 7, 5 * CheckEvery} {
		got := make([]int64, n)
		for i := range got {
			got[i] = rng.Int64N(1<<62)<<1 | 1
		}
		want := slices.Clone(got)
		slices.Sort(want)
		if err := Sort(t.Context(), got, cmp.Compare[int64]); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d numbers come out in another order, error %v", n, err)
		}
	}
}

func TestSortStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	numbers, compared := make([]int, 8*CheckEvery), 0
	for i := range numbers {
		numbers[i] = -i
	}
	err := Sort(ctx, numbers, func(a, b int) int {
		if compared++; compared == 1000 {
			cancel()
		}
		return cmp.Compare(a, b)
	})
	if !errors.Is(err, context.Canceled) || compared > 20*CheckEvery {
		t.Errorf("error %v after %d comparisons: it was cancelled in the first chunk", err, compared)
	}
}
