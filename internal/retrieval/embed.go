package retrieval

import (
	"context"
	"fmt"
	"sync"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
)

// embedChunk is how many items a worker takes at a time.
const embedChunk = 128

// Embed encodes all items with v, on so many goroutines (0: one fewer than the processors), and returns their vectors
// with the function that encodes requests, which is safe for concurrent use. in.Item must be, too.
func Embed(ctx context.Context, in problem.Inputs, items int, v Vectorizer, name string, dim, workers int, p Progress) (*problem.Embedding, error) {
	if dim <= 0 {
		return nil, fmt.Errorf("embedding %d items with %s: the vector's length is %d: choose at least 1", items, name, dim)
	}
	width := in.Width()
	rows := make([]float32, items*dim)
	inputs := sync.Pool{New: func() any { x := make([]float32, width); return &x }}
	err := parallel.Batches(ctx, parallel.Workers(workers), items, embedChunk, p, func(_, first, last int) error {
		x := inputs.Get().(*[]float32)
		defer inputs.Put(x)
		for i := first; i < last && ctx.Err() == nil; i++ {
			in.Item(int32(i), *x)
			v.Encode(*x, rows[i*dim:(i+1)*dim])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("embedding %d items with %s: %w", items, name, err)
	}
	return &problem.Embedding{
		Name: name, Dim: dim, Items: rows, MB: megabytes(4 * len(rows)),
		Encode: func(q *problem.Query, into []float32) {
			x := inputs.Get().(*[]float32)
			defer inputs.Put(x)
			in.Request(q, *x)
			v.Encode(*x, into)
		},
	}, nil
}
