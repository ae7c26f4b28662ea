package measure

import (
	"context"

	"dryrun/internal/lab/build"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// How many requests an index is compared with an exact scan on, and how deep.
const (
	recallQueries = 100
	recallDepth   = 100
)

// IndexRecall is the share of an exact scan's first results that an index returns.
func IndexRecall(ctx context.Context, b *build.Builder, index, exact retrieval.Retriever, queries []problem.Query, k int) (float64, error) {
	n, depth := min(len(queries), recallQueries), min(k, recallDepth)
	found := make([]float64, n)
	err := b.Each(ctx, n, func(i int) error {
		got, err := index.Retrieve(ctx, queries[i], depth, nil)
		if err != nil {
			return err
		}
		right, err := exact.Retrieve(ctx, queries[i], depth, nil)
		if err != nil {
			return err
		}
		found[i] = ShareFound(right, got)
		return nil
	})
	return metrics.Mean(found), err
}

// ShareFound is the share of the right items that are among those found; NaN where there are none.
func ShareFound(right, found []problem.Candidate) float64 {
	has := make(map[int32]bool, len(found))
	for _, c := range found {
		has[c.Item] = true
	}
	hits := 0
	for _, c := range right {
		if has[c.Item] {
			hits++
		}
	}
	return metrics.Recall(hits, len(right))
}
