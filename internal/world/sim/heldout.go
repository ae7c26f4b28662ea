package sim

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"dryrun/internal/problem"
)

// This file is about who engaged with what, in the same form for generated and for recorded interactions.

// Engagement is one user's first engagement with one item.
type Engagement struct {
	Item  int32
	Grade uint8
	Day   float32
}

// NewHistory makes the matrix of engagements; perUser holds at most one of each item.
func NewHistory(ctx context.Context, perUser [][]Engagement, items int) (*problem.History, error) {
	h := &problem.History{Users: len(perUser), Items: items, Start: make([]int32, len(perUser)+1)}
	for u, of := range perUser {
		h.Start[u+1] = h.Start[u] + int32(len(of))
	}
	n := h.Start[len(perUser)]
	h.Item, h.Weight, h.Day = make([]int32, 0, n), make([]float32, 0, n), make([]float32, 0, n)
	for u, of := range perUser {
		if u%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		slices.SortFunc(of, func(a, b Engagement) int { return cmp.Compare(a.Item, b.Item) })
		for _, e := range of {
			h.Item, h.Weight, h.Day = append(h.Item, e.Item), append(h.Weight, float32(e.Grade)), append(h.Day, e.Day)
		}
	}
	return h, nil
}

// Strength returns the strength of user u's engagement with item and its place in h, -1 where there was none.
func Strength(h *problem.History, u, item int32) (float32, int) {
	if u < 0 || int(u) >= h.Users {
		return 0, -1
	}
	row, weight := h.Row(u)
	at, found := slices.BinarySearch(row, item)
	if !found {
		return 0, -1
	}
	return weight[at], int(h.Start[u]) + at
}

// ActiveUsers lists the users with something in h.
func ActiveUsers(h *problem.History) []int32 {
	var out []int32
	for u := range int32(h.Users) {
		if h.Start[u] < h.Start[u+1] {
			out = append(out, u)
		}
	}
	return out
}

// EngagedBefore lists what user u engaged with strictly before day, ascending.
func EngagedBefore(h *problem.History, u int32, day float64) []int32 {
	row, _ := h.Row(u)
	days := h.Day[h.Start[u]:h.Start[u+1]]
	n := 0
	for _, d := range days {
		if d < float32(day) {
			n++
		}
	}
	if n == len(row) {
		return row[:n:n]
	}
	out := make([]int32, 0, n)
	for k, d := range days {
		if d < float32(day) {
			out = append(out, row[k])
		}
	}
	return out
}

// HeavyUser returns the number of past engagements from which a judged user is among the busiest fifth, at least 1.
func HeavyUser(past *problem.History, test []problem.Query) int {
	var n []int
	for _, q := range test {
		n = append(n, int(past.Start[q.User+1]-past.Start[q.User]))
	}
	if len(n) == 0 {
		return 1
	}
	slices.Sort(n)
	return max(n[len(n)*4/5], 1)
}

// HeldOutTruth judges by what the user engaged with later. For a test request that is what was held out; for a past one
// it is what the user engaged with from that moment on, within the window, and had not before.
type HeldOutTruth struct {
	Past, Held *problem.History
	Window     float32               // days; 0: everything later counts
	Born       func(i int32) float64 // nil: everything was always there
}

// of returns the matrix that judges q and, for a past request, the days that count. A live request has no truth here: what
// its user does is found by playing it.
func (t HeldOutTruth) of(q *problem.Query) (h *problem.History, from, to float32) {
	if q.From == problem.Test {
		return t.Held, 0, float32(1e9)
	}
	if t.Window == 0 {
		return t.Past, float32(q.Day), float32(1e9)
	}
	return t.Past, float32(q.Day), float32(q.Day) + t.Window
}

// counts says whether the k-th engagement of h counts for q.
func (t HeldOutTruth) counts(q *problem.Query, h *problem.History, k int, from, to float32) bool {
	item := h.Item[k]
	if q.From != problem.Test {
		if h.Day[k] < from || h.Day[k] >= to {
			return false
		}
		if _, seen := slices.BinarySearch(q.Filter.Except, item); seen {
			return false
		}
	}
	return t.Born == nil || t.Born(item) <= q.Day
}

// Grade returns the relevance of item for q.
func (t HeldOutTruth) Grade(q *problem.Query, item int32) uint8 {
	h, from, to := t.of(q)
	weight, k := Strength(h, q.User, item)
	if k < 0 || !t.counts(q, h, k, from, to) {
		return 0
	}
	return uint8(weight)
}

// Positives returns what the user engaged with later, the strongest first.
func (t HeldOutTruth) Positives(q *problem.Query) []problem.Graded {
	h, from, to := t.of(q)
	if q.User < 0 || int(q.User) >= h.Users {
		return nil
	}
	var out []problem.Graded
	for k := int(h.Start[q.User]); k < int(h.Start[q.User+1]); k++ {
		if t.counts(q, h, k, from, to) {
			out = append(out, problem.Graded{Item: h.Item[k], Grade: uint8(h.Weight[k])})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Grade > out[j].Grade })
	return out
}
