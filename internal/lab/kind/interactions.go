package kind

import (
	"context"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/collab"
	"dryrun/internal/retrieval/encode"
)

// interactions is items and the people who engage with them. Encoders and engines learn from who engaged with what; a request is
// a user, and what encodes it is the model.
//
// Its rankers learn from what users happened to do: a few engagements each, most of what they would have liked never done.
// Trees that follow that closely fall behind stage one's order on MovieLens; small, smoothed ones don't.
func interactions() Kind {
	return Kind{
		ID:      "interactions",
		Engines: append(vectorEngines(), Engine{"popularity", false, buildPopularity}, Engine{"cooccurrence", false, buildCooccurrence}),
		Encoders: []Encoder{
			{"als", trainALS}, {"bpr", trainBPR}, {"two-tower", trainTwoTower}, {"als-content", trainALSContent}, {"content", trainContent},
		},
		Training:     TrainingSize{Requests: 1200, Positives: 50, Negatives: 64, Leaves: 8, MinLeaf: 150, L2: 40},
		ProofQueries: 500,
		// Factors are kept as they were learned, too, and on the way to unit length once more; and what a ranker learned from is
		// a second stage one, which hasn't seen the ranker's requests.
		Copies: Copies{Vectors: 2 * 3, Indexes: 2},
	}
}

// An epoch is a sweep of ALS, which moves every vector to its optimum. Stochastic passes move less: four of BPR's count as
// one. Two towers set each engagement against a whole batch: one of theirs counts as three.
const (
	bprPasses    = 4
	towerEpochOf = 3
)

// alsReg is λ. Histories of a few dozen engagements need far more than the library's default: on the default world recall
// at 200 is 0.817 with it and 0.802 with 0.1.
const alsReg = 20

func trainALS(ctx context.Context, in Input) (*Encoding, error) {
	o := collab.ALSOptions{Factors: in.Dim, Iterations: in.Epochs, Reg: alsReg, Seed: in.Seed, Workers: in.Workers}
	f, err := collab.TrainALS(ctx, in.Problem.History, o, func(it, of int, _ float64) { in.Progress.Report("factorizing by ALS", it, of) })
	if err != nil {
		return nil, err
	}
	return factored(f), nil
}

// newItem is how many people must have engaged with an item for its factors to be its own.
const newItem = 5

// trainALSContent factorizes, and places the items that factors know next to nothing of by their content.
func trainALSContent(ctx context.Context, in Input) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	e, err := trainALS(ctx, in)
	if err != nil {
		return nil, err
	}
	f, err := e.Factors.WithContent(in.Problem.History, inputs, newItem)
	if err != nil {
		return nil, err
	}
	out := factored(f)
	out.Loss = e.Loss
	return out, nil
}

func trainBPR(ctx context.Context, in Input) (*Encoding, error) {
	o := collab.BPROptions{Factors: in.Dim, Epochs: bprPasses * in.Epochs, Seed: in.Seed}
	f, err := collab.TrainBPR(ctx, in.Problem.History, o, func(epoch, of int, _ float64) {
		in.Progress.Report("factorizing by BPR", epoch, of)
	})
	if err != nil {
		return nil, err
	}
	return factored(f), nil
}

// factored takes the factors with one more dimension, so that every engine can search them: an item's length, which is
// its popularity, becomes a direction.
func factored(f *collab.Factors) *Encoding {
	return &Encoding{Name: f.Name, Factors: f, Embedding: f.UnitEmbedding(), Loss: f.Loss}
}

func trainTwoTower(ctx context.Context, in Input) (*Encoding, error) {
	o := collab.TwoTowerOptions{Dim: in.Dim, Epochs: max(in.Epochs/towerEpochOf, 1), Seed: in.Seed}
	t, err := collab.TrainTwoTower(ctx, in.Problem.History, in.Problem.Inputs, o, func(epoch, of int, _ float64) {
		in.Progress.Report("training two towers", epoch, of)
	})
	if err != nil {
		return nil, err
	}
	emb := t.Embedding()
	return &Encoding{Name: emb.Name, Towers: t, Embedding: emb, Loss: t.Loss}, nil
}

// trainContent learns nothing: an item is what is known about it before anybody has seen it, a user the mean of what the user engaged
// with.
func trainContent(ctx context.Context, in Input) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	return embed(ctx, in, encode.Raw{Width: inputs.Width()}, "content", inputs.Width())
}

func buildPopularity(_ context.Context, in Input, _ *problem.Embedding) (retrieval.Index, error) {
	return collab.NewPopularity(in.Problem.History, 0), nil
}

func buildCooccurrence(ctx context.Context, in Input, _ *problem.Embedding) (retrieval.Index, error) {
	o := collab.CooccurrenceOptions{Workers: in.Workers}
	return collab.NewCooccurrence(ctx, in.Problem.History, o, in.Progress.Counter("counting what goes together"))
}
