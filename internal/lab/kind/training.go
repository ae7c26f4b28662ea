package kind

import (
	"context"
	"math"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/dcn"
	"dryrun/internal/ranking/lightgbm"
	"dryrun/internal/ranking/trees"
)

// TrainingSize is how much a kind of world gives a ranker to learn from, and how closely trees may follow it.
type TrainingSize struct {
	Requests  int // past requests at most, newest first
	Positives int // rows of a request, at most
	Negatives int
	Leaves    int
	MinLeaf   int
	L2        float64
}

// Trees is how many trees a ranker has at most, Rate its learning rate; validation rows say when fewer are enough.
const (
	Trees = 100
	Rate  = 0.08
)

// Ranker is which model stage two trains and on what.
type Ranker struct {
	ID    string // as the knob ranker names it
	Loss  string // of trees
	Trees int    // at most
	Rate  float64
	Size  TrainingSize
	Score string // what it estimates; "" or graded: the label, by its grade

	Seed    uint64
	Workers int
	Python  string // interpreter that has LightGBM's package
}

// Train fits the model to rows labeled by grade; without validation rows it learns for all of its rounds.
func (r Ranker) Train(ctx context.Context, train, valid *ranking.Dataset, p ranking.Progress) (ranking.Model, error) {
	if r.Score == catalog.Satisfied {
		return r.trainProduct(ctx, train, valid, p)
	}
	switch r.ID {
	case "logistic":
		return ranking.TrainLogistic(ctx, r.targets(train), ranking.LogisticOptions{}, p)
	case "dcn":
		return r.trainDCN(ctx, train, valid, p)
	}
	o := trees.Options{
		Objective: trees.LambdaRank, Trees: r.Trees, Leaves: r.Size.Leaves, MinLeaf: r.Size.MinLeaf, L2: r.Size.L2, Rate: r.Rate,
		EarlyStop: 40, Smooth: 15, Workers: r.Workers, Seed: r.Seed,
	}
	if r.Loss == "logistic" || r.estimates() {
		o.Objective = trees.Binary
		train, valid = r.targets(train), r.targets(valid)
	}
	if valid.Rows() == 0 {
		valid, o.EarlyStop = nil, 0
	}
	if r.ID != catalog.LightGBM {
		return trees.Train(ctx, train, valid, o, p)
	}
	program, err := lightgbm.Find(ctx, r.Python)
	if err != nil {
		return nil, err
	}
	return lightgbm.Train(ctx, train, valid, lightgbm.Options{Options: o, Program: program}, p)
}

// dcnEpochs is how long deep & cross learns, at most, where trees would have their full number.
const dcnEpochs = 15

// trainDCN fits deep & cross to the expected gain of each row, for as many epochs as the number of trees stands for.
func (r Ranker) trainDCN(ctx context.Context, train, valid *ranking.Dataset, p ranking.Progress) (ranking.Model, error) {
	o := dcn.Options{Epochs: max(dcnEpochs*r.Trees/Trees, 3), EarlyStop: 3, Rate: 0.002, Decay: 0.01, Seed: r.Seed}
	if valid.Rows() == 0 {
		valid, o.EarlyStop = nil, 0
	} else {
		valid = r.targets(valid)
	}
	return dcn.Train(ctx, r.targets(train), valid, o, p)
}

// estimates says whether the score estimates something of its own, which the labels then are, in [0, 1].
func (r Ranker) estimates() bool { return r.Score != "" && r.Score != catalog.Graded }

// targets are what a pointwise loss should predict.
func (r Ranker) targets(d *ranking.Dataset) *ranking.Dataset {
	if r.estimates() {
		return d
	}
	return expectedGain(d)
}

// expectedGain returns rows whose label is the gain of the grade as a share of the best grade's: what a pointwise loss should
// predict so that ordering by it orders by expected gain.
func expectedGain(d *ranking.Dataset) *ranking.Dataset {
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
