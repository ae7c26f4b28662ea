package build

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// Trained is a trained ranker and how its training went.
type Trained struct {
	Model        ranking.Model
	Train, Valid []float64 // loss by round, as far as there is one
	Took         time.Duration
}

// Bytes is the memory of the model and its curves.
func (t *Trained) Bytes() int64 { return int64(1e6*t.Model.MB()) + 8*int64(len(t.Train)+len(t.Valid)) }

// modelFields are what a ranker depends on.
const modelFields = rowFields | FieldRanker | FieldLoss | FieldFeatures | FieldTrees | FieldRate

// modelStage trains stage two's model.
func modelStage() Stage[*Trained] {
	return Stage[*Trained]{Name: "ranker", Needs: modelFields, File: modelFile(), Build: trainRanker}
}

func trainRanker(ctx context.Context, b *Builder, s Scenario) (*Trained, error) {
	rows, err := b.TrainingRows(ctx, s)
	if err != nil {
		return nil, err
	}
	p, err := b.Learned(ctx, s)
	if err != nil {
		return nil, err
	}
	columns, err := s.Columns(p)
	if err != nil {
		return nil, err
	}
	rows = rows.Cleared(columns)
	r := kind.Ranker{
		ID: s.Ranker, Loss: s.Loss, Trees: cmp.Or(s.Trees, kind.Trees), Rate: cmp.Or(s.Rate, kind.Rate), Size: kind.ByID(s.World.Kind).Training,
		Score: s.Score, Seed: seed.Of(p.Seed, "ranker"), Workers: b.options.Workers, Python: b.options.Python,
	}
	if s.fromSlots() {
		r.Loss = "logistic" // a slot changes the odds of one row; an order within the list would learn the list's own
	}
	what := "training the ranker " + s.modelName()
	b.progress.Report(what, 0, 0)
	out := &Trained{}
	curve := func(round, of int, train, valid float64) {
		b.progress.Report(what, round, of)
		if !math.IsNaN(train) {
			out.Train = append(out.Train, train)
		}
		if !math.IsNaN(valid) {
			out.Valid = append(out.Valid, valid)
		}
	}
	if s.Trees > 0 {
		curve = nil // the losses of a short training cost more than they tell
	}
	began := time.Now()
	out.Model, err = r.Train(ctx, rows.Train, rows.Valid, curve)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if s.Position == catalog.SlotFeature {
		out.Model = &kind.Slotless{Inner: out.Model}
	}
	out.Took = time.Since(began)
	return out, nil
}

// modelName is the ranker as a person calls it.
func (s Scenario) modelName() string {
	if s.Ranker == "trees" && s.Loss == "lambdarank" {
		return "lambdamart"
	}
	return s.Ranker
}

// Ranker trains the scenario's ranker, which must have one.
func (b *Builder) Ranker(ctx context.Context, s Scenario) (*Trained, error) {
	if s.Ranker == "logistic" {
		s.Loss = "" // the knob is about trees
	}
	return Get(ctx, b, modelStage(), s)
}

// HasRanker says whether stage two ranks p: the scenario has a ranker, and p has features of pairs.
func (s Scenario) HasRanker(p *problem.Problem) bool { return s.Ranker != "none" && p.Pairs != nil }
