package kind

import (
	"context"
	"math"

	"dryrun/internal/nn"
	"dryrun/internal/ranking"
)

// Product is two models whose probabilities are multiplied: of a click, and of a success after one. Its score is the logarithm of
// the product.
type Product struct{ Click, After ranking.Model }

// Score fills out with the logarithm of the probability of both.
func (m *Product) Score(rows, out []float32) {
	m.Click.Score(rows, out)
	after := make([]float32, len(out))
	m.After.Score(rows, after)
	for i := range out {
		out[i] = logProbability(out[i]) + logProbability(after[i])
	}
}

// logProbability is the logarithm of the probability that log odds stand for.
func logProbability(odds float32) float32 { return float32(-math.Log1p(math.Exp(-float64(odds)))) }

// Prob is the probability of both for a score.
func (m *Product) Prob(score float32) float64 { return math.Exp(float64(score)) }

// MB is the size of both models.
func (m *Product) MB() float64 { return m.Click.MB() + m.After.MB() }

// trainProduct fits one model to clicks, on all rows, and one to successes, on the rows that were clicked: rare successes are
// learned without the many rows that were never opened.
func (r Ranker) trainProduct(ctx context.Context, train, valid *ranking.Dataset, p ranking.Progress) (ranking.Model, error) {
	r.Score = "a part"
	click, err := r.Train(ctx, atLeast(train, 1), atLeast(valid, 1), p)
	if err != nil {
		return nil, err
	}
	r.Size.MinLeaf = max(r.Size.MinLeaf/4, 1) // there are fewer rows
	after, err := r.Train(ctx, atLeast(opened(train), 2), atLeast(opened(valid), 2), nil)
	if err != nil {
		return nil, err
	}
	return &Product{click, after}, nil
}

// atLeast labels rows by whether their grade reaches a grade.
func atLeast(d *ranking.Dataset, grade float32) *ranking.Dataset {
	out := *d
	out.Y = make([]float32, len(d.Y))
	for i, y := range d.Y {
		if y >= grade {
			out.Y[i] = 1
		}
	}
	return &out
}

// opened are the rows that were clicked, without groups.
func opened(d *ranking.Dataset) *ranking.Dataset {
	out := &ranking.Dataset{Columns: d.Columns, Categorical: d.Categorical}
	width := d.Width()
	for i, y := range d.Y {
		if y < 1 {
			continue
		}
		out.X, out.Y = append(out.X, d.X[i*width:(i+1)*width]...), append(out.Y, y)
		if d.Weight != nil {
			out.Weight = append(out.Weight, d.Weight[i])
		}
	}
	return out
}

// Slotless is a model that learned from the slot of each row, in a last column, and serves without: a request that is being
// answered has no slots yet.
type Slotless struct{ Inner ranking.Model }

// Score fills out with the inner model's scores, the slot missing.
func (m *Slotless) Score(rows, out []float32) {
	if len(out) == 0 {
		return
	}
	width := len(rows) / len(out)
	wide := make([]float32, 0, len(rows)+len(out))
	for i := range out {
		wide = append(append(wide, rows[i*width:(i+1)*width]...), float32(math.NaN()))
	}
	m.Inner.Score(wide, out)
}

// MB is the inner model's size.
func (m *Slotless) MB() float64 { return m.Inner.MB() }

// Prob is the inner model's probability for a score.
func (m *Slotless) Prob(score float32) float64 {
	if inner, ok := m.Inner.(interface{ Prob(float32) float64 }); ok {
		return inner.Prob(score)
	}
	return nn.Sigmoid(float64(score))
}
