package dcn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/nn"
	"dryrun/internal/ranking"
	"dryrun/internal/vec"
)

// Train trains a deep & cross network on the log loss, by Adam on batches of shuffled rows, with the gradients written
// out. Labels are in [0, 1]. valid may be nil; with it and EarlyStop, the weights of the best epoch are kept. It runs on
// one goroutine: the same seed gives the same network.
func Train(ctx context.Context, train, valid *ranking.Dataset, o Options, p ranking.Progress) (*Model, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := ranking.CheckRows(train, valid); err != nil {
		return nil, err
	}
	if err := train.CheckCodes(); err != nil {
		return nil, err
	}
	for name, d := range map[string]*ranking.Dataset{"training": train, "validation": valid} {
		if d == nil {
			continue
		}
		if err := d.CheckLabels(name, "0 to 1", func(y float32) bool { return y >= 0 && y <= 1 }); err != nil {
			return nil, err
		}
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x64636e)) // a stream of its own
	m, err := newModel(train, o, rng)
	if err != nil {
		return nil, err
	}
	t := newTrainer(m, train, o)
	if err := t.run(ctx, valid, rng, p); err != nil {
		return nil, fmt.Errorf("training deep & cross: %w", err)
	}
	return m, nil
}

// trainer is a training in progress.
type trainer struct {
	m     *Model
	o     Options
	d     *ranking.Dataset
	rows  []int32   // of the table, for each row and categorical column
	x     []float32 // standardized numbers, for each row
	order []int32
	relu  []*nn.ReLU
	adam  *nn.Adam

	codes             []int32 // of a batch, as all below
	x0, dx0, y, w, dz []float32
	joined            []float32
	part, dCross      []float32
}

func newTrainer(m *Model, d *ranking.Dataset, o Options) *trainer {
	n, numbers, codes := d.Rows(), len(m.numbers), len(m.codes)
	t := &trainer{
		m: m, o: o, d: d, adam: nn.NewAdam(o.Rate), rows: make([]int32, n*codes), x: make([]float32, n*numbers),
		order: make([]int32, n),
	}
	t.adam.Decay = o.Decay
	for i := range n {
		row := d.X[i*d.Width() : (i+1)*d.Width()]
		for k, num := range m.numbers {
			t.x[i*numbers+k] = num.of(row[num.Column])
		}
		for k := range m.codes {
			t.rows[i*codes+k] = m.codes[k].row(row[m.codes[k].column])
		}
		t.order[i] = int32(i)
	}
	for range m.deep {
		t.relu = append(t.relu, &nn.ReLU{})
	}
	batch := min(o.Batch, n)
	width := m.width()
	t.x0, t.y, t.dz = make([]float32, batch*width), make([]float32, batch), make([]float32, batch)
	if codes > 0 {
		t.dx0, t.codes = make([]float32, batch*width), make([]int32, batch*codes)
	}
	if d.Weight != nil {
		t.w = make([]float32, batch)
	}
	t.joined, t.dCross = make([]float32, batch*m.last.In), make([]float32, batch*width)
	if h := len(m.deep); h > 0 {
		t.part = make([]float32, batch*m.deep[h-1].Width)
	}
	return t
}

func (t *trainer) run(ctx context.Context, valid *ranking.Dataset, rng *rand.Rand, p ranking.Progress) error {
	best, bestEpoch := math.Inf(1), 0
	var kept [][]float32
	for epoch := 1; epoch <= t.o.Epochs; epoch++ {
		rng.Shuffle(len(t.order), func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
		sum, mass := 0.0, 0.0
		for from := 0; from < len(t.order); from += t.o.Batch {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("stopped in epoch %d of %d: %w", epoch, t.o.Epochs, err)
			}
			batch := t.order[from:min(from+t.o.Batch, len(t.order))]
			loss, w := t.step(batch)
			sum += loss * w
			mass += w
		}
		validLoss := math.NaN()
		if valid != nil && (p != nil || t.o.EarlyStop > 0) {
			var err error
			if validLoss, err = t.m.logLoss(ctx, valid); err != nil {
				return err
			}
		}
		if p != nil {
			p(epoch, t.o.Epochs, sum/max(mass, 1e-300), validLoss)
		}
		if t.o.EarlyStop == 0 || valid == nil {
			continue
		}
		if validLoss < best {
			best, bestEpoch = validLoss, epoch
			kept = t.m.weights()
		}
		if epoch-bestEpoch >= t.o.EarlyStop {
			break
		}
	}
	if kept != nil {
		t.m.setWeights(kept)
	}
	return nil
}

// step learns from one batch and returns its mean loss and its weight.
func (t *trainer) step(batch []int32) (loss, mass float64) {
	n := len(batch)
	z := t.forward(batch)
	mass = float64(n)
	var w []float32
	if t.w != nil {
		w, mass = t.w[:n], 0
		for i, row := range batch {
			w[i] = t.d.Weight[row]
			mass += float64(w[i])
		}
	}
	for i, row := range batch {
		t.y[i] = t.d.Y[row]
		z[i] += float32(t.d.RowOffset(int(row)))
	}
	loss = nn.BCE(z, t.y[:n], w, t.dz[:n])
	t.backward(n)
	t.adam.Step(t.m.params())
	if t.m.table != nil {
		t.adam.StepRows(t.m.table)
	}
	return loss, mass
}

// forward returns the batch's scores.
func (t *trainer) forward(batch []int32) []float32 {
	m, n, width := t.m, len(batch), t.m.width()
	numbers, codes := len(m.numbers), len(m.codes)
	for i, row := range batch {
		x0 := t.x0[i*width : (i+1)*width]
		copy(x0, t.x[int(row)*numbers:int(row+1)*numbers])
		copy(t.codes[i*codes:(i+1)*codes], t.rows[int(row)*codes:])
	}
	if codes > 0 {
		m.table.Lookup(t.codes[:n*codes], codes, t.x0[numbers:], width)
	}
	x0 := t.x0[:n*width]
	x := x0
	for _, c := range m.cross {
		x = c.Forward(x0, x, n)
	}
	if !m.shape.Parallel || len(m.deep) == 0 {
		return m.last.Forward(t.forwardDeep(x, n), n)
	}
	h := t.forwardDeep(x0, n)
	k := len(h) / n
	for i := range n {
		at := copy(t.joined[i*m.last.In:], x[i*width:(i+1)*width])
		copy(t.joined[i*m.last.In+at:], h[i*k:(i+1)*k])
	}
	return m.last.Forward(t.joined[:n*m.last.In], n)
}

// forwardDeep passes x through the dense layers.
func (t *trainer) forwardDeep(x []float32, n int) []float32 {
	for i, d := range t.m.deep {
		x = t.relu[i].Forward(d.Forward(x, n), n)
	}
	return x
}

// backwardDeep passes the gradient d back through the dense layers.
func (t *trainer) backwardDeep(d []float32) []float32 {
	for i := len(t.m.deep) - 1; i >= 0; i-- {
		d = t.m.deep[i].Backward(t.relu[i].Backward(d))
	}
	return d
}

// backward adds the gradients of the last forward, of n rows, to all parameters.
func (t *trainer) backward(n int) {
	m, width := t.m, t.m.width()
	var dx0 []float32
	if t.dx0 != nil {
		dx0 = t.dx0[:n*width]
		clear(dx0)
	}
	d := m.last.Backward(t.dz[:n])
	if !m.shape.Parallel || len(m.deep) == 0 {
		d = t.backwardDeep(d)
	} else {
		k := m.last.In - width
		cross, part := t.dCross[:n*width], t.part[:n*k]
		for i := range n {
			row := d[i*m.last.In : (i+1)*m.last.In]
			copy(cross[i*width:], row[:width])
			copy(part[i*k:], row[width:])
		}
		addTo(dx0, t.backwardDeep(part))
		d = cross
	}
	for i := len(m.cross) - 1; i >= 0; i-- {
		d = m.cross[i].Backward(d, dx0, i == 0)
	}
	addTo(dx0, d)
	if dx0 == nil {
		return
	}
	codes := len(m.codes)
	m.table.AddGradients(t.codes[:n*codes], codes, dx0[len(m.numbers):], width)
}

// addTo adds d to sum, where anybody wants to know.
func addTo(sum, d []float32) {
	if sum != nil {
		vec.Axpy(1, d[:len(sum)], sum)
	}
}

// logLoss is the weighted mean log loss over the rows of d.
func (m *Model) logLoss(ctx context.Context, d *ranking.Dataset) (float64, error) {
	out := make([]float32, d.Rows())
	const block = 1 << 12
	for from := 0; from < len(out); from += block {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		to := min(from+block, len(out))
		m.Score(d.X[from*d.Width():to*d.Width()], out[from:to])
	}
	return ranking.WeightedMean(d, func(i int) float64 {
		return ranking.LogLoss(float64(out[i])+d.RowOffset(i), float64(d.Y[i]))
	}), nil
}

// weights are copies of all learned weights, in one order.
func (m *Model) weights() [][]float32 {
	var all [][]float32
	if m.table != nil {
		all = append(all, m.table.Weights())
	}
	for _, p := range m.params() {
		all = append(all, slices.Clone(p.W))
	}
	return all
}

// setWeights is the way back from weights.
func (m *Model) setWeights(all [][]float32) {
	if m.table != nil {
		m.table.SetWeights(all[0])
		all = all[1:]
	}
	for i, p := range m.params() {
		copy(p.W, all[i])
	}
}
