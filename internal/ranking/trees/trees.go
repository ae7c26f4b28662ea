// Package trees is stage two by gradient boosted trees, the usual first choice for rows of mixed columns. Training rows come
// in, and an objective: log loss, squared error, a quantile, or the order within each request (LambdaRank). A Model comes
// out that scores rows, says which columns mattered, and can be saved and loaded.
package trees

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"dryrun/internal/metrics"
	"dryrun/internal/parallel"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/tree"
)

// Model is gradient boosted trees (Friedman 2001) grown leaf by leaf on histograms (LightGBM: Ke et al. 2017): a score is
// a constant and one leaf's value from each tree.
type Model struct {
	columns []string
	base    float32
	trees   []tree.Tree
	masked  []*tree.Masked[float32] // by tree; nil where it must be walked
	blocks  sync.Pool               // of *rowBlock
}

// Options are the settings of TrainTrees; zeros mean the defaults, which are LightGBM's.
type Options struct {
	Objective  Objective // Binary
	Trees      int       // at most this many; 100
	Leaves     int       // per tree; 31
	MinLeaf    int       // rows in a leaf; 20
	Bins       int       // per column, at most 255, missing values apart; 255
	Rate       float64   // learning rate; 0.1
	L2         float64   // λ on leaf values; 0
	Alpha      float64   // the quantile of Quantile; 0.5
	EarlyStop  int       // stop after so many rounds without a better validation loss; 0 never
	Smooth     int       // compare the mean validation loss of so many rounds: that of few requests is noisy; 1
	Truncation int       // of LambdaRank: one row of a pair is ranked this high or higher; 30
	Workers    int       // goroutines; GOMAXPROCS − 1, at least 1. The trees are the same with any number
	Seed       uint64    // samples the rows that bins are chosen from, where there are more than 200,000
}

func (o Options) withDefaults() (Options, error) {
	for _, f := range []struct {
		v        *int
		fallback int
	}{
		{&o.Trees, 100},
		{&o.Leaves, 31},
		{&o.MinLeaf, 20},
		{&o.Bins, 255},
		{&o.Truncation, 30},
		{&o.Smooth, 1},
		{&o.Workers, parallel.Workers(0)},
	} {
		if *f.v == 0 {
			*f.v = f.fallback
		}
	}
	if o.Objective == "" {
		o.Objective = Binary
	}
	if o.Rate == 0 {
		o.Rate = 0.1
	}
	if o.Alpha == 0 {
		o.Alpha = 0.5
	}
	switch {
	case o.Trees < 1 || o.Leaves < 2 || o.MinLeaf < 1 || o.Truncation < 1 || o.Workers < 1 || o.EarlyStop < 0 || o.Smooth < 1:
		return o, errors.New("training trees: counts must be positive, leaves at least 2")
	case o.Bins < 2 || o.Bins > 255:
		return o, fmt.Errorf("training trees: %d bins; use 2 to 255", o.Bins)
	case !(o.Rate > 0) || math.IsInf(o.Rate, 0) || !(o.L2 >= 0) || math.IsInf(o.L2, 0):
		return o, fmt.Errorf("training trees: rate %g and l2 %g; the rate must be positive, l2 not negative, both finite", o.Rate, o.L2)
	case !(o.Alpha > 0 && o.Alpha < 1):
		return o, fmt.Errorf("training trees: quantile %g; use one between 0 and 1", o.Alpha)
	}
	return o, nil
}

// Check fills in the defaults, and says what is wrong with the options or with the rows to train on.
func (o Options) Check(train, valid *ranking.Dataset) (Options, error) {
	o, err := o.withDefaults()
	if err == nil {
		err = ranking.CheckRows(train, valid)
	}
	if err == nil {
		err = train.CheckCodes()
	}
	if err == nil {
		_, err = newObjective(o, train, valid)
	}
	return o, err
}

// Train boosts trees on train. valid may be nil; with it, the trees after the round of the best validation loss are
// dropped when EarlyStop is set. p is called with both losses after each round (NaN without valid); LambdaRank's is 1 − NDCG@10.
func Train(ctx context.Context, train, valid *ranking.Dataset, o Options, p ranking.Progress) (*Model, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	b, err := newBooster(ctx, train, valid, o)
	if err != nil {
		return nil, err
	}
	best, bestRound := math.Inf(1), 0
	var losses []float64 // validation, by round
	for round := 1; round <= o.Trees; round++ {
		more, err := b.round(ctx)
		if err != nil {
			return nil, fmt.Errorf("training trees, round %d: %w", round, err)
		}
		if !more {
			break
		}
		trainLoss, validLoss := math.NaN(), math.NaN()
		if p != nil {
			trainLoss = b.loss.loss(train, b.score)
		}
		if valid != nil && (p != nil || o.EarlyStop > 0) {
			validLoss = b.loss.loss(valid, b.validScore)
		}
		if p != nil {
			p(round, o.Trees, trainLoss, validLoss)
		}
		losses = append(losses, validLoss)
		if smooth := metrics.Mean(losses[max(0, round-o.Smooth):]); smooth < best && round >= min(o.Smooth, o.Trees) {
			best, bestRound = smooth, round
		}
		if o.EarlyStop > 0 && valid != nil && round-bestRound >= o.EarlyStop {
			break
		}
	}
	if o.EarlyStop > 0 && valid != nil {
		b.keep(bestRound)
	}
	b.model.layOut()
	return b.model, nil
}

// booster is a training in progress.
type booster struct {
	o          Options
	train      *ranking.Dataset
	valid      *ranking.Dataset
	loss       objective
	grower     *grower
	model      *Model
	score      []float64 // of the training rows
	validScore []float64
	delta      []float32 // one tree's values for the validation rows
}

func newBooster(ctx context.Context, train, valid *ranking.Dataset, o Options) (*booster, error) {
	if err := ranking.CheckRows(train, valid); err != nil {
		return nil, err
	}
	if train.Rows() > maxRows || train.Width() > math.MaxUint16 {
		return nil, fmt.Errorf("training trees: %d rows of %d columns; at most %d rows of %d columns fit, so sample", train.Rows(),
			train.Width(), maxRows, math.MaxUint16)
	}
	if err := train.CheckCodes(); err != nil {
		return nil, err
	}
	loss, err := newObjective(o, train, valid)
	if err != nil {
		return nil, err
	}
	data, err := bin(ctx, train, o)
	if err != nil {
		return nil, fmt.Errorf("training trees: putting values into bins: %w", err)
	}
	start := loss.start(train)
	b := &booster{
		o: o, train: train, valid: valid, loss: loss, grower: newGrower(train, data, o),
		model: &Model{columns: train.Columns, base: float32(start)},
		score: startingScores(start, train),
	}
	if valid != nil {
		b.validScore, b.delta = startingScores(start, valid), make([]float32, valid.Rows())
	}
	return b, nil
}

// startingScores are what training begins with: a constant and each row's offset.
func startingScores(start float64, d *ranking.Dataset) []float64 {
	out := make([]float64, d.Rows())
	for i := range out {
		out[i] = start + d.RowOffset(i)
	}
	return out
}

// round adds one tree; false means that no split lowers the loss any more.
func (b *booster) round(ctx context.Context) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	gr := b.grower
	if err := b.loss.gradients(ctx, b.train, b.score, gr.g, gr.h); err != nil {
		return false, err
	}
	t, ok, err := gr.grow(ctx)
	if err != nil || !ok {
		return false, err
	}
	valuer, _ := b.loss.(leafValuer)
	for _, l := range gr.leaves {
		rows := gr.rows[l.from:l.to]
		value := 0.0
		if valuer != nil {
			value = valuer.leafValue(b.train, rows, b.score)
		} else {
			value = gr.leafValue(rows)
		}
		value = float64(float32(value * b.o.Rate)) // what the model will say
		t.Nodes[l.node].Value = float32(value)
		for _, row := range rows {
			b.score[row] += value
		}
	}
	b.model.trees = append(b.model.trees, t)
	if b.valid != nil {
		clear(b.delta)
		t.AddTo(b.valid.X, b.valid.Width(), b.delta)
		for i, v := range b.delta {
			b.validScore[i] += float64(v)
		}
	}
	return true, nil
}

// keep drops the trees after the round given.
func (b *booster) keep(round int) {
	b.model.trees = b.model.trees[:round:round]
}

// Score fills out with scores: log odds for Binary, predictions for Regression and Quantile, an order for LambdaRank.
func (t *Model) Score(rows []float32, out []float32) {
	width := len(t.columns)
	block, _ := t.blocks.Get().(*tree.Block)
	if block == nil {
		block = &tree.Block{}
	}
	defer t.blocks.Put(block)
	for from := 0; from < len(out); from += tree.MaskRows {
		to := min(from+tree.MaskRows, len(out))
		part, scores := rows[from*width:to*width], out[from:to]
		for i := range scores {
			scores[i] = t.base
		}
		fits := tree.FastMasks && len(scores) >= tree.MaskLeast
		if fits {
			block.Fill(part, width, len(scores))
		}
		for i := range t.trees {
			if fits && t.masked[i] != nil {
				t.masked[i].AddTo(block, scores)
			} else {
				t.trees[i].AddTo(part, width, scores)
			}
		}
	}
}

// layOut makes the trees ready to score.
func (t *Model) layOut() {
	t.masked = make([]*tree.Masked[float32], len(t.trees))
	for i := range t.trees {
		nodes := t.trees[i].Nodes
		t.masked[i] = tree.NewMasked(&t.trees[i], func(node int) float32 { return nodes[node].Value })
	}
}

// Len is the number of trees.
func (t *Model) Len() int { return len(t.trees) }

// MB is the model's size in memory.
func (t *Model) MB() float64 {
	bytes := 0
	for _, tr := range t.trees {
		bytes += 16 * len(tr.Nodes)
		for _, s := range tr.Sets {
			bytes += 4 * len(s)
		}
	}
	for _, m := range t.masked {
		if m != nil {
			bytes += m.Bytes()
		}
	}
	return float64(bytes) / 1e6
}
