package encode

import (
	"context"
	"math/rand/v2"

	"dryrun/internal/nn"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

const (
	encoderDecay = 0.01 // AdamW's λ
	mineEvery    = 4    // epochs between two searches for hard negatives
	mineAmong    = 4096 // rows that hard negatives are looked for among, at most
	togetherRows = 4    // rows of one label that go into a batch together, where labels are the only positives
)

// trainer is the state of one training run. Everything runs on one goroutine, in an order that the seed decides.
type trainer struct {
	set   *PairSet
	o     Options
	rng   *rand.Rand
	net   nn.Net
	first *nn.Dense
	scale scaling
	adam  *nn.Adam
	loss  nn.Contrastive

	label  []int32 // set.Label, or each row its own
	hard   []int32 // n x o.Hard rows, -1 where none was found; nil before the first search
	step   int
	steps  int
	x      []float32 // a batch's inputs
	d      []float32 // gradient by the batch's vectors
	labels []int32
}

func newTrainer(set *PairSet, o Options) *trainer {
	rng := rand.New(rand.NewPCG(o.Seed, 0x656e63)) // a stream of its own
	t := &trainer{set: set, o: o, rng: rng, label: set.Label}
	t.net, t.first = newNet(set.Width, o, rng)
	t.scale = newScaling(set.Width, set.A, set.B)
	t.adam = nn.NewAdam(o.Rate)
	t.adam.Decay = encoderDecay
	t.loss = nn.Contrastive{Dim: o.Dim, Temperature: o.Temperature}
	if t.label == nil {
		t.label = make([]int32, set.rows())
		for i := range t.label {
			t.label[i] = int32(i)
		}
	}
	t.steps = o.Epochs * ((set.rows() + o.Batch - 1) / o.Batch)
	return t
}

// epoch goes over all rows once and returns the mean loss.
func (t *trainer) epoch(ctx context.Context, epoch int) (float64, error) {
	// The first search for hard negatives waits until the model's mistakes mean something.
	if t.o.Hard > 0 && epoch > 0 && epoch%mineEvery == 0 {
		if err := t.mine(ctx); err != nil {
			return 0, err
		}
	}
	total, n := 0.0, 0
	for rest := t.order(); len(rest) > 0; {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		size := min(t.o.Batch, len(rest))
		t.adam.Rate = nn.Cosine(t.o.Rate, t.step, t.steps)
		t.step++
		if size > 1 { // one row alone has no negative
			total += t.train(rest[:size]) * float64(size)
			n += size
		}
		rest = rest[size:]
	}
	return total / float64(n), nil
}

// order shuffles the rows. Where labels are the only positives, rows of one label stay together in small groups, so
// that a batch has positives however many labels there are.
func (t *trainer) order() []int32 {
	n := t.set.rows()
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	t.rng.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	if t.set.B != nil {
		return rows
	}
	var groups [][]int32
	growing := map[int32]int{} // label to the group that is not full
	for _, r := range rows {
		g, found := growing[t.label[r]]
		if !found || len(groups[g]) == togetherRows {
			g = len(groups)
			groups = append(groups, make([]int32, 0, togetherRows))
			growing[t.label[r]] = g
		}
		groups[g] = append(groups[g], r)
	}
	t.rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	rows = rows[:0]
	for _, g := range groups {
		rows = append(rows, g...)
	}
	return rows
}

// train takes one step on a batch and returns its loss. The vectors are laid out as A's rows, B's rows, hard negatives.
func (t *trainer) train(rows []int32) float64 {
	t.x, t.labels = t.x[:0], t.labels[:0]
	t.add(t.set.A, rows)
	other := t.set.A
	if t.set.B != nil {
		other = t.set.B
		t.add(other, rows)
	}
	t.add(other, t.hardOf(rows))
	all, n, dim := len(t.labels), len(rows), t.o.Dim
	z := t.net.Forward(t.x, all)
	if cap(t.d) < len(z) {
		t.d = make([]float32, len(z))
	}
	d := t.d[:len(z)]
	clear(d)
	var loss float64
	if t.set.B == nil {
		t.loss.RowLabel, t.loss.ColLabel = t.labels, t.labels
		loss = t.loss.Supervised(z, all, 1, d)
	} else {
		// Both ways: the photo finds its picture, the picture its photo.
		t.loss.RowLabel, t.loss.ColLabel = t.labels[:n], t.labels[n:]
		loss = t.loss.Loss(z[:n*dim], z[n*dim:], n, all-n, 0.5, d[:n*dim], d[n*dim:]) / 2
		loss += t.loss.Loss(z[n*dim:2*n*dim], z[:n*dim], n, n, 0.5, d[n*dim:2*n*dim], d[:n*dim]) / 2
	}
	t.net.Backward(d)
	t.adam.Step(t.net.Params())
	return loss
}

// add appends rows of a side to the batch, scaled.
func (t *trainer) add(side []float32, rows []int32) {
	w := t.set.Width
	for _, r := range rows {
		at := len(t.x)
		t.x = append(t.x, side[int(r)*w:(int(r)+1)*w]...)
		t.scale.apply(t.x[at:], t.x[at:])
		t.labels = append(t.labels, t.label[r])
	}
}

// hardOf returns the hard negatives of a batch, each once and none that the batch holds already.
func (t *trainer) hardOf(rows []int32) []int32 {
	if t.hard == nil {
		return nil
	}
	held := make(map[int32]bool, len(rows)*(1+t.o.Hard))
	for _, r := range rows {
		held[r] = true
	}
	var out []int32
	for _, r := range rows {
		for _, h := range t.hard[int(r)*t.o.Hard : (int(r)+1)*t.o.Hard] {
			if h >= 0 && !held[h] {
				held[h] = true
				out = append(out, h)
			}
		}
	}
	return out
}

// mine finds, for each row, the rows of other labels that the current model puts nearest to it.
func (t *trainer) mine(ctx context.Context) error {
	n, dim, block := t.set.rows(), t.o.Dim, 64
	among := t.rng.Perm(n)[:min(n, mineAmong)]
	ids := make([]int32, len(among))
	for i, r := range among {
		ids[i] = int32(r)
	}
	other := t.set.A
	if t.set.B != nil {
		other = t.set.B
	}
	targets := make([]float32, len(ids)*dim)
	for i := 0; i < len(ids); i += block {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		copy(targets[i*dim:], t.vectors(other, ids[i:min(i+block, len(ids))]))
	}
	if t.hard == nil {
		t.hard = make([]int32, n*t.o.Hard)
	}
	var top retrieval.TopK
	scores := make([]float32, block*len(ids))
	rows := make([]int32, 0, block)
	for i := 0; i < n; i += block {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rows = rows[:0]
		for r := i; r < min(i+block, n); r++ {
			rows = append(rows, int32(r))
		}
		clear(scores)
		vec.MatMulTB(scores, t.vectors(t.set.A, rows), targets, len(rows), dim, len(ids))
		for k, r := range rows {
			t.keepHard(&top, r, ids, scores[k*len(ids):(k+1)*len(ids)])
		}
	}
	return nil
}

// vectors runs rows of a side through the net. The result lives until the net's next use.
func (t *trainer) vectors(side []float32, rows []int32) []float32 {
	t.x, t.labels = t.x[:0], t.labels[:0]
	t.add(side, rows)
	return t.net.Forward(t.x, len(rows))
}

func (t *trainer) keepHard(top *retrieval.TopK, r int32, ids []int32, scores []float32) {
	top.Reset(t.o.Hard)
	for i, s := range scores {
		if top.Wants(s) && t.label[ids[i]] != t.label[r] {
			top.Push(ids[i], s)
		}
	}
	mine := t.hard[int(r)*t.o.Hard : (int(r)+1)*t.o.Hard]
	for i := range mine {
		mine[i] = -1
	}
	for i, c := range top.Append(nil) {
		mine[i] = c.Item
	}
}
