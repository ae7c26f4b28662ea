package collab

import (
	"fmt"
	"math"
	"slices"

	"dryrun/internal/problem"

	"gonum.org/v1/gonum/mat"
)

// contentRidge is λ of the regression of item vectors on content, for each item that it is fitted to.
const contentRidge = 0.01

// littleKnown is up to how many times few engagements an item is taken for one of the nearly new.
const littleKnown = 4

// WithContent returns the factors with new vectors for the items that fewer than few people engaged with: those that content
// predicts, by ridge regression on the items that not many more did. Factors know nothing of an item that nobody has seen; its content
// places it among those like it, with the length, and so the score, of one that is a little older: an average item's would put every new
// one before most of the old ones.
func (f *Factors) WithContent(h *problem.History, in problem.Inputs, few int) (*Factors, error) {
	times := make([]int, f.items())
	for _, i := range h.Item {
		times[i]++
	}
	width := in.Width()
	x := make([]float64, width+1)
	row := make([]float32, width)
	content := func(i int) {
		in.Item(int32(i), row)
		for k, v := range row {
			x[k] = float64(v)
		}
		x[width] = 1
	}
	gram, cross, known := mat.NewSymDense(width+1, nil), mat.NewDense(width+1, f.Dim, nil), 0
	for i, n := range times {
		if n < few || n >= littleKnown*few {
			continue
		}
		known++
		content(i)
		gram.SymRankOne(gram, 1, mat.NewVecDense(width+1, x))
		for k, v := range x {
			for j, y := range f.item(i) {
				cross.Set(k, j, cross.At(k, j)+v*float64(y))
			}
		}
	}
	if known == 0 {
		return f, nil
	}
	for k := range width + 1 {
		gram.SetSym(k, k, gram.At(k, k)+contentRidge*float64(known))
	}
	var chol mat.Cholesky
	var w mat.Dense
	if !chol.Factorize(gram) {
		return nil, fmt.Errorf("predicting item vectors from content: %d items of %d values don't determine a regression", known, width)
	}
	if err := chol.SolveTo(&w, cross); err != nil && math.IsNaN(w.At(0, 0)) {
		return nil, fmt.Errorf("predicting item vectors from content: %w", err)
	}
	out := *f
	out.Item = slices.Clone(f.Item)
	for i, n := range times {
		if n >= few {
			continue
		}
		content(i)
		for j := range f.Dim {
			sum := 0.0
			for k, v := range x {
				sum += v * w.At(k, j)
			}
			out.item(i)[j] = float32(sum)
		}
	}
	return &out, nil
}
