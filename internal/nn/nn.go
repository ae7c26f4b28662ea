// Package nn has the parts of neural networks that the encoders and rankers share: layers with explicit gradients, losses, and
// optimizers, over flat row-major float32 slices. A batch comes in, and activations and gradients go out. Training runs on one
// goroutine, because layers keep what their backward pass needs; Apply and ApplyRows of trained layers are safe for concurrent use.
package nn

import (
	"math"
	"math/rand/v2"

	"dryrun/internal/vec"
)

// Param is a set of weights with the gradient of the loss with respect to each, and Adam's moments.
type Param struct {
	W, G []float32
	m, v []float32
	// Decay is whether weight decay applies: true for weights, false for biases.
	Decay bool
}

// NewParam returns n weights, all zero.
func NewParam(n int) *Param {
	return &Param{W: make([]float32, n), G: make([]float32, n), m: make([]float32, n), v: make([]float32, n)}
}

// Layer is one differentiable step. Slices that Forward and Backward return belong to the layer and live until its
// next call.
type Layer interface {
	// Forward maps rows of input to rows of output.
	Forward(x []float32, rows int) []float32
	// Backward takes the gradient with respect to the output of the last Forward, adds to the parameters' gradients, and
	// returns the gradient with respect to the input.
	Backward(dy []float32) []float32
	// Apply maps a single row and keeps nothing, so it is safe for concurrent use while nothing trains.
	Apply(x, y []float32)
	// Out is the width of the output for an input of the given width.
	Out(in int) int
	Params() []*Param
}

// Dense is y = W·x + b, with W stored Out x In.
type Dense struct {
	In, Width int
	W, B      *Param
	// First is whether the layer's input needs no gradient: Backward then returns nil.
	First bool

	x, y, dx []float32
	rows     int
}

// NewDense returns a layer with He initialization (He et al. 2015): variance 2/in, which suits ReLU.
func NewDense(in, out int, rng *rand.Rand) *Dense {
	d := &Dense{In: in, Width: out, W: NewParam(in * out), B: NewParam(out)}
	d.W.Decay = true
	sd := math.Sqrt(2 / float64(in))
	for i := range d.W.W {
		d.W.W[i] = float32(rng.NormFloat64() * sd)
	}
	return d
}

// Forward implements Layer.
func (d *Dense) Forward(x []float32, rows int) []float32 {
	d.x, d.rows = x, rows
	d.y = grow(d.y, rows*d.Width)
	d.ApplyRows(x, d.y, rows)
	return d.y
}

// Backward implements Layer: dW += dyᵀ·x, db += Σ dy, dx = dy·W.
func (d *Dense) Backward(dy []float32) []float32 {
	vec.MatMulTA(d.W.G, dy, d.x, d.Width, d.rows, d.In)
	for r := range d.rows {
		vec.Axpy(1, dy[r*d.Width:(r+1)*d.Width], d.B.G)
	}
	if d.First {
		return nil
	}
	d.dx = grow(d.dx, d.rows*d.In)
	vec.MatMulFrom(d.dx, nil, dy, d.W.W, d.rows, d.Width, d.In)
	return d.dx
}

// ApplyRows is Apply for several rows at once, which is faster per row.
func (d *Dense) ApplyRows(x, y []float32, rows int) {
	vec.MatMulTBFrom(y, d.B.W, x, d.W.W, rows, d.In, d.Width)
}

// Apply implements Layer.
func (d *Dense) Apply(x, y []float32) {
	vec.DotRows(x, d.W.W, d.In, y)
	vec.Axpy(1, d.B.W, y)
}

// Out implements Layer.
func (d *Dense) Out(int) int { return d.Width }

// Params implements Layer.
func (d *Dense) Params() []*Param { return []*Param{d.W, d.B} }

// ReLU is max(0, x).
type ReLU struct{ y, dx []float32 }

// Forward implements Layer.
func (l *ReLU) Forward(x []float32, rows int) []float32 {
	l.y = grow(l.y, len(x))
	l.Apply(x, l.y)
	return l.y
}

// Backward implements Layer.
func (l *ReLU) Backward(dy []float32) []float32 {
	l.dx = grow(l.dx, len(dy))
	reluBack(l.dx, dy, l.y)
	return l.dx
}

// Apply implements Layer. x and y may be the same slice.
func (l *ReLU) Apply(x, y []float32) { relu(y, x) }

// Out implements Layer.
func (l *ReLU) Out(in int) int { return in }

// Params implements Layer.
func (l *ReLU) Params() []*Param { return nil }

// Unit scales each row to unit length, so that inner products are cosines.
type Unit struct {
	Width int

	y, dx, inv []float32
}

// minNorm keeps a row of zeros from dividing by zero.
const minNorm = 1e-12

// Forward implements Layer.
func (l *Unit) Forward(x []float32, rows int) []float32 {
	l.y, l.inv = grow(l.y, len(x)), grow(l.inv, rows)
	for r := range rows {
		a, b := r*l.Width, (r+1)*l.Width
		l.inv[r] = l.scale(x[a:b], l.y[a:b])
	}
	return l.y
}

func (l *Unit) scale(x, y []float32) float32 {
	inv := float32(1 / math.Sqrt(max(float64(vec.Dot(x, x)), minNorm)))
	for i, v := range x {
		y[i] = v * inv
	}
	return inv
}

// Backward implements Layer: the component of dy along y changes only the length, so it is dropped.
func (l *Unit) Backward(dy []float32) []float32 {
	l.dx = grow(l.dx, len(dy))
	for r, inv := range l.inv {
		a, b := r*l.Width, (r+1)*l.Width
		y, g, dx := l.y[a:b], dy[a:b], l.dx[a:b]
		along := vec.Dot(y, g)
		for i := range dx {
			dx[i] = (g[i] - along*y[i]) * inv
		}
	}
	return l.dx
}

// Apply implements Layer. x and y may be the same slice.
func (l *Unit) Apply(x, y []float32) { l.scale(x, y) }

// Out implements Layer.
func (l *Unit) Out(in int) int { return in }

// Params implements Layer.
func (l *Unit) Params() []*Param { return nil }

// Net is a sequence of layers.
type Net []Layer

// Forward maps rows of input to rows of output, which belong to the net until the next Forward.
func (n Net) Forward(x []float32, rows int) []float32 {
	for _, l := range n {
		x = l.Forward(x, rows)
	}
	return x
}

// Backward adds the gradients of the last Forward to the parameters' and returns the gradient with respect to the input.
func (n Net) Backward(dy []float32) []float32 {
	for i := len(n) - 1; i >= 0; i-- {
		dy = n[i].Backward(dy)
	}
	return dy
}

// Scratch returns a buffer for Apply on inputs of the given width: one for each goroutine.
func (n Net) Scratch(in int) []float32 {
	widest := 0
	for _, l := range n {
		in = l.Out(in)
		widest = max(widest, in)
	}
	return make([]float32, 2*widest)
}

// Apply maps one row of input to y. It only reads the net.
func (n Net) Apply(x, y, scratch []float32) {
	half := len(scratch) / 2
	a, b := scratch[:half], scratch[half:]
	for _, l := range n {
		out := a[:l.Out(len(x))]
		l.Apply(x, out)
		x, a, b = out, b, a
	}
	copy(y, x)
}

// Params returns the parameters of all layers.
func (n Net) Params() []*Param {
	var ps []*Param
	for _, l := range n {
		ps = append(ps, l.Params()...)
	}
	return ps
}

// grow returns a slice of length n with undefined content, s itself if it is large enough.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
