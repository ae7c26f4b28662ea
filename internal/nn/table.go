package nn

import (
	"context"
	"math"
)

// Table is an embedding: a trained vector for each code. A batch touches few rows, so a step updates only those. A row is stored
// next to its gradient and moments, because memory latency dominates the time.
type Table struct {
	Dim int

	cells   []float32 // by row: weights, gradient, first and second moments, Dim of each
	touched []int32
	isNew   []bool // by row: not in touched yet
}

// NewTable returns a table of vectors that are all 0.
func NewTable(rows, dim int) *Table {
	t := &Table{Dim: dim, cells: make([]float32, 4*rows*dim), isNew: make([]bool, rows)}
	for row := range rows {
		t.isNew[row] = true
	}
	return t
}

// Randomize sets the vectors from row from on to values of draw. It returns early where ctx ends: the caller must check ctx
// before using the table.
func (t *Table) Randomize(ctx context.Context, from int, draw func() float64) {
	for row := from; row < t.Rows(); row++ {
		if row%1024 == 0 && ctx.Err() != nil {
			return
		}
		w := t.Row(int32(row))
		for i := range w {
			w[i] = float32(draw())
		}
	}
}

// Rows is the number of vectors.
func (t *Table) Rows() int { return len(t.isNew) }

// Row is the vector of a code.
func (t *Table) Row(code int32) []float32 {
	at := 4 * int(code) * t.Dim
	return t.cells[at : at+t.Dim]
}

// Gradient is the sum of the gradients of a code since the last step.
func (t *Table) Gradient(code int32) []float32 {
	at := (4*int(code) + 1) * t.Dim
	return t.cells[at : at+t.Dim]
}

// Touch returns the gradient of a code, to add to before the next step.
func (t *Table) Touch(code int32) []float32 {
	if t.isNew[code] {
		t.isNew[code] = false
		t.touched = append(t.touched, code)
	}
	return t.Gradient(code)
}

// Lookup fills x with the vectors of codes: per consecutive codes for each row of x, concatenated from the row's start. Rows of
// x are stride apart.
func (t *Table) Lookup(codes []int32, per int, x []float32, stride int) {
	rows := t.check(codes, per, x, stride)
	if fastPasses && t.Dim%8 == 0 && rows > 0 {
		lookupAVX2(&x[0], stride, &t.cells[0], &codes[0], rows, per, t.Dim)
		return
	}
	for i, code := range codes {
		copy(x[i/per*stride+i%per*t.Dim:], t.Row(code))
	}
}

// AddGradients adds the gradients with respect to the vectors of codes, which are in dx as Lookup puts the vectors in x.
func (t *Table) AddGradients(codes []int32, per int, dx []float32, stride int) {
	rows := t.check(codes, per, dx, stride)
	for _, code := range codes {
		if t.isNew[code] {
			t.isNew[code] = false
			t.touched = append(t.touched, code)
		}
	}
	if fastPasses && t.Dim%8 == 0 && rows > 0 {
		addGradientsAVX2(&dx[0], stride, &t.cells[0], &codes[0], rows, per, t.Dim)
		return
	}
	for i, code := range codes {
		at := i/per*stride + i%per*t.Dim
		g := t.Gradient(code)
		for k, v := range dx[at : at+t.Dim] { // too short for a call to vec.Axpy
			g[k] += v
		}
	}
}

// check checks the bounds, which the assembly doesn't, and returns the number of rows.
func (t *Table) check(codes []int32, per int, x []float32, stride int) int {
	rows := len(codes) / per
	if rows*per != len(codes) || rows > 0 && len(x) < (rows-1)*stride+per*t.Dim {
		panic("nn: embedding vectors of another shape than the rows")
	}
	for _, code := range codes {
		if uint(code) >= uint(len(t.isNew)) {
			panic("nn: embedding code out of range")
		}
	}
	return rows
}

// Weights returns a copy of all vectors, row by row.
func (t *Table) Weights() []float32 {
	out := make([]float32, 0, t.Rows()*t.Dim)
	for row := range t.isNew {
		out = append(out, t.Row(int32(row))...)
	}
	return out
}

// SetWeights sets all vectors from a slice that Weights returned.
func (t *Table) SetWeights(w []float32) {
	for row := range t.isNew {
		copy(t.Row(int32(row)), w[row*t.Dim:(row+1)*t.Dim])
	}
}

// StepRows updates the vectors that were touched since the last step. The moments of the others don't decay, which is known as
// lazy Adam. Call it after Step of the same Adam, once for each Step.
func (a *Adam) StepRows(t *Table) {
	k := a.factors()
	n := t.Dim
	whole := fastAdam && n%8 == 0 && len(t.touched) > 0
	if whole {
		adamRowsAVX2(&t.cells[0], &t.touched[0], len(t.touched), n, k)
	}
	for _, code := range t.touched {
		t.isNew[code] = true
		if !whole {
			at := 4 * int(code) * n
			c := t.cells[at : at+4*n]
			k.step(c[:n], c[n:2*n], c[2*n:3*n], c[3*n:])
		}
	}
	t.touched = t.touched[:0]
}

// Adagrad is the optimizer of Duchi, Hazan & Singer (2011) for a Table: it updates only the rows that were touched, and takes
// larger steps for rarer ones.
type Adagrad struct {
	Rate float32
}

// StepRows updates the vectors that were touched since the last step and clears their gradients. It keeps the sums of squared
// gradients where Adam keeps the second moments.
func (a Adagrad) StepRows(t *Table) {
	n := t.Dim
	for _, code := range t.touched {
		at := 4 * int(code) * n
		w, g, sum := t.cells[at:at+n], t.cells[at+n:at+2*n], t.cells[at+3*n:at+4*n]
		for k, d := range g {
			if d != 0 {
				sum[k] += d * d
				w[k] -= a.Rate * d / float32(math.Sqrt(float64(sum[k])))
			}
			g[k] = 0
		}
		t.isNew[code] = true
	}
	t.touched = t.touched[:0]
}
