package collab

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// ALSOptions are the settings of alternating least squares; 0 means the default.
type ALSOptions struct {
	Factors    int     // f, the length of a vector (32)
	Iterations int     // each solves all users, then all items (15)
	Reg        float64 // λ (0.1), the same for every row however long it is
	Alpha      float64 // α (5): confidence in an engagement of weight 1, against 1 for a pair never seen
	Seed       uint64
	Workers    int // goroutines (one fewer than the processors); the factors are the same at any number
}

func (o ALSOptions) withDefaults() ALSOptions {
	o.Factors = cmp.Or(o.Factors, 32)
	o.Iterations = cmp.Or(o.Iterations, 15)
	o.Reg = cmp.Or(o.Reg, 0.1)
	o.Alpha = cmp.Or(o.Alpha, 5)
	o.Workers = parallel.Workers(o.Workers)
	return o
}

func (o ALSOptions) check() error {
	if o.Factors < 1 || o.Iterations < 1 || !(o.Reg > 0) || !(o.Alpha > 0) {
		return fmt.Errorf("factors %d, iterations %d, reg %g, alpha %g: choose at least 1, 1, and more than 0",
			o.Factors, o.Iterations, o.Reg, o.Alpha)
	}
	return nil
}

// Sizes of what a worker takes at a time. gramRows is also where partial sums are cut, so the result depends on it.
const (
	alsChunk = 32
	gramRows = 4096
)

// TrainALS factorizes implicit feedback by weighted alternating least squares (Hu, Koren & Volinsky 2008). It minimizes
//
//	Σ_ui c_ui·(p_ui − x_u·y_i)² + λ·(Σ_u ‖x_u‖² + Σ_i ‖y_i‖²)
//
// over all pairs, where the preference p_ui is 1 for an engagement and 0 for all others, and the confidence c_ui is α·r_ui
// for an engagement and 1 for all others. (The paper's confidence is 1 + α·r_ui; the implicit library's is this one.)
// With items fixed each user's best x_u solves a small linear system, and the other way round. Three steps of
// conjugate gradient from the last solution are enough (Takács, Pilászy & Tikk 2011), and never form the system's matrix:
// a row of n engagements costs O(f² + n·f) a step.
//
// p, where given, is called after each iteration with the objective over the number of pairs; that takes some time, and Loss is
// filled only then.
func TrainALS(ctx context.Context, h *problem.History, o ALSOptions, p func(iteration, of int, loss float64)) (*Factors, error) {
	if err := checkHistory(h); err != nil {
		return nil, fmt.Errorf("training ALS: %w", err)
	}
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("training ALS: %w", err)
	}
	a := newALS(ctx, h, o)
	var losses []float64
	for it := range o.Iterations {
		err := a.sweep(ctx, a.users, a.x, a.y)
		if err == nil {
			err = a.sweep(ctx, a.items, a.y, a.x)
		}
		if err == nil && p != nil {
			var loss float64
			if loss, err = a.objective(ctx); err == nil {
				loss /= float64(h.Users) * float64(h.Items)
				losses = append(losses, loss)
				p(it+1, o.Iterations, loss)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("training ALS, stopped in iteration %d of %d: %w", it+1, o.Iterations, err)
		}
	}
	return newFactors("als", h, Factors{Dim: o.Factors, User: a.x, Item: a.y, Loss: losses}), nil
}

// als is the state of one training.
type als struct {
	o            ALSOptions
	users, items *sparse
	x, y         []float32 // users x f, items x f
	gram         []float32 // f x f
	workers      []*alsWorker
}

func newALS(ctx context.Context, h *problem.History, o ALSOptions) *als {
	f := o.Factors
	a := &als{
		o: o, users: byUser(h), items: byItem(ctx, h),
		x: make([]float32, h.Users*f), y: make([]float32, h.Items*f), gram: make([]float32, f*f),
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x616c73)) // a stream of its own
	for _, rows := range [][]float32{a.x, a.y} {
		randomize(ctx, rows, func() float64 { return rng.Float64() * 0.01 })
	}
	for range o.Workers {
		a.workers = append(a.workers, &alsWorker{r: make([]float32, f), p: make([]float32, f), ap: make([]float32, f)})
	}
	return a
}

// sweep solves for every row of x with y fixed.
func (a *als) sweep(ctx context.Context, rows *sparse, x, y []float32) error {
	f := a.o.Factors
	if err := a.setGram(ctx, y); err != nil {
		return err
	}
	for j := range f {
		a.gram[j*f+j] += float32(a.o.Reg)
	}
	n := rows.rows()
	return parallel.Batches(ctx, len(a.workers), n, alsChunk, nil, func(w, first, last int) error {
		for r := first; r < last; r++ {
			ids, weights := rows.row(r)
			a.workers[w].solve(x[r*f:(r+1)*f], y, a.gram, ids, weights, float32(a.o.Alpha))
		}
		return nil
	})
}

// setGram makes gram YᵀY: blocks of rows side by side, added up in their order.
func (a *als) setGram(ctx context.Context, y []float32) error {
	f := a.o.Factors
	n := len(y) / f
	parts := make([][]float32, (n+gramRows-1)/gramRows)
	err := parallel.Batches(ctx, len(a.workers), n, gramRows, nil, func(_, first, last int) error {
		part := make([]float32, f*f)
		block := y[first*f : last*f]
		vec.MatMulTA(part, block, block, f, last-first, f)
		parts[first/gramRows] = part
		return nil
	})
	clear(a.gram)
	for _, part := range parts {
		if part != nil {
			vec.Axpy(1, part, a.gram)
		}
	}
	return err
}

// alsWorker is one goroutine's memory.
type alsWorker struct {
	r, p, ap []float32 // f
	s        []float32 // inner products with a row's items
}

const (
	cgSteps = 3
	cgDone  = 1e-20 // squared length of a residual that is as good as none
)

// solve moves x toward the solution of A·x = b by conjugate gradient, with
//
//	A = YᵀY + λI + Σ (c_i − 1)·y_i·y_iᵀ        b = Σ c_i·y_i        c_i = α·r_i
//
// summed over the row's items; gram is YᵀY + λI.
func (w *alsWorker) solve(x, y, gram []float32, ids []int32, weights []float32, alpha float32) {
	if len(ids) == 0 {
		clear(x)
		return
	}
	f := len(x)
	if cap(w.s) < len(ids) {
		w.s = make([]float32, 2*len(ids))
	}
	s := w.s[:len(ids)]
	// r = b − A·x
	vec.DotRows(x, gram, f, w.r)
	for j := range w.r {
		w.r[j] = -w.r[j]
	}
	vec.DotGather(x, y, f, ids, s)
	for k, i := range ids {
		c := alpha * weights[k]
		vec.Axpy(c-(c-1)*s[k], y[int(i)*f:(int(i)+1)*f], w.r)
	}
	copy(w.p, w.r)
	old := vec.Dot(w.r, w.r)
	for step := 0; step < cgSteps && old > cgDone; step++ {
		vec.DotRows(w.p, gram, f, w.ap)
		vec.DotGather(w.p, y, f, ids, s)
		for k, i := range ids {
			vec.Axpy((alpha*weights[k]-1)*s[k], y[int(i)*f:(int(i)+1)*f], w.ap)
		}
		along := old / vec.Dot(w.p, w.ap)
		vec.Axpy(along, w.p, x)
		if step == cgSteps-1 {
			break
		}
		vec.Axpy(-along, w.ap, w.r)
		now := vec.Dot(w.r, w.r)
		turn := now / old
		for j, r := range w.r {
			w.p[j] = r + turn*w.p[j]
		}
		old = now
	}
}

// objective is what is minimized. The sum over all pairs is taken as if each were a pair never seen, of error
// (x·y)² = xᵀ(YᵀY)x, and then put right for those seen.
func (a *als) objective(ctx context.Context) (float64, error) {
	if err := a.setGram(ctx, a.y); err != nil {
		return 0, err
	}
	f, n := a.o.Factors, a.users.rows()
	chunks := make([]float64, (n+alsChunk-1)/alsChunk) // added up in their order, whoever made them
	err := parallel.Batches(ctx, len(a.workers), n, alsChunk, nil, func(w, first, last int) error {
		sum := 0.0
		for u := first; u < last; u++ {
			ids, weights := a.users.row(u)
			x := a.x[u*f : (u+1)*f]
			ax := a.workers[w].ap
			vec.DotRows(x, a.gram, f, ax)
			sum += float64(vec.Dot(x, ax)) + a.o.Reg*lengthSq(x)
			for k, i := range ids {
				s, c := float64(vec.Dot(x, a.y[int(i)*f:(int(i)+1)*f])), a.o.Alpha*float64(weights[k])
				sum += c*(1-s)*(1-s) - s*s
			}
		}
		chunks[first/alsChunk] = sum
		return nil
	})
	sum := a.o.Reg * lengthSq(a.y)
	for _, c := range chunks {
		sum += c
	}
	return sum, err
}
