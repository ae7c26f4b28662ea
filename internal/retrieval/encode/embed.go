// Package encode makes vectors of what items and requests show: of pixels, or of any other rows of numbers. Raw content
// comes in, and for training pairs or labels of it; a Vectorizer comes out, and with Embed the vectors of a whole corpus
// for an index to search. Raw takes the content as it is, PCA keeps what varies most, and a Network learns from pairs what
// makes two things the same.
package encode

import (
	"context"
	"fmt"
	"sync"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// embedChunk is how many items a worker takes at a time.
const embedChunk = 128

// Embed encodes all items with v, on so many goroutines (0: one fewer than the processors), and returns their vectors
// with the function that encodes requests, which is safe for concurrent use. in.Item must be, too.
func Embed(ctx context.Context, in problem.Inputs, items int, v Vectorizer, name string, dim, workers int,
	p retrieval.Progress,
) (*problem.Embedding, error) {
	if dim <= 0 {
		return nil, fmt.Errorf("embedding %d items with %s: the vector's length is %d: choose at least 1", items, name, dim)
	}
	rows := make([]float32, items*dim)
	workers = parallel.Workers(workers)
	inputs := make([][]float32, workers)
	err := parallel.Batches(ctx, workers, items, embedChunk, p, func(w, first, last int) error {
		if inputs[w] == nil {
			inputs[w] = make([]float32, in.Width())
		}
		for i := first; i < last && ctx.Err() == nil; i++ {
			in.Item(int32(i), inputs[w])
			v.Encode(inputs[w], rows[i*dim:(i+1)*dim])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("embedding %d items with %s: %w", items, name, err)
	}
	return Embedding(in, rows, v, name, dim), nil
}

// Embedding returns the vectors of a corpus that v has encoded before, row-major with dim columns, with the function that
// encodes requests by their content.
func Embedding(in problem.Inputs, rows []float32, v Vectorizer, name string, dim int) *problem.Embedding {
	width := in.Width()
	inputs := sync.Pool{New: func() any { x := make([]float32, width); return &x }}
	return &problem.Embedding{
		Name: name, Dim: dim, Items: rows, MB: retrieval.Megabytes(4 * len(rows)),
		Encode: func(q *problem.Query, into []float32) {
			x := inputs.Get().(*[]float32)
			defer inputs.Put(x)
			in.Request(q, *x)
			v.Encode(*x, into)
		},
	}
}
