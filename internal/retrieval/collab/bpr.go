package collab

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/nn"
	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// BPROptions are the settings of Bayesian personalized ranking; 0 means the default.
type BPROptions struct {
	Factors int     // the length of a vector (32)
	Epochs  int     // each draws as many triples as there are engagements (60)
	Rate    float64 // α, the step of gradient descent (0.05)
	Reg     float64 // λ (0.01); negative for none
	// Popular draws negatives in proportion to how often they were engaged with, as the implicit library does, and not
	// evenly, as the paper does. Even negatives are mostly items that nobody would confuse with the positive.
	Popular bool
	Seed    uint64
}

func (o BPROptions) withDefaults() BPROptions {
	o.Factors = cmp.Or(o.Factors, 32)
	o.Epochs = cmp.Or(o.Epochs, 60)
	o.Rate = cmp.Or(o.Rate, 0.05)
	o.Reg = max(cmp.Or(o.Reg, 0.01), 0)
	return o
}

func (o BPROptions) check() error {
	if o.Factors < 1 || o.Epochs < 1 || !(o.Rate > 0) {
		return fmt.Errorf("factors %d, epochs %d, rate %g: choose at least 1, 1, and more than 0", o.Factors, o.Epochs, o.Rate)
	}
	return nil
}

// bprDraws is how often a negative is drawn anew before a user is taken for one who has engaged with everything.
const bprDraws = 32

// TrainBPR factorizes implicit feedback for order alone (Rendle et al. 2009): for a user u, an item i that u engaged with
// and an item j that u didn't, it descends
//
//	−ln σ(x̂_uij) + λ/2·‖Θ‖²        x̂_uij = x̂_ui − x̂_uj        x̂_ui = x_u·y_i + b_i
//
// by stochastic gradient, one triple at a time, with (u, i) drawn with replacement from all engagements (the paper's
// LearnBPR). Strengths don't count. It is one stream on one goroutine: racing updates are faster and never repeat.
//
// p, where given, is called after each epoch with the mean of −ln σ(x̂) over its triples, each before the model had learned from it.
func TrainBPR(ctx context.Context, h *problem.History, o BPROptions, p func(epoch, of int, loss float64)) (*Factors, error) {
	if err := checkHistory(h); err != nil {
		return nil, fmt.Errorf("training BPR: %w", err)
	}
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("training BPR: %w", err)
	}
	b := newBPR(ctx, h, o)
	for epoch := range o.Epochs {
		loss, err := b.epoch(ctx)
		if err != nil {
			return nil, fmt.Errorf("training BPR, stopped in epoch %d of %d: %w", epoch+1, o.Epochs, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("training BPR: the loss is not a number in epoch %d: choose a lower rate than %g", epoch+1, o.Rate)
		}
		b.f.Loss = append(b.f.Loss, loss)
		if p != nil {
			p(epoch+1, o.Epochs, loss)
		}
	}
	return newFactors("bpr", h, b.f), nil
}

// bpr is the state of one training.
type bpr struct {
	h    *problem.History
	o    BPROptions
	rng  *rand.Rand
	f    Factors
	user []int32   // of each engagement
	diff []float32 // y_i − y_j
}

func newBPR(ctx context.Context, h *problem.History, o BPROptions) *bpr {
	f := o.Factors
	b := &bpr{
		h: h, o: o, rng: rand.New(rand.NewPCG(o.Seed, 0x627072)), // a stream of its own
		f:    Factors{Dim: f, User: make([]float32, h.Users*f), Item: make([]float32, h.Items*f), Bias: make([]float32, h.Items)},
		user: make([]int32, len(h.Item)), diff: make([]float32, f),
	}
	for u := range h.Users {
		for at := h.Start[u]; at < h.Start[u+1]; at++ {
			b.user[at] = int32(u)
		}
	}
	for _, rows := range [][]float32{b.f.User, b.f.Item} {
		randomize(ctx, rows, func() float64 { return (b.rng.Float64() - 0.5) / float64(f) })
	}
	return b
}

// epoch learns from as many triples as there are engagements and returns their mean loss.
func (b *bpr) epoch(ctx context.Context) (float64, error) {
	total, n := 0.0, 0
	for step := range b.user {
		if step%1024 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		at := b.rng.IntN(len(b.user))
		u := b.user[at]
		if j, found := b.negative(u); found {
			total += b.learn(u, b.h.Item[at], j)
			n++
		}
	}
	return total / float64(max(n, 1)), nil
}

// negative draws an item that u didn't engage with.
func (b *bpr) negative(u int32) (int32, bool) {
	own, _ := b.h.Row(u)
	for range bprDraws {
		j := int32(0)
		if b.o.Popular {
			j = b.h.Item[b.rng.IntN(len(b.h.Item))]
		} else {
			j = int32(b.rng.IntN(b.h.Items))
		}
		if _, found := slices.BinarySearch(own, j); !found {
			return j, true
		}
	}
	return 0, false
}

// learn takes one step on a triple and returns −ln σ(x̂_uij) as it was before.
func (b *bpr) learn(u, i, j int32) float64 {
	x, yi, yj := b.f.user(u), b.f.item(int(i)), b.f.item(int(j))
	for k := range b.diff {
		b.diff[k] = yi[k] - yj[k]
	}
	xhat := float64(vec.Dot(x, b.diff) + b.f.Bias[i] - b.f.Bias[j])
	miss := nn.Sigmoid(-xhat)
	g, keep := float32(b.o.Rate*miss), float32(1-b.o.Rate*b.o.Reg)
	x, yi, yj = x[:len(b.diff)], yi[:len(b.diff)], yj[:len(b.diff)] // no bounds to check in the loop
	for k, d := range b.diff {
		xk := x[k]
		x[k] = keep*xk + g*d
		yi[k] = keep*yi[k] + g*xk
		yj[k] = keep*yj[k] - g*xk
	}
	b.f.Bias[i] = keep*b.f.Bias[i] + g
	b.f.Bias[j] = keep*b.f.Bias[j] - g
	return max(-xhat, 0) + math.Log1p(math.Exp(-math.Abs(xhat)))
}
