// Package rankingtest holds what the tests of stage two's models share: generated training rows and what a model makes of
// them. Only tests import it.
package rankingtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"dryrun/internal/nn"
	"dryrun/internal/ranking"
)

// Columns names n columns.
func Columns(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("x%d", i)
	}
	return out
}

// Clicks makes rows of standard normal columns whose log odds bend and cross in the first few of them.
func Clicks(rows, width int, seed uint64) *ranking.Dataset {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := &ranking.Dataset{Columns: Columns(width), X: make([]float32, rows*width), Y: make([]float32, rows)}
	for i := range rows {
		x := d.X[i*width : (i+1)*width]
		for c := range x {
			x[c] = float32(rng.NormFloat64())
		}
		odds := float64(x[0]) + 1.5*float64(x[1]*x[2]) + math.Sin(3*float64(x[3])) - 0.5
		if rng.Float64() < nn.Sigmoid(odds) {
			d.Y[i] = 1
		}
	}
	return d
}

// Searches makes requests of `size` rows with grades 0 to 4. A column that says nothing about order within a request, but
// a lot about how relevant its rows are on the whole, misleads losses that look at rows alone.
func Searches(requests, size int, seed uint64) *ranking.Dataset {
	const width = 6
	rng := rand.New(rand.NewPCG(seed, 2))
	d := &ranking.Dataset{Columns: Columns(width)}
	for range requests {
		level := 2 * rng.NormFloat64()
		for range size {
			x := make([]float32, width)
			for c := range x {
				x[c] = float32(rng.NormFloat64())
			}
			x[5] = float32(level + 0.3*rng.NormFloat64())
			relevance := 0.8*float64(x[0]) + 0.6*float64(x[1]*x[2]) + level + 0.5*rng.NormFloat64()
			d.X = append(d.X, x...)
			d.Y = append(d.Y, float32(min(max(math.Round(relevance), 0), 4)))
		}
		d.Group = append(d.Group, int32(size))
	}
	return d
}

// Scores are a model's scores of a dataset's rows.
func Scores(m ranking.Model, d *ranking.Dataset) []float32 {
	out := make([]float32, d.Rows())
	m.Score(d.X, out)
	return out
}

// Positive are the labels above one half.
func Positive(d *ranking.Dataset) []bool {
	out := make([]bool, d.Rows())
	for i, y := range d.Y {
		out[i] = y > 0.5
	}
	return out
}
