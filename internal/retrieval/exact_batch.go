package retrieval

import (
	"context"
	"fmt"
	"math"

	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// A batch reads a block of items once for a block of queries, as one matrix product that stays in the cache, instead of
// reading the whole corpus once a query.
const (
	batchItems   = 128
	batchQueries = 64
	// A product adds up in another order than a scan. So a few more than k are kept, and compared again as a scan does.
	batchSpare = 8
)

// Batch answers many queries, row-major, together: the answers of Retrieve for each, a few times faster.
func (e *Exact) Batch(ctx context.Context, queries []float32, k int) ([][]problem.Candidate, error) {
	if e.dim <= 0 || len(queries)%e.dim != 0 {
		return nil, fmt.Errorf("retrieving for a batch of %d values: not rows of %d", len(queries), e.dim)
	}
	k = max(min(k, e.n), 0)
	out := make([][]problem.Candidate, len(queries)/e.dim)
	scores := make([]float32, batchItems*batchQueries)
	tops, worst := make([]TopK, batchQueries), make([]float32, batchQueries)
	for first := 0; first < len(out); first += batchQueries {
		n := min(batchQueries, len(out)-first)
		block := queries[first*e.dim : (first+n)*e.dim]
		for j := range n {
			tops[j].Reset(min(k+batchSpare, e.n))
			worst[j] = float32(math.Inf(-1))
		}
		for i := 0; i < e.n; i += batchItems {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			rows := min(batchItems, e.n-i)
			c := scores[:rows*n]
			clear(c)
			vec.MatMulTB(c, e.items[i*e.dim:(i+rows)*e.dim], block, rows, e.dim, n)
			pushBlock(tops[:n], worst[:n], int32(i), c)
		}
		for j := range n {
			out[first+j] = e.again(block[j*e.dim:(j+1)*e.dim], k, &tops[j])
		}
	}
	return out, nil
}

// pushBlock offers the items from first on to each query's selection: c has a row for each item, a column for each query.
func pushBlock(tops []TopK, worst []float32, first int32, c []float32) {
	for len(c) > 0 {
		row := c[:len(worst)]
		c = c[len(worst):]
		for j, s := range row {
			if s < worst[j] {
				continue
			}
			t := &tops[j]
			if t.Push(first, s); len(t.heap) == t.k && t.k > 0 {
				worst[j] = t.heap[0].Score
			}
		}
		first++
	}
}

// again compares the chosen with the query as a scan does, and returns the k best.
func (e *Exact) again(q []float32, k int, top *TopK) []problem.Candidate {
	kept := top.AppendUnordered(nil)
	ids, scores := make([]int32, len(kept)), make([]float32, len(kept))
	for i, c := range kept {
		ids[i] = c.Item
	}
	vec.DotGather(q, e.items, e.dim, ids, scores)
	for i := range kept {
		kept[i].Score = scores[i]
	}
	SortBest(kept)
	return kept[:min(k, len(kept))]
}
