// Package retrieval is stage one: it narrows a corpus to a few hundred candidates. One file holds one engine or one way
// to make vectors; vectors and interactions come in, a Retriever or an embedding comes out.
package retrieval

import (
	"context"

	"dryrun/internal/problem"
)

// Retriever is stage one: it appends at most k candidates for q to into, best first. It is safe for concurrent use.
type Retriever interface {
	Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error)
}

// Index is a Retriever that knows its size in memory.
type Index interface {
	Retriever
	Len() int
	MB() float64 // vectors and links
}

// Progress is told how far a build is; calls come from one goroutine at a time. nil is allowed.
type Progress func(done, of int)
