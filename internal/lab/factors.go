package lab

import (
	"context"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/collab"
)

// Encoders and engines that learn from who engaged with what. Their requests are users: what encodes them is the model.

// An epoch is a sweep of ALS, which moves every vector to its optimum. Stochastic passes move less: four of BPR's count as
// one. Two towers set each engagement against a whole batch: one of theirs counts as three.
const (
	bprPasses    = 4
	towerEpochOf = 3
)

// alsReg is λ. Histories of a few dozen engagements need far more than the library's default: on the default world recall
// at 200 is 0.817 with it and 0.802 with 0.1.
const alsReg = 20

func trainALS(ctx context.Context, s site) (*coded, error) {
	o := collab.ALSOptions{Factors: s.set.dim, Iterations: s.set.epochs, Reg: alsReg, Seed: s.seed, Workers: s.workers}
	f, err := collab.TrainALS(ctx, s.prob.History, o, func(it, of int, _ float64) { s.tell.say("factorizing by ALS", it, of) })
	if err != nil {
		return nil, err
	}
	return factored(f), nil
}

func trainBPR(ctx context.Context, s site) (*coded, error) {
	o := collab.BPROptions{Factors: s.set.dim, Epochs: bprPasses * s.set.epochs, Seed: s.seed}
	f, err := collab.TrainBPR(ctx, s.prob.History, o, func(epoch, of int, _ float64) { s.tell.say("factorizing by BPR", epoch, of) })
	if err != nil {
		return nil, err
	}
	return factored(f), nil
}

// factored takes the factors with one more dimension, so that every engine can search them: an item's length, which is
// its popularity, becomes a direction.
func factored(f *collab.Factors) *coded {
	return &coded{name: f.Name, emb: f.UnitEmbedding(), curve: f.Loss}
}

func trainTwoTower(ctx context.Context, s site) (*coded, error) {
	o := collab.TwoTowerOptions{Dim: s.set.dim, Epochs: max(s.set.epochs/towerEpochOf, 1), Seed: s.seed}
	t, err := collab.TrainTwoTower(ctx, s.prob.History, s.prob.Inputs, o, func(epoch, of int, _ float64) { s.tell.say("training two towers", epoch, of) })
	if err != nil {
		return nil, err
	}
	emb := t.Embedding()
	return &coded{name: emb.Name, emb: emb, curve: t.Loss}, nil
}

func buildPopularity(_ context.Context, s site, _ *problem.Embedding) (retrieval.Index, error) {
	return collab.NewPopularity(s.prob.History, 0), nil
}

func buildCooccurrence(ctx context.Context, s site, _ *problem.Embedding) (retrieval.Index, error) {
	o := collab.CooccurrenceOptions{Workers: s.workers}
	return collab.NewCooccurrence(ctx, s.prob.History, o, func(done, of int) { s.tell.say("counting what goes together", done, of) })
}
