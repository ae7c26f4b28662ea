package retrieval

import (
	"math"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"pgregory.net/rapid"
)

// Against sorting everything: the k best, best first, ties by item, whatever the order of arrival.
func TestTopKIsTheHeadOfTheSortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		score := rapid.OneOf(rapid.Float32Range(-2, 2), rapid.SampledFrom([]float32{0, 0.5, 1, float32(math.Inf(1)), float32(math.Inf(-1))}))
		scores := rapid.SliceOfN(score, 0, 60).Draw(t, "scores")
		k := rapid.IntRange(-1, 70).Draw(t, "k")
		all := make([]problem.Candidate, len(scores))
		for i, s := range scores {
			all[i] = problem.Candidate{Item: int32(i), Score: s}
		}
		order := rapid.Permutation(all).Draw(t, "order")
		slices.SortStableFunc(all, func(a, b problem.Candidate) int { // all is by item already
			switch {
			case a.Score > b.Score:
				return -1
			case a.Score < b.Score:
				return 1
			}
			return 0
		})
		var top TopK
		for range 2 { // the second time on used memory
			top.Reset(k)
			for _, c := range order {
				top.Push(c.Item, c.Score)
			}
			mark := problem.Candidate{Item: -7}
			got := top.Append([]problem.Candidate{mark})
			if got[0] != mark {
				t.Fatal("what was in the slice is gone")
			}
			if want := all[:min(max(k, 0), len(all))]; !slices.Equal(got[1:], want) {
				t.Fatalf("kept %v, want %v", got[1:], want)
			}
		}
	})
}

func TestTopKPassesOverWhatIsNotANumber(t *testing.T) {
	var top TopK
	top.Reset(2)
	nan := float32(math.NaN())
	top.PushRows(0, []float32{nan, 1, nan, 3, 2, nan})
	want := []problem.Candidate{{Item: 3, Score: 3}, {Item: 4, Score: 2}}
	if got := top.Append(nil); !slices.Equal(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
}
