package collab

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"dryrun/internal/nn"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

// TwoTowerOptions are the settings of the two towers; 0 means the default.
type TwoTowerOptions struct {
	Dim         int     // length of the vectors (64)
	Hidden      int     // width of the user tower's hidden layer (128)
	Epochs      int     // (5)
	Batch       int     // engagements in a step (128)
	Negatives   int     // items drawn evenly that join each batch's own (128); negative for none
	Rate        float64 // learning rate at its highest, Adam's for layers, ten times that for the table (0.004)
	Temperature float64 // τ of the softmax (0.2)
	Seed        uint64
}

func (o TwoTowerOptions) withDefaults() TwoTowerOptions {
	o.Dim = cmp.Or(o.Dim, 64)
	o.Hidden = cmp.Or(o.Hidden, 128)
	o.Epochs = cmp.Or(o.Epochs, 5)
	o.Batch = cmp.Or(o.Batch, 128)
	o.Negatives = max(cmp.Or(o.Negatives, 128), 0)
	o.Rate = cmp.Or(o.Rate, 0.004)
	o.Temperature = cmp.Or(o.Temperature, 0.2)
	return o
}

func (o TwoTowerOptions) check() error {
	switch {
	case o.Dim < 1 || o.Hidden < 1 || o.Epochs < 1 || o.Batch < 2:
		return fmt.Errorf("dim %d, hidden %d, epochs %d, batch %d: choose at least 1, 1, 1 and 2", o.Dim, o.Hidden, o.Epochs, o.Batch)
	case !(o.Rate > 0) || !(o.Temperature > 0):
		return fmt.Errorf("rate %g, temperature %g: choose more than 0", o.Rate, o.Temperature)
	}
	return nil
}

// itemBatch is how many items pass through the item tower at a time, between two looks at the context.
const itemBatch = 128

// historyCut is how many of a user's latest engagements the user tower reads: a mean of more says little new.
const historyCut = 200

// TrainTwoTower learns two networks that meet only in an inner product, so that items can be indexed ahead of time
// (Covington, Adams & Sargin 2016; Yi et al. 2019). The item tower adds an item's own vector to a projection of its content;
// the user tower is a small network over the mean of the vectors of what the user engaged with, beside the content
// of the request. in may be nil: then ids are all there is. Both towers end in unit length.
//
// The loss is the softmax of the positive against the batch's other items and some drawn evenly (mixed negatives, Yang et al.
// 2020: without them an item that nobody touched is never told from the others), each logit less the log of how often its item is
// drawn, so that popular items aren't punished for turning up in every batch. An engagement is predicted from those before
// it alone. (From all others is easier, and worse: what is missing from a row gives it away; NDCG@10 on MovieLens-100K was
// a quarter lower.) A user's first engagement has none before it, so newcomers learn their place, which is what is popular.
// Where there is content, a tenth of the items' own vectors are left out (Volkovs, Yu & Poutanen 2017), so that a new
// item's content can stand alone.
//
// p, where given, is called with the mean loss after each epoch. Training runs on one goroutine; the same history, options and seed
// give the same vectors.
func TrainTwoTower(ctx context.Context, h *problem.History, in problem.Inputs, o TwoTowerOptions, p func(epoch, of int,
	loss float64),
) (*TwoTower, error) {
	if err := checkHistory(h); err != nil {
		return nil, fmt.Errorf("training two towers: %w", err)
	}
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("training two towers: %w", err)
	}
	t := newTowerTraining(ctx, h, in, o)
	var losses []float64
	for epoch := range o.Epochs {
		loss, err := t.epoch(ctx)
		if err != nil {
			return nil, fmt.Errorf("training two towers, stopped in epoch %d of %d: %w", epoch+1, o.Epochs, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("training two towers: the loss is not a number in epoch %d: choose a lower rate than %g", epoch+1,
				o.Rate)
		}
		losses = append(losses, loss)
		if p != nil {
			p(epoch+1, o.Epochs, loss)
		}
	}
	items, err := t.embedItems(ctx)
	if err != nil {
		return nil, err
	}
	return newTowers(h, in, t.inTime, t.table.Weights(), items, o.Dim, t.user, losses), nil
}

// embedItems runs every item through its tower.
func (t *towerTraining) embedItems(ctx context.Context) ([]float32, error) {
	items, dim := t.h.Items, t.o.Dim
	rows := make([]float32, items*dim)
	ids := make([]int32, 0, itemBatch)
	for first := 0; first < items; first += itemBatch {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("embedding %d items with the item tower: %w", items, ctx.Err())
		}
		ids = ids[:0]
		for i := first; i < min(first+itemBatch, items); i++ {
			ids = append(ids, int32(i))
		}
		// Nothing was learned of an item that nobody engaged with: its content speaks for it alone, where there is any.
		copy(rows[first*dim:], t.itemForward(ids, func(k int) bool { return t.in != nil && !t.known[ids[k]] }))
	}
	return rows, nil
}

// TwoTower is two trained towers: what the item tower made of every item, and the user tower. It is immutable and safe for
// concurrent use.
type TwoTower struct {
	Loss []float64 // mean loss of each epoch

	h      *problem.History
	in     problem.Inputs
	inTime []int32   // h.Item with each row in order of time
	items  []float32 // the item tower's vectors, row-major with dim columns
	own    *ownVectors
	dim    int
	user   nn.Net
	pool   sync.Pool // of *towerScratch
}

func newTowers(h *problem.History, in problem.Inputs, inTime []int32, own, items []float32, dim int, user nn.Net,
	loss []float64,
) *TwoTower {
	t := &TwoTower{Loss: loss, h: h, in: in, inTime: inTime, items: items, own: &ownVectors{own, dim}, dim: dim, user: user}
	t.pool.New = func() any {
		x := make([]float32, user[0].(*nn.Dense).In)
		return &towerScratch{x, user.Scratch(len(x))}
	}
	return t
}

// userTower returns an untrained user tower over inputs of a width.
func userTower(width int, o TwoTowerOptions, rng *rand.Rand) nn.Net {
	return nn.Net{nn.NewDense(width, o.Hidden, rng), &nn.ReLU{}, nn.NewDense(o.Hidden, o.Dim, rng), &nn.Unit{Width: o.Dim}}
}

// Embedding returns the items' vectors, and encodes requests by the user tower.
func (t *TwoTower) Embedding() *problem.Embedding {
	return &problem.Embedding{Name: "two-tower", Dim: t.dim, Items: t.items, Encode: t.encode, MB: retrieval.Megabytes(4 * len(t.items))}
}

// rowser has the items' own vectors: the table while it learns, a plain copy of its vectors after that.
type rowser interface {
	Row(item int32) []float32
}

// ownVectors are the items' own vectors, row-major with dim columns.
type ownVectors struct {
	rows []float32
	dim  int
}

// Row returns the vector of an item.
func (v *ownVectors) Row(item int32) []float32 { return v.rows[int(item)*v.dim : (int(item)+1)*v.dim] }

type towerScratch struct{ x, net []float32 }

func (t *TwoTower) encode(q *problem.Query, into []float32) {
	b := t.pool.Get().(*towerScratch)
	defer t.pool.Put(b)
	var history []int32
	if q.User >= 0 && int(q.User) < t.h.Users {
		history = latest(t.inTime[t.h.Start[q.User]:t.h.Start[q.User+1]])
	}
	userInput(history, t.own, t.in, q, b.x, t.dim)
	t.user.Apply(b.x, into[:t.dim], b.net)
}

// userInput fills a row of the user tower's input: the mean of the history's vectors, zero for a newcomer, then the
// request's content.
func userInput(history []int32, own rowser, in problem.Inputs, q *problem.Query, x []float32, dim int) {
	mean := x[:dim]
	clear(mean)
	for _, j := range history {
		vec.Axpy(1/float32(len(history)), own.Row(j), mean)
	}
	if in != nil {
		in.Request(q, x[dim:])
	}
}

// latest returns the end of a history in order of time.
func latest(history []int32) []int32 { return history[max(0, len(history)-historyCut):] }
