package nn

import "math/rand/v2"

// Table is an embedding: a learned vector for each code. Row 0 stays 0 until something asks for it: it is for codes that
// nothing is known about. A batch touches few rows, so only those are stepped; a row lies beside its gradient and
// moments, because the time goes into waiting for memory.
type Table struct {
	Dim int

	cells   []float32 // by row: weights, gradient, first and second moments, Dim of each
	touched []int32
	isNew   []bool // by row: not yet in touched
}

// NewTable returns a table of rows vectors, small and random but for row 0.
func NewTable(rows, dim int, rng *rand.Rand) *Table {
	t := &Table{Dim: dim, cells: make([]float32, 4*rows*dim), isNew: make([]bool, rows)}
	for row := range rows {
		t.isNew[row] = true
		if row == 0 {
			continue
		}
		w := t.Row(int32(row))
		for i := range w {
			w[i] = float32(0.05 * rng.NormFloat64())
		}
	}
	return t
}

// Rows is how many vectors there are.
func (t *Table) Rows() int { return len(t.isNew) }

// Row is the vector of a code.
func (t *Table) Row(code int32) []float32 {
	at := 4 * int(code) * t.Dim
	return t.cells[at : at+t.Dim]
}

// Gradient is what Add has summed up for a code since the last step.
func (t *Table) Gradient(code int32) []float32 {
	at := (4*int(code) + 1) * t.Dim
	return t.cells[at : at+t.Dim]
}

// Add adds a gradient by the vector of a code.
func (t *Table) Add(code int32, d []float32) {
	if t.isNew[code] {
		t.isNew[code] = false
		t.touched = append(t.touched, code)
	}
	g := t.Gradient(code)[:len(d)]
	for i, v := range d { // too short for a call
		g[i] += v
	}
}

// Weights returns a copy of all vectors, row by row.
func (t *Table) Weights() []float32 {
	out := make([]float32, 0, t.Rows()*t.Dim)
	for row := range t.isNew {
		out = append(out, t.Row(int32(row))...)
	}
	return out
}

// SetWeights is the way back from Weights.
func (t *Table) SetWeights(w []float32) {
	for row := range t.isNew {
		copy(t.Row(int32(row)), w[row*t.Dim:(row+1)*t.Dim])
	}
}

// StepRows moves the vectors that were touched since the last step, and only those: moments of the others don't decay,
// which is known as lazy Adam. It goes with a Step of the same Adam in the same round, and comes after it.
func (a *Adam) StepRows(t *Table) {
	k := a.factors()
	n := t.Dim
	for _, code := range t.touched {
		at := 4 * int(code) * n
		c := t.cells[at : at+4*n]
		k.step(c[:n], c[n:2*n], c[2*n:3*n], c[3*n:])
		t.isNew[code] = true
	}
	t.touched = t.touched[:0]
}
