package trees

import (
	"context"
	"math"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/nn"
	"dryrun/internal/parallel"
	"dryrun/internal/ranking"
	"dryrun/internal/vec"
)

// lambdaLoss is LambdaRank (Burges, Ragno and Le 2006; LambdaMART: Burges 2010). For rows i, j of one request with
// grade_i > grade_j, s = score_i − score_j and ρ = 1/(1 + eˢ):
//
//	λ = ρ·|ΔNDCG|,  g_i −= λ,  g_j += λ,  h_i, h_j += ρ(1 − ρ)·|ΔNDCG|
//
// where ΔNDCG is the change of NDCG if the two changed places. Only pairs with one row within the truncation count. As
// LightGBM does, |ΔNDCG| is divided by 0.01 + |s|, and a request's lambdas are scaled by log₂(1 + Σλ)/Σλ, so that long
// requests don't drown short ones.
type lambdaLoss struct {
	truncation, workers int
	curve               []float64 // see newLambdaLoss
	best                []float64 // DCG at the truncation of the best order of each training request, by start
}

// The logistic curve 1/(1 + eˢ) for s of 0 or more is read from a table by linear interpolation, off by at most 10⁻⁶:
// there is one for each pair of rows, and math.Exp would be half of the time.
const (
	curveTop  = 32 // beyond it the curve is below 10⁻¹³
	curveStep = 1.0 / 128
)

func newLambdaLoss(truncation, workers int) *lambdaLoss {
	l := &lambdaLoss{truncation: truncation, workers: workers, curve: make([]float64, curveTop/curveStep+2)}
	for i := range l.curve {
		l.curve[i] = nn.Sigmoid(-float64(i) * curveStep)
	}
	return l
}

// LossCut is the cut of the NDCG that lambdaLoss reports as its loss.
const LossCut = 10

// start is 0, since only differences count. It also finds each request's best DCG, which no round changes.
func (l *lambdaLoss) start(d *ranking.Dataset) float64 {
	l.best = make([]float64, len(d.Group))
	from := 0
	var grades []uint8
	for q, size := range d.Group {
		grades = grades[:0]
		for _, y := range d.Y[from : from+int(size)] {
			grades = append(grades, uint8(y))
		}
		slices.SortFunc(grades, func(a, b uint8) int { return int(b) - int(a) })
		l.best[q] = metrics.DCG(grades, l.truncation)
		from += int(size)
	}
	return 0
}

// loss is 1 − NDCG@10, over the requests with a positive grade.
func (*lambdaLoss) loss(d *ranking.Dataset, score []float64) float64 {
	sum, n, from := 0.0, 0, 0
	var order []uint64
	var grades, ideal []uint8
	for _, size := range d.Group {
		y := d.Y[from : from+int(size)]
		order = rankOrder(score[from:from+int(size)], order)
		grades, ideal = grades[:0], ideal[:0]
		for _, o := range order {
			grades = append(grades, uint8(y[uint32(o)]))
		}
		ideal = append(ideal, grades...)
		slices.SortFunc(ideal, func(a, b uint8) int { return int(b) - int(a) })
		if v := metrics.NDCG(grades, ideal, LossCut); !math.IsNaN(v) {
			sum += v
			n++
		}
		from += int(size)
	}
	if n == 0 {
		return 0
	}
	return 1 - sum/float64(n)
}

// rankOrder returns the rows of one request in descending order of score, ties by row: the row is in the low 32 bits.
// Scores are compared as float32, by the complement of their words.
func rankOrder(score []float64, order []uint64) []uint64 {
	order = order[:0]
	for i, s := range score {
		order = append(order, uint64(^vec.Word(float32(s)))<<32|uint64(i))
	}
	slices.Sort(order)
	return order
}

func (l *lambdaLoss) gradients(ctx context.Context, d *ranking.Dataset, score []float64, g, h []float32) error {
	starts := make([]int, len(d.Group)+1)
	longest := 0
	for q, size := range d.Group {
		starts[q+1] = starts[q] + int(size)
		longest = max(longest, int(size))
	}
	discount := make([]float64, longest)
	for i := range discount {
		discount[i] = 1 / math.Log2(float64(i)+2)
	}
	requests := make([]request, l.workers)
	for w := range requests {
		requests[w] = request{discount: discount, truncation: l.truncation, curve: l.curve}
	}
	err := parallel.Batches(ctx, l.workers, len(d.Group), lambdaBatch, nil, func(w, first, last int) error {
		for q := first; q < last && ctx.Err() == nil; q++ {
			a, b := starts[q], starts[q+1]
			requests[w].lambdas(d.Y[a:b], score[a:b], l.best[q], g[a:b], h[a:b])
		}
		return nil
	})
	applyWeights(d, g, h)
	return err
}

// lambdaBatch is how many requests a worker takes at a time.
const lambdaBatch = 16

// request computes one request's lambdas; its buffers serve the next one.
type request struct {
	discount    []float64
	curve       []float64
	truncation  int
	order       []uint64
	score, gain []float64 // in order of rank
	g, h        []float64
}

func (r *request) lambdas(y []float32, score []float64, best float64, g, h []float32) {
	n := len(y)
	clear(g)
	clear(h)
	if best == 0 {
		return
	}
	r.order = rankOrder(score, r.order)
	r.score, r.gain = resize(r.score, n), resize(r.gain, n)
	r.g, r.h = resize(r.g, n), resize(r.h, n)
	for i, o := range r.order {
		r.score[i], r.gain[i] = score[uint32(o)], metrics.Gain(uint8(y[uint32(o)]))
	}
	clear(r.g)
	clear(r.h)
	total := r.pairs(1/best, r.score[0] != r.score[n-1])
	if total == 0 {
		return
	}
	norm := math.Log2(1+total) / total
	for i, o := range r.order {
		g[uint32(o)], h[uint32(o)] = float32(r.g[i]*norm), float32(r.h[i]*norm)
	}
}

// pairs adds the lambdas of all pairs in order of rank and returns the sum of both sides' sizes. Pairs of one grade add
// 0: computing that is cheaper than a branch that can't be foreseen.
func (r *request) pairs(inverseBest float64, spread bool) float64 {
	n, total := len(r.gain), 0.0
	curve, gain, score, discount, g, h := r.curve, r.gain, r.score[:n], r.discount[:n], r.g[:n], r.h[:n]
	for i := range min(r.truncation, n-1) {
		gi, si, di := gain[i], score[i], discount[i]*inverseBest
		sumG, sumH := 0.0, 0.0
		for j := i + 1; j < n; j++ {
			better := gi - gain[j] // above 0 where the two are in the right order
			s := si - score[j]     // 0 or more: i is ranked above j
			delta := better * (di - discount[j]*inverseBest)
			if spread {
				delta /= 0.01 + s
			}
			x := min(s, curveTop) * (1 / curveStep)
			k := int(x)
			rho := curve[k] + (x-float64(k))*(curve[k+1]-curve[k])
			lambda := delta * (0.5 - math.Copysign(0.5-rho, better)) // ρ of −s is 1 − ρ of s
			bend := rho * (1 - rho) * math.Abs(delta)
			sumG -= lambda
			g[j] += lambda
			sumH += bend
			h[j] += bend
			total += math.Abs(lambda)
		}
		g[i] += sumG
		h[i] += sumH
	}
	return 2 * total
}

func resize(s []float64, n int) []float64 { return slices.Grow(s[:0], n)[:n] }
