package lab

import (
	"context"

	"dryrun/internal/ranking"
	"dryrun/internal/ranking/dcn"
	"dryrun/internal/ranking/lightgbm"
	"dryrun/internal/ranking/trees"
)

// LightGBM says whether this machine can train by LightGBM: in the interpreter named by python, else by what is on PATH.
func LightGBM(ctx context.Context, python string) FieldEngine {
	program, err := lightgbm.Find(ctx, python)
	switch {
	case err != nil:
		return FieldEngine{lightGBMID, false, lightgbm.ErrNotFound.Error()}
	case program.Python:
		return FieldEngine{lightGBMID, true, "trained by the package of " + program.Path + ", served by this program"}
	}
	return FieldEngine{lightGBMID, true, "trained by " + program.Path + ", served by this program"}
}

// checkRanker refuses LightGBM before anything is made where this machine lacks it.
func (l *Lab) checkRanker(ctx context.Context, id string) error {
	if id != lightGBMID {
		return nil
	}
	if e := LightGBM(ctx, l.field.python); !e.Present {
		return &AbsentEngine{Engine: lightGBMID, Note: e.Note}
	}
	return nil
}

func (l *Lab) trainLightGBM(ctx context.Context, train, valid *ranking.Dataset, o trees.Options, p ranking.Progress) (ranking.Model, error) {
	program, err := lightgbm.Find(ctx, l.field.python)
	if err != nil {
		return nil, err
	}
	return lightgbm.Train(ctx, train, valid, lightgbm.Options{Options: o, Program: program}, p)
}

// dcnEpochs is how long deep & cross learns, at most, where trees would be rankerTrees.
const dcnEpochs = 15

// trainDCN fits deep & cross to the expected gain of each row, as long as so many trees would take their share.
func trainDCN(ctx context.Context, r *rows, trees int, seed uint64, p ranking.Progress) (ranking.Model, error) {
	o := dcn.Options{Epochs: max(dcnEpochs*trees/rankerTrees, 3), EarlyStop: 3, Rate: 0.002, Decay: 0.01, Seed: seed}
	valid := r.valid
	if valid.Rows() == 0 {
		valid, o.EarlyStop = nil, 0
	} else {
		valid = expected(valid)
	}
	return dcn.Train(ctx, expected(r.train), valid, o, p)
}
