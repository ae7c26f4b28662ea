package encode

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"dryrun/internal/nn"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

// PairSet is what an encoder learns from.
type PairSet struct {
	Width int
	// A and B are row-major: row i of both shows the same thing (a shopper's photo, the catalog's picture). Without B,
	// rows of A with the same label belong together (supervised contrast).
	A, B []float32
	// Label, one a row, says what is the same: rows with equal labels are never each other's negatives. Optional with B.
	Label []int32
}

// Options are the settings of training; 0 means the default.
type Options struct {
	Dim         int     // length of the vector (64)
	Hidden      int     // width of the hidden layer (128); negative for a linear encoder
	Epochs      int     // (as many as make 400 steps, at least 20)
	Batch       int     // pairs, or rows without B, in a step (a sixteenth of all, 32 to 256)
	Rate        float64 // Adam's learning rate at its highest (0.002)
	Temperature float64 // τ of the softmax (0.1)
	Hard        int     // negatives mined for each pair from the model's own nearest mistakes (0: only the batch's)
	Seed        uint64
}

// How many steps a training takes where nobody says how many epochs: a set of a few hundred rows needs no fewer than
// one of thousands.
const defaultSteps = 400

func (o Options) withDefaults(rows int) Options {
	o.Dim = cmp.Or(o.Dim, 64)
	o.Hidden = cmp.Or(o.Hidden, 128)
	o.Batch = cmp.Or(o.Batch, min(max(rows/16, 32), 256))
	if o.Epochs == 0 && o.Batch > 0 {
		o.Epochs = max(20, defaultSteps*o.Batch/rows)
	}
	o.Rate = cmp.Or(o.Rate, 0.002)
	o.Temperature = cmp.Or(o.Temperature, 0.1)
	return o
}

func (o Options) check() error {
	switch {
	case o.Dim < 1 || o.Epochs < 1 || o.Batch < 2 || o.Hard < 0:
		return fmt.Errorf("dim %d, epochs %d, batch %d, hard %d: choose at least 1, 1, 2 and 0", o.Dim, o.Epochs, o.Batch, o.Hard)
	case !(o.Rate > 0) || !(o.Temperature > 0):
		return fmt.Errorf("rate %g, temperature %g: choose more than 0", o.Rate, o.Temperature)
	}
	return nil
}

func (s *PairSet) rows() int { return len(s.A) / s.Width }

func (s *PairSet) check() error {
	switch {
	case s.Width < 1 || len(s.A) == 0 || len(s.A)%s.Width != 0:
		return fmt.Errorf("%d values are not rows of %d", len(s.A), s.Width)
	case s.B != nil && len(s.B) != len(s.A):
		return fmt.Errorf("%d values on one side and %d on the other", len(s.A), len(s.B))
	case s.B == nil && s.Label == nil:
		return fmt.Errorf("neither second pictures nor labels: nothing says what belongs together")
	case s.Label != nil && len(s.Label) != s.rows():
		return fmt.Errorf("%d labels for %d rows", len(s.Label), s.rows())
	case s.rows() < 2:
		return fmt.Errorf("a single row has nothing to be contrasted with")
	}
	return nil
}

// Network is a small network trained with a contrastive loss (InfoNCE): images of the same thing get close vectors, others
// distant ones. It is immutable and safe for concurrent use.
type Network struct {
	Dim  int
	Loss []float64 // mean training loss of each epoch

	net     nn.Net
	scratch sync.Pool // of *[]float32
}

// Train learns an encoder from set. p, where given, is called with the mean loss after each epoch. The same set, options
// and seed give the same encoder.
func Train(ctx context.Context, set PairSet, o Options, p func(epoch, of int, loss float64)) (*Network, error) {
	if err := set.check(); err != nil {
		return nil, fmt.Errorf("training an encoder: %w", err)
	}
	o = o.withDefaults(set.rows())
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("training an encoder: %w", err)
	}
	t := newTrainer(&set, o)
	e := &Network{Dim: o.Dim, net: t.net}
	for epoch := range o.Epochs {
		loss, err := t.epoch(ctx, epoch)
		if err != nil {
			return nil, fmt.Errorf("training an encoder, stopped in epoch %d of %d: %w", epoch+1, o.Epochs, err)
		}
		e.Loss = append(e.Loss, loss)
		if p != nil {
			p(epoch+1, o.Epochs, loss)
		}
	}
	if last := e.Loss[len(e.Loss)-1]; math.IsNaN(last) || math.IsInf(last, 0) {
		return nil, fmt.Errorf("training an encoder: the loss is not a number: choose a lower rate, or look for such values in the input")
	}
	t.scale.fold(t.first)
	e.ready(set.Width)
	return e, nil
}

// ready makes the memory that encoding inputs of a width needs.
func (e *Network) ready(width int) {
	size := len(e.net.Scratch(width))
	e.scratch.New = func() any { b := make([]float32, size); return &b }
}

// Encode implements Vectorizer; into has Dim values.
func (e *Network) Encode(x, into []float32) {
	b := e.scratch.Get().(*[]float32)
	e.net.Apply(x, into[:e.Dim], *b)
	e.scratch.Put(b)
}

// MB is the encoder's size in memory.
func (e *Network) MB() float64 {
	n := 0
	for _, p := range e.net.Params() {
		n += len(p.W)
	}
	return retrieval.Megabytes(4 * n)
}

// scaling brings every input to mean 0 and about unit spread.
type scaling struct{ mean, inv []float32 }

// minSpread, a share of the columns' root mean variance, keeps a column that hardly ever changes from being blown up.
const minSpread = 0.1

func newScaling(width int, sets ...[]float32) scaling {
	sum, sq, n := make([]float64, width), make([]float64, width), 0
	for _, rows := range sets {
		for ; len(rows) > 0; rows = rows[width:] {
			for j, v := range rows[:width] {
				sum[j] += float64(v)
				sq[j] += float64(v) * float64(v)
			}
			n++
		}
	}
	s := scaling{make([]float32, width), make([]float32, width)}
	all := 0.0
	for j := range sum {
		m := sum[j] / float64(n)
		sq[j] = max(sq[j]/float64(n)-m*m, 0)
		s.mean[j] = float32(m)
		all += sq[j] / float64(width)
	}
	least := max(minSpread*math.Sqrt(all), 1e-6)
	for j := range sq {
		s.inv[j] = float32(1 / max(math.Sqrt(sq[j]), least))
	}
	return s
}

func (s scaling) apply(x, into []float32) {
	for j, v := range x {
		into[j] = (v - s.mean[j]) * s.inv[j]
	}
}

// fold moves the scaling into the first layer, so that a trained net takes inputs as they are.
func (s scaling) fold(d *nn.Dense) {
	for o := range d.Width {
		w := d.W.W[o*d.In : (o+1)*d.In]
		for j := range w {
			w[j] *= s.inv[j]
		}
		d.B.W[o] -= vec.Dot(w, s.mean)
	}
}

// newNet returns the network and its first layer.
func newNet(width int, o Options, rng *rand.Rand) (nn.Net, *nn.Dense) {
	if o.Hidden < 0 {
		first := nn.NewDense(width, o.Dim, rng)
		first.First = true
		return nn.Net{first, &nn.Unit{Width: o.Dim}}, first
	}
	first := nn.NewDense(width, o.Hidden, rng)
	first.First = true
	return nn.Net{first, &nn.ReLU{}, nn.NewDense(o.Hidden, o.Dim, rng), &nn.Unit{Width: o.Dim}}, first
}
