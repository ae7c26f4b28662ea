package retrieval

import (
	"context"
	"slices"

	"dryrun/internal/problem"
)

// Subset is an index over some of the corpus: a stale one, one shard, one market. Inside, items are numbered by their
// place in ids.
type Subset struct {
	inner Index
	ids   []int32
}

// NewSubset maps the results of index, whose item i is ids[i] of the corpus: one id for each item, or it panics. With
// ids ascending, ties still go to the smaller item.
func NewSubset(index Index, ids []int32) *Subset {
	if index.Len() != len(ids) {
		panic("retrieval: a subset's index and ids differ in length")
	}
	return &Subset{inner: index, ids: ids}
}

// Retrieve implements Retriever.
func (s *Subset) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	from := len(into)
	if f := q.Filter; !f.AllowsAll() {
		q.Filter = problem.Filter{Only: func(i int32) bool { return f.Allows(s.ids[i]) }}
	}
	into, err := s.inner.Retrieve(ctx, q, k, into)
	for i := from; i < len(into); i++ {
		into[i].Item = s.ids[into[i].Item]
	}
	return into, err
}

// Has says whether the index holds the item; ids must be ascending for it.
func (s *Subset) Has(item int32) bool {
	_, ok := slices.BinarySearch(s.ids, item)
	return ok
}

// Inner is the index over the part alone, whose item i is the subset's i-th id.
func (s *Subset) Inner() Index { return s.inner }

// Len implements Index.
func (s *Subset) Len() int { return len(s.ids) }

// MB implements Index.
func (s *Subset) MB() float64 { return s.inner.MB() + Megabytes(4*len(s.ids)) }
