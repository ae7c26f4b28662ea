package collab

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/nn"
	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

const (
	dropShare = 0.1 // share of the items' own vectors that training leaves out, where there is content
	tableRate = 10  // the table's learning rate, as a multiple of the layers'
)

// towerTraining is the state of one training. Everything runs on one goroutine, in an order that the seed decides.
type towerTraining struct {
	h      *problem.History
	in     problem.Inputs
	o      TwoTowerOptions
	rng    *rand.Rand
	inTime []int32   // h.Item with each row in order of time
	when   []float32 // h.Day, beside it
	user   nn.Net
	table  *nn.Table // the items' own vectors, read by both towers
	adam   *nn.Adam
	loss   nn.Contrastive
	params []*nn.Param

	content nn.Net   // the items' content to Dim; empty without content
	unit    *nn.Unit // closes the item tower

	owner []int32   // of each engagement
	known []bool    // by item: somebody engaged with it
	logQ  []float32 // by item: log of how often a batch holds it

	step, steps int

	// A step's memory. Row r of u is a user, row r of v the item that the user is to find; drawn negatives follow in v.
	ids         []int32   // items of v's rows
	history     [][]int32 // what u's rows are means of
	x, c        []float32 // inputs of the two towers
	z           []float32 // the item tower before its last layer
	d           []float32 // gradients by u, then by v
	q           []float32 // logQ of v's rows
	contentOnly []bool    // rows of v whose own vector is left out
}

func newTowerTraining(ctx context.Context, h *problem.History, in problem.Inputs, o TwoTowerOptions) *towerTraining {
	rng := rand.New(rand.NewPCG(o.Seed, 0x32746f77)) // a stream of its own
	t := &towerTraining{
		h: h, in: in, o: o, rng: rng, adam: nn.NewAdam(o.Rate), unit: &nn.Unit{Width: o.Dim},
		loss:  nn.Contrastive{Dim: o.Dim, Temperature: o.Temperature},
		owner: make([]int32, len(h.Item)), known: make([]bool, h.Items), logQ: make([]float32, h.Items),
		steps: o.Epochs * ((len(h.Item) + o.Batch - 1) / o.Batch),
	}
	t.inTime, t.when = inTime(ctx, h)
	width := o.Dim
	if in != nil {
		width += in.Width()
		first := nn.NewDense(in.Width(), o.Dim, rng)
		first.First = true
		t.content = nn.Net{first}
	}
	t.user = userTower(width, o, rng)
	t.params = append(t.user.Params(), t.content.Params()...)
	t.table = nn.NewTable(h.Items, o.Dim)
	sd := 1 / math.Sqrt(float64(o.Dim)) // about unit length, which the item tower ends in
	t.table.Randomize(ctx, 0, func() float64 { return rng.NormFloat64() * sd })
	count := make([]int, h.Items)
	for u := range h.Users {
		for at := h.Start[u]; at < h.Start[u+1]; at++ {
			t.owner[at] = int32(u)
			count[h.Item[at]]++
		}
	}
	for i, n := range count {
		t.known[i] = n > 0
		often := float64(o.Batch)*float64(n)/float64(len(h.Item)) + float64(o.Negatives)/float64(h.Items)
		t.logQ[i] = float32(math.Log(max(often, 1e-12))) // an item that no batch holds is never asked for
	}
	return t
}

// epoch goes over all engagements once and returns the mean loss.
func (t *towerTraining) epoch(ctx context.Context) (float64, error) {
	order := t.rng.Perm(len(t.owner))
	total, n := 0.0, 0
	for part := range slices.Chunk(order, t.o.Batch) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		rate := nn.Cosine(t.o.Rate, t.step, t.steps)
		t.step++
		if len(part)+t.o.Negatives < 2 { // one item alone has no negative
			continue
		}
		total += t.train(part) * float64(len(part))
		n += len(part)
		t.adam.Rate = rate
		t.adam.Step(t.params)
		nn.Adagrad{Rate: float32(tableRate * rate)}.StepRows(t.table)
	}
	return total / float64(max(n, 1)), nil
}

// train adds up the gradients of a batch of engagements and returns its loss.
func (t *towerTraining) train(batch []int) float64 {
	rows, dim := len(batch), t.o.Dim
	t.draw(batch)
	u := t.userForward(batch)
	v := t.itemForward(t.ids, func(k int) bool { return t.contentOnly[k] })
	t.d = resize(t.d, len(u)+len(v))
	clear(t.d)
	dU, dV := t.d[:len(u)], t.d[len(u):]
	t.loss.LogQ, t.loss.RowLabel, t.loss.ColLabel = t.q, t.ids[:rows], t.ids
	loss := t.loss.Loss(u, v, rows, len(t.ids), 1, dU, dV)

	dX := t.user.Backward(dU)
	width := len(dX) / rows
	for r, history := range t.history {
		for _, j := range history {
			vec.Axpy(1/float32(len(history)), dX[r*width:r*width+dim], t.table.Touch(j))
		}
	}
	dZ := t.unit.Backward(dV)
	t.content.Backward(dZ)
	for k, i := range t.ids {
		if !t.contentOnly[k] {
			vec.Axpy(1, dZ[k*dim:(k+1)*dim], t.table.Touch(i))
		}
	}
	return loss
}

// draw fills v's rows: the batch's items, then some drawn evenly.
func (t *towerTraining) draw(batch []int) {
	t.ids, t.q, t.contentOnly = t.ids[:0], t.q[:0], t.contentOnly[:0]
	for _, at := range batch {
		t.ids = append(t.ids, t.inTime[at])
	}
	for range t.o.Negatives {
		t.ids = append(t.ids, int32(t.rng.IntN(t.h.Items)))
	}
	for _, i := range t.ids {
		t.q = append(t.q, t.logQ[i])
		t.contentOnly = append(t.contentOnly, t.in != nil && (!t.known[i] || t.rng.Float64() < dropShare))
	}
}

// inTime returns the history's items and days with each user's in order of time, those of one moment by id.
func inTime(ctx context.Context, h *problem.History) ([]int32, []float32) {
	items, days := make([]int32, 0, len(h.Item)), make([]float32, 0, len(h.Item))
	var order []int32
	for u := range h.Users {
		if u%askRows == 0 && ctx.Err() != nil {
			break
		}
		order = order[:0]
		for at := h.Start[u]; at < h.Start[u+1]; at++ {
			order = append(order, at)
		}
		slices.SortFunc(order, func(x, y int32) int { return cmp.Or(cmp.Compare(h.Day[x], h.Day[y]), cmp.Compare(x, y)) })
		for _, at := range order {
			items, days = append(items, h.Item[at]), append(days, h.Day[at])
		}
	}
	return items, days
}

// userForward runs the batch's users through their tower.
func (t *towerTraining) userForward(batch []int) []float32 {
	width := t.o.Dim
	if t.in != nil {
		width += t.in.Width()
	}
	t.x = resize(t.x, len(batch)*width)
	t.history = t.history[:0]
	for r, at := range batch {
		u := t.owner[at]
		history := latest(t.inTime[t.h.Start[u]:at])
		q := problem.Query{ID: -1, User: u, Day: float64(t.when[at])}
		userInput(history, t.table, t.in, &q, t.x[r*width:(r+1)*width], t.o.Dim)
		t.history = append(t.history, history)
	}
	return t.user.Forward(t.x, len(batch))
}

// itemForward runs items through their tower; bare says whose own vector is left out.
func (t *towerTraining) itemForward(ids []int32, contentOnly func(k int) bool) []float32 {
	dim := t.o.Dim
	t.z = resize(t.z, len(ids)*dim)
	clear(t.z)
	if t.in != nil {
		width := t.in.Width()
		t.c = resize(t.c, len(ids)*width)
		for k, i := range ids {
			t.in.Item(i, t.c[k*width:(k+1)*width])
		}
		copy(t.z, t.content.Forward(t.c, len(ids)))
	}
	for k, i := range ids {
		if !contentOnly(k) {
			vec.Axpy(1, t.table.Row(i), t.z[k*dim:(k+1)*dim])
		}
	}
	return t.unit.Forward(t.z, len(ids))
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
