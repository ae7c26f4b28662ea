package lab

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/retrieval"
)

// The rows that a ranker learns from: for a past request, the relevant items among stage one's candidates and some
// negatives, labelled by the problem's judged grades.
const (
	trainDepth   = 200 // stage one's candidates that rows are drawn from, whatever k is at serving
	rowStrangers = 8   // random ones among the negatives where the others are hard: a ranker must have seen what stage one never brings
	validShare   = 0.2 // of the requests, newest, to stop by
)

// lessons are how much a kind of world gives a ranker to learn from, and how closely trees may follow it.
type lessons struct {
	requests  int // at most so many past requests, newest first
	positives int // rows of a request, at most
	negatives int
	leaves    int
	minLeaf   int
	l2        float64
}

// judgedLessons are for worlds whose past requests have judged grades.
func judgedLessons() lessons {
	return lessons{requests: 1200, positives: 10, negatives: 32, leaves: 31, minLeaf: 40}
}

// feedbackLessons are for what users happened to do: a few engagements each, most of what they would have liked never
// done. Trees that follow it closely fall behind stage one's order on MovieLens; small, smoothed ones don't.
func feedbackLessons() lessons {
	return lessons{requests: 1200, positives: 50, negatives: 64, leaves: 8, minLeaf: 150, l2: 40}
}

// rowsOptions are the knobs that rows depend on.
type rowsOptions struct {
	negatives string
	log       float64
}

func (p *pipeline) rowsOptions() rowsOptions { return rowsOptions{p.set.negatives, p.set.log} }

// rows holds training and validation rows.
type rows struct {
	train, valid *ranking.Dataset
	requests     int
	lessons      lessons
}

func (r *rows) bytes() int64 { return int64(4 * (len(r.train.X) + len(r.valid.X))) }

// judgedRows draws the rows for p's ranker.
func (l *Lab) judgedRows(ctx context.Context, p *pipeline, o rowsOptions, tell *teller) (*rows, error) {
	b, err := l.before(ctx, p, tell)
	if err != nil {
		return nil, err
	}
	past := b.requests
	by := kindOf(p.key.index.vectors.spec.Kind).lessons
	n := min(max(int(o.log*float64(len(past))), 20), by.requests, len(past))
	if o.log < 1 {
		n = min(n, max(int(o.log*float64(by.requests)), 20))
	}
	past = past[len(past)-n:]
	emb := b.emb
	features, err := p.whole().bound(ctx, p.base, emb) // each model clears what it doesn't read
	if err != nil {
		return nil, fmt.Errorf("collecting training rows: %w", err)
	}
	draw := popularItems(p.base)
	sets := make([]*ranking.Dataset, n)
	tell.say("collecting training rows", 0, n)
	err = each(ctx, n, l.workers, func(i int) error {
		q := past[i]
		if emb != nil {
			q.Vec = make([]float32, emb.Dim)
			emb.Encode(&q, q.Vec)
		}
		rng := rand.New(rand.NewPCG(seed.Of(p.base.Seed, "rows"), uint64(q.ID)))
		cands, err := p.drawCandidates(ctx, b.first, q, by, o.negatives, draw, rng)
		if err != nil {
			return err
		}
		// Rows that tie keep their order: positives first would flatter every model that can't tell yet.
		rng.Shuffle(len(cands), func(i, j int) { cands[i], cands[j] = cands[j], cands[i] })
		sets[i] = fillRows(p.base, features, &q, cands)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("collecting training rows: %w", err)
	}
	cut := n - int(validShare*float64(n))
	out := &rows{train: join(features, sets[:cut]), valid: join(features, sets[cut:]), requests: n, lessons: by}
	if out.train.Rows() == 0 {
		return nil, errors.New("collecting training rows: stage one finds nothing for the past requests; choose another encoder or engine")
	}
	return out, nil
}

// drawCandidates returns a request's positives among stage one's candidates and its negatives.
func (p *pipeline) drawCandidates(ctx context.Context, first retrieval.Retriever, q problem.Query, by lessons, negatives string, draw *popularity, rng *rand.Rand) ([]problem.Candidate, error) {
	found, err := first.Retrieve(ctx, q, min(trainDepth, p.base.Items), nil)
	if err != nil {
		return nil, err
	}
	var good, bad []problem.Candidate
	for _, c := range found {
		if p.base.Truth.Grade(&q, c.Item) > 0 {
			good = append(good, c)
		} else {
			bad = append(bad, c)
		}
	}
	rng.Shuffle(len(good), func(i, j int) { good[i], good[j] = good[j], good[i] })
	good = good[:min(len(good), by.positives)]
	drawn := by.negatives
	if negatives == "hard" {
		rng.Shuffle(len(bad), func(i, j int) { bad[i], bad[j] = bad[j], bad[i] })
		good = append(good, bad[:min(len(bad), by.negatives-rowStrangers)]...)
		drawn = rowStrangers
	}
	for range drawn {
		item := rng.Int32N(int32(p.base.Items))
		if negatives == "popular" && draw != nil {
			item = draw.item(rng)
		}
		if p.base.Truth.Grade(&q, item) == 0 {
			good = append(good, problem.Candidate{Item: item})
		}
	}
	return good, nil
}

// fillRows turns one request's candidates into rows labelled by grade.
func fillRows(p *problem.Problem, f problem.Features, q *problem.Query, cands []problem.Candidate) *ranking.Dataset {
	width := len(f.Columns())
	d := &ranking.Dataset{X: make([]float32, len(cands)*width), Y: make([]float32, len(cands)), Group: []int32{int32(len(cands))}}
	for j, c := range cands {
		f.Fill(q, c, d.X[j*width:(j+1)*width])
		d.Y[j] = float32(p.Truth.Grade(q, c.Item))
	}
	return d
}

// join puts the rows of many requests after each other.
func join(f problem.Features, sets []*ranking.Dataset) *ranking.Dataset {
	out := &ranking.Dataset{Columns: f.Columns()}
	for _, s := range sets {
		if len(s.Y) == 0 {
			continue
		}
		out.X, out.Y, out.Group = append(out.X, s.X...), append(out.Y, s.Y...), append(out.Group, s.Group...)
		out.Weight = append(out.Weight, s.Weight...)
	}
	if len(out.Weight) == 0 {
		out.Weight = nil
	}
	return out
}

// expected returns rows whose label is the gain of the grade as a share of the best grade's: what a pointwise loss
// should predict so that ordering by it orders by expected gain.
func expected(d *ranking.Dataset) *ranking.Dataset {
	out := *d
	out.Y = make([]float32, len(d.Y))
	best := 1.0
	for _, y := range d.Y {
		best = max(best, math.Exp2(float64(y))-1)
	}
	for i, y := range d.Y {
		out.Y[i] = float32((math.Exp2(float64(y)) - 1) / best)
	}
	return &out
}

// popularity draws items in proportion to how often they were engaged with.
type popularity struct {
	items []int32
	sum   []float64
}

// popularItems is nil where nothing says what is popular.
func popularItems(p *problem.Problem) *popularity {
	counts := make([]float64, p.Items)
	switch {
	case p.Log != nil:
		for _, im := range p.Log.Impressions {
			if im.Clicked {
				counts[im.Item]++
			}
		}
	case p.History != nil:
		for i, item := range p.History.Item {
			counts[item] += float64(p.History.Weight[i])
		}
	default:
		return nil
	}
	out := &popularity{}
	total := 0.0
	for i, c := range counts {
		if c > 0 {
			total += c
			out.items, out.sum = append(out.items, int32(i)), append(out.sum, total)
		}
	}
	if total == 0 {
		return nil
	}
	return out
}

func (p *popularity) item(rng *rand.Rand) int32 {
	x := rng.Float64() * p.sum[len(p.sum)-1]
	return p.items[min(sort.SearchFloat64s(p.sum, x), len(p.items)-1)]
}

// fitted is a trained ranker and how its training went.
type fitted struct {
	model        ranking.Model
	train, valid []float64 // loss by round, as far as there is one
	took         time.Duration
}

func (f *fitted) bytes() int64 { return int64(1e6*f.model.MB()) + 8*int64(len(f.train)+len(f.valid)) }

// ranker trains stage two's model; nil where the knob says none or the problem has no features.
func (l *Lab) ranker(ctx context.Context, p *pipeline, key modelKey, tell *teller) (ranking.Model, error) {
	if key.ranker == "none" || p.base.Pairs == nil {
		return nil, nil
	}
	f, err := l.fitted(ctx, p, key, "training the ranker", tell)
	if err != nil {
		return nil, err
	}
	return f.model, nil
}

// fitted trains the ranker of key, once; what says in progress what is being trained.
func (l *Lab) fitted(ctx context.Context, p *pipeline, key modelKey, what string, tell *teller) (*fitted, error) {
	if key.ranker == "logistic" {
		key.loss = "" // the knob is about trees
	}
	return once(ctx, l.cache, key, func(ctx context.Context) (*fitted, error) {
		rows, err := l.rowsOf(ctx, p, key, tell)
		if err != nil {
			return nil, err
		}
		tell.say(what, 0, 0)
		f := &fitted{}
		began := time.Now()
		f.model, err = l.train(ctx, key.ranker, key.loss, rows, seed.Of(p.base.Seed, "ranker"), func(round, of int, train, valid float64) {
			tell.say(what, round, of)
			if train == train {
				f.train = append(f.train, train)
			}
			if valid == valid {
				f.valid = append(f.valid, valid)
			}
		})
		f.took = time.Since(began)
		return f, err
	})
}

// modelFrom trains another model than the pipeline's on its index: other rows, ranker or loss.
func (l *Lab) modelFrom(ctx context.Context, p *pipeline, o rowsOptions, ranker, loss string, tell *teller) (ranking.Model, error) {
	key := p.key
	key.rows, key.ranker, key.loss = o, ranker, loss
	return l.ranker(ctx, p, key, tell)
}

// wholeRows returns the rows that the model of key learns from with every column filled: once, whatever is read of them.
func (l *Lab) wholeRows(ctx context.Context, p *pipeline, key modelKey, tell *teller) (*rows, error) {
	return once(ctx, l.cache, rowsKey{key.index, key.rows, key.leak, key.clicks}, func(ctx context.Context) (*rows, error) {
		if key.clicks {
			return l.clickedRows(ctx, p, tell)
		}
		return l.judgedRows(ctx, p, key.rows, tell)
	})
}

// rowsOf returns the same without the columns that p's rankers may not read.
func (l *Lab) rowsOf(ctx context.Context, p *pipeline, key modelKey, tell *teller) (*rows, error) {
	whole, err := l.wholeRows(ctx, p, key, tell)
	if err != nil {
		return nil, err
	}
	return whole.clear(p.keep), nil
}

// clear returns a copy of the rows with the blank columns 0.
func (r *rows) clear(blank columns) *rows {
	if !blank.any {
		return r
	}
	out := *r
	for _, d := range []**ranking.Dataset{&out.train, &out.valid} {
		c := **d
		c.X = slices.Clone(c.X)
		blank.clear(c.X, c.Width())
		*d = &c
	}
	return &out
}

type rowsKey struct {
	index indexKey
	rows  rowsOptions

	leak, clicks bool
}

// A ranker has so many trees at most, of this learning rate; validation rows say when fewer are enough.
const (
	rankerTrees = 100
	rankerRate  = 0.08
)

// train fits one model to rows.
func (l *Lab) train(ctx context.Context, ranker, loss string, r *rows, seed uint64, p ranking.Progress) (ranking.Model, error) {
	return l.trainSome(ctx, ranker, loss, rankerTrees, rankerRate, r, seed, p)
}

// trainSome fits a model of at most so many trees of a learning rate.
func (l *Lab) trainSome(ctx context.Context, ranker, loss string, count int, rate float64, r *rows, seed uint64, p ranking.Progress) (ranking.Model, error) {
	if ranker == "logistic" {
		return ranking.TrainLogistic(ctx, expected(r.train), ranking.LogisticOptions{}, p)
	}
	if ranker == "dcn" {
		return trainDCN(ctx, r, count, seed, p)
	}
	o := trees.Options{Objective: trees.LambdaRank, Trees: count, Leaves: r.lessons.leaves, MinLeaf: r.lessons.minLeaf, L2: r.lessons.l2, Rate: rate, EarlyStop: 20, Workers: l.workers, Seed: seed}
	train, valid := r.train, r.valid
	if loss == "logistic" {
		o.Objective = trees.Binary
		train, valid = expected(train), expected(valid)
	}
	if valid.Rows() == 0 {
		valid, o.EarlyStop = nil, 0
	}
	if ranker == lightGBMID {
		return l.trainLightGBM(ctx, train, valid, o, p)
	}
	return trees.Train(ctx, train, valid, o, p)
}
