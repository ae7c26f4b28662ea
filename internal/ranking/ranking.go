// Package ranking is stage two: it scores the candidates of stage one with everything that is known about the request
// and the item. A Dataset of training rows comes in, a Model comes out, and a Ranker applies it to candidates. Here are the
// interfaces, the rows, and logistic regression; the folders trees, dcn and lightgbm hold the other models.
package ranking

import (
	"context"

	"dryrun/internal/problem"
)

// Ranker is stage two: it rescores the candidates in place and sorts them, best first, ties by item. It is safe for
// concurrent use.
type Ranker interface {
	Rank(ctx context.Context, q problem.Query, cands []problem.Candidate) error
}

// Model scores one row of features; higher is better. It is immutable and safe for concurrent use.
type Model interface {
	// Score fills out[i] with the score of row i; rows is row-major, len(out) rows.
	Score(rows []float32, out []float32)
	// MB is the model's size in memory.
	MB() float64
}

// Dataset is training rows for a model. A missing value is NaN.
type Dataset struct {
	Columns []string
	X       []float32 // row-major, len(Y) x len(Columns)
	Y       []float32 // label: 0 or 1, a grade, or a number
	Weight  []float32 // nil: 1 each
	Offset  []float32 // of log odds: added to each row's score while a model learns, and in no score that it gives; nil: none
	Group   []int32   // rows of each request, in order, for ranking losses; nil: none

	// Categorical marks columns whose values are codes, whole numbers from 0 up without an order; nil: none. Trees split
	// them by sets of codes; logistic regression takes them as numbers, so encode them first.
	Categorical []bool
}

// Rows returns the number of rows.
func (d *Dataset) Rows() int { return len(d.Y) }

// Progress is called with the training and validation loss after each round; nil is allowed.
type Progress func(round, of int, train, valid float64)
