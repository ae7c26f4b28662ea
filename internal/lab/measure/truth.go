package measure

import (
	"cmp"
	"slices"

	"dryrun/internal/problem"
)

// ListTruth is graded items that were added in ascending order: what a user went on to, or what was clicked in a list.
type ListTruth []problem.Graded

// Add adds an item.
func (t *ListTruth) Add(item int32, grade uint8) {
	*t = append(*t, problem.Graded{Item: item, Grade: grade})
}

// Of is the ground truth for q.
func (t ListTruth) Of(q *problem.Query) problem.GroundTruth {
	return problem.GroundTruth{Query: q, Truth: t, Positives: t.Positives(q)}
}

// Grade implements problem.Truth.
func (t ListTruth) Grade(_ *problem.Query, item int32) uint8 {
	at, ok := slices.BinarySearchFunc(t, item, func(g problem.Graded, item int32) int { return cmp.Compare(g.Item, item) })
	if !ok {
		return 0
	}
	return t[at].Grade
}

// Positives implements problem.Truth.
func (t ListTruth) Positives(*problem.Query) []problem.Graded {
	out := slices.Clone(t)
	slices.SortStableFunc(out, func(a, b problem.Graded) int { return cmp.Compare(b.Grade, a.Grade) })
	return out
}
