package retrieval

import (
	"context"
	"fmt"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// Exact is the index that loses nothing: it compares the query with every item, by inner product. Its time is that of
// reading all vectors once, so it grows with the corpus; below some ten thousand items it is hard to beat.
type Exact struct {
	items []float32 // row-major, n x dim
	dim   int
	n     int
	pool  sync.Pool // of *exactScratch
}

// A block's scores fit the nearest cache; between groups of blocks the context is asked, about every millisecond.
const (
	exactBlock = 256
	exactAsk   = 64 * exactBlock
)

type exactScratch struct {
	top    TopK
	scores [exactBlock]float32
}

// NewExact returns an exact index over items, row-major with dim columns. It keeps the slice, which must not change.
func NewExact(items []float32, dim int) *Exact {
	vec.UseHugePages(items)
	e := &Exact{items: items, dim: dim, n: len(items) / max(dim, 1)}
	e.pool.New = func() any { return new(exactScratch) }
	return e
}

// Retrieve implements Retriever.
func (e *Exact) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if err := CheckVector(q, e.dim); err != nil {
		return into, err
	}
	s := e.pool.Get().(*exactScratch)
	defer e.pool.Put(s)
	s.top.Reset(min(k, e.n))
	all := q.Filter.AllowsAll()
	for i := 0; i < e.n; i += exactBlock {
		if i%exactAsk == 0 && ctx.Err() != nil {
			return into, ctx.Err()
		}
		out := s.scores[:min(exactBlock, e.n-i)]
		vec.DotRows(q.Vec, e.items[i*e.dim:], e.dim, out)
		if all {
			s.top.PushRows(int32(i), out)
		} else {
			s.top.PushAllowed(&q.Filter, int32(i), out)
		}
	}
	return s.top.Append(into), nil
}

// Len implements Index.
func (e *Exact) Len() int { return e.n }

// MB implements Index.
func (e *Exact) MB() float64 { return Megabytes(4 * len(e.items)) }

// Megabytes is a size as Index.MB gives it.
func Megabytes(bytes int) float64 { return float64(bytes) / 1e6 }

// CheckVector says whether the request's vector fits an index of dim columns.
func CheckVector(q problem.Query, dim int) error {
	if len(q.Vec) != dim {
		return fmt.Errorf("retrieving for request %d: its vector has %d values and the index %d: encode it with the index's encoder",
			q.ID, len(q.Vec), dim)
	}
	return nil
}
