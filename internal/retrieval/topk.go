package retrieval

import (
	"slices"

	"dryrun/internal/problem"
)

// Better is the order of all results: the higher score first, and of equal scores the smaller item.
func Better(a, b problem.Candidate) bool {
	return a.Score > b.Score || a.Score == b.Score && a.Item < b.Item
}

// TopK keeps the k best of the candidates pushed into it, in a heap with the worst on top. The zero value keeps
// none; Reset it first. It is not safe for concurrent use.
type TopK struct {
	k    int
	heap []problem.Candidate
}

// Reset empties the selection and sets how many it keeps.
func (t *TopK) Reset(k int) {
	t.k = max(k, 0)
	t.heap = t.heap[:0]
}

// Wants says whether a candidate with this score might enter, to pass over the rest cheaply. NaN never does.
func (t *TopK) Wants(score float32) bool {
	if len(t.heap) < t.k {
		return score == score
	}
	return t.k > 0 && score >= t.heap[0].Score
}

// Push offers a candidate. One whose score is not a number is passed over.
func (t *TopK) Push(item int32, score float32) {
	if !t.Wants(score) {
		return
	}
	c := problem.Candidate{Item: item, Score: score}
	if len(t.heap) < t.k {
		t.heap = append(t.heap, c)
		t.up(len(t.heap) - 1)
		return
	}
	if Better(c, t.heap[0]) {
		t.heap[0] = c
		t.down(0)
	}
}

// PushRows offers items first, first+1, ... with their scores.
func (t *TopK) PushRows(first int32, scores []float32) {
	i := 0
	for ; i < len(scores) && len(t.heap) < t.k; i++ {
		t.Push(first+int32(i), scores[i])
	}
	if len(t.heap) == 0 { // none is wanted, or nothing was a number
		return
	}
	// Nearly all of the rest fall below the worst that is kept: one comparison each.
	for worst := t.heap[0].Score; i < len(scores); i++ {
		if scores[i] >= worst {
			t.Push(first+int32(i), scores[i])
			worst = t.heap[0].Score
		}
	}
}

// PushAllowed is PushRows for the items that a filter allows. Only those whose scores are good enough are asked about.
func (t *TopK) PushAllowed(f *problem.Filter, first int32, scores []float32) {
	for i, score := range scores {
		if item := first + int32(i); t.Wants(score) && f.Allows(item) {
			t.Push(item, score)
		}
	}
}

// Append appends what was kept to into, best first, and empties the selection.
func (t *TopK) Append(into []problem.Candidate) []problem.Candidate {
	SortBest(t.heap)
	into = append(into, t.heap...)
	t.heap = t.heap[:0]
	return into
}

// AppendUnordered is Append without the sorting.
func (t *TopK) AppendUnordered(into []problem.Candidate) []problem.Candidate {
	into = append(into, t.heap...)
	t.heap = t.heap[:0]
	return into
}

// SortBest sorts candidates, best first, as Better orders them. No two may be of one item, and no score may be NaN.
func SortBest(cs []problem.Candidate) {
	slices.SortFunc(cs, func(a, b problem.Candidate) int {
		if Better(a, b) {
			return -1
		}
		return 1 // items differ, so no two are equal
	})
}

func (t *TopK) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !Better(t.heap[parent], t.heap[i]) {
			return
		}
		t.heap[parent], t.heap[i] = t.heap[i], t.heap[parent]
		i = parent
	}
}

func (t *TopK) down(i int) {
	for {
		worst := 2*i + 1
		if worst >= len(t.heap) {
			return
		}
		if r := worst + 1; r < len(t.heap) && Better(t.heap[worst], t.heap[r]) {
			worst = r
		}
		if !Better(t.heap[i], t.heap[worst]) {
			return
		}
		t.heap[i], t.heap[worst] = t.heap[worst], t.heap[i]
		i = worst
	}
}
