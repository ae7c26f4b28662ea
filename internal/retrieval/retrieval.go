// Package retrieval is stage one: it narrows a corpus to a few hundred candidates. A request comes in, and the best items
// that a Retriever knows come out, with scores. Here are the interfaces, the exact scan that every other engine is measured
// against, and what engines share; the engines are the folders hnsw, ivfpq, collab, faiss and milvus, and encode makes the
// vectors that some of them search.
package retrieval

import (
	"context"

	"dryrun/internal/problem"
)

// Retriever is stage one. Retrieve appends at most k candidates for q to into, best first, as Better orders them. It returns
// no item that q.Filter refuses, and looks for k among those that the filter allows: an exact engine returns k wherever k
// allowed items exist, an approximate one nearly always. An engine that knows nothing in favor of an item needn't return it.
// With an error it returns into as it was. It is safe for concurrent use.
type Retriever interface {
	Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error)
}

// Index is a Retriever that knows its size in memory.
type Index interface {
	Retriever
	Len() int
	MB() float64 // vectors and links
}

// Progress is called with how far a build is; calls come from one goroutine at a time. nil is allowed.
type Progress func(done, of int)
