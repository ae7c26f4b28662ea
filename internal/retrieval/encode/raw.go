package encode

import "dryrun/internal/vec"

// Vectorizer turns raw input into a vector of unit length. Encode is safe for concurrent use.
type Vectorizer interface {
	Encode(x, into []float32)
}

// Raw is the vector that nobody has to train: the first Width values of the input as they are (a thumbnail's pixels),
// less their mean, so that overall brightness doesn't count.
type Raw struct{ Width int }

// Encode implements Vectorizer; into has Width values.
func (r Raw) Encode(x, into []float32) {
	copy(into, x[:r.Width])
	level(into[:r.Width])
}

// Part is Raw for some of the input's values: those from From up to To, such as one hand-made descriptor.
type Part struct{ From, To int }

// Encode implements Vectorizer; into has as many values as the part.
func (p Part) Encode(x, into []float32) {
	copy(into, x[p.From:p.To])
	level(into[:p.To-p.From])
}

// level takes its mean from a row and brings it to unit length: light and contrast of the whole no longer count.
func level(x []float32) {
	mean := float32(0)
	for _, v := range x {
		mean += v
	}
	mean /= float32(len(x))
	for i := range x {
		x[i] -= mean
	}
	vec.Normalize(x)
}
