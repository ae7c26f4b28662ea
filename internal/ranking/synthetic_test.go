package ranking

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// columns names n columns.
func columns(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("x%d", i)
	}
	return out
}

// clicks makes rows of standard normal columns whose log odds bend and cross in the first few of them.
func clicks(rows, width int, seed uint64) *Dataset {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := &Dataset{Columns: columns(width), X: make([]float32, rows*width), Y: make([]float32, rows)}
	for i := range rows {
		x := d.X[i*width : (i+1)*width]
		for c := range x {
			x[c] = float32(rng.NormFloat64())
		}
		odds := float64(x[0]) + 1.5*float64(x[1]*x[2]) + math.Sin(3*float64(x[3])) - 0.5
		if rng.Float64() < sigmoid(odds) {
			d.Y[i] = 1
		}
	}
	return d
}

// searches makes requests of `size` rows with grades 0 to 4. A column that says nothing about order within a request, but
// a lot about how relevant its rows are on the whole, misleads losses that look at rows alone.
func searches(requests, size int, seed uint64) *Dataset {
	const width = 6
	rng := rand.New(rand.NewPCG(seed, 2))
	d := &Dataset{Columns: columns(width)}
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

// scores are a model's scores of a dataset's rows.
func scores(m Model, d *Dataset) []float32 {
	out := make([]float32, d.Rows())
	m.Score(d.X, out)
	return out
}

// positive are the labels above one half.
func positive(d *Dataset) []bool {
	out := make([]bool, d.Rows())
	for i, y := range d.Y {
		out[i] = y > 0.5
	}
	return out
}
