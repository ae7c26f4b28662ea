// Package collab is stage one by collaborative filtering: what to recommend follows from who engaged with what, and content
// is at most a help. A history of engagements comes in. Two methods answer requests by ids (popularity, co-occurrence); three
// learn vectors of users and items that an index searches (ALS, BPR, two towers).
package collab

import (
	"context"
	"fmt"
	"slices"

	"dryrun/internal/problem"
)

// sparse is a matrix of feedback in CSR form: row r holds the columns id[start[r]:start[r+1]], ascending, with their
// weights beside them.
type sparse struct {
	start  []int32
	id     []int32
	weight []float32
}

func (s *sparse) rows() int { return len(s.start) - 1 }

func (s *sparse) row(r int) ([]int32, []float32) {
	a, b := s.start[r], s.start[r+1]
	return s.id[a:b], s.weight[a:b]
}

// byUser is the history as it comes: a row a user, a column an item.
func byUser(h *problem.History) *sparse { return &sparse{h.Start, h.Item, h.Weight} }

// askRows is how many users a preparation goes over between two looks at its context. One that is cut short returns
// what it has: whoever asked for it looks at the context before using it.
const askRows = 1024

// byItem is the history transposed: a row an item, a column a user.
func byItem(ctx context.Context, h *problem.History) *sparse {
	t := &sparse{make([]int32, h.Items+1), make([]int32, len(h.Item)), make([]float32, len(h.Item))}
	for _, i := range h.Item {
		t.start[i+1]++
	}
	for i := range h.Items {
		t.start[i+1] += t.start[i]
	}
	next := slices.Clone(t.start[:h.Items])
	for u := range h.Users {
		if u%askRows == 0 && ctx.Err() != nil {
			break
		}
		for at := h.Start[u]; at < h.Start[u+1]; at++ { // users come in order, so each row is ascending
			to := next[h.Item[at]]
			next[h.Item[at]]++
			t.id[to], t.weight[to] = int32(u), h.Weight[at]
		}
	}
	return t
}

// randomize fills w with draws: where a training starts.
func randomize(ctx context.Context, w []float32, draw func() float64) {
	for part := range slices.Chunk(w, 1<<18) {
		if ctx.Err() != nil {
			return
		}
		for i := range part {
			part[i] = float32(draw())
		}
	}
}

// checkHistory says what a history lacks to be learned from.
func checkHistory(h *problem.History) error {
	switch {
	case h == nil || len(h.Item) == 0:
		return fmt.Errorf("nobody has engaged with anything: there is nothing to learn from")
	case len(h.Start) != h.Users+1 || len(h.Weight) != len(h.Item) || int(h.Start[h.Users]) != len(h.Item):
		return fmt.Errorf("the history's parts don't fit: %d users, %d row starts, %d items, %d weights",
			h.Users, len(h.Start), len(h.Item), len(h.Weight))
	}
	return nil
}

// historyOf returns the row of the user who asks; nothing for those whom the history doesn't know.
func historyOf(h *problem.History, user int32) ([]int32, []float32) {
	if user < 0 || int(user) >= h.Users {
		return nil, nil
	}
	return h.Row(user)
}
