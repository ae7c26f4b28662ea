package evaluation

import (
	"context"
	"fmt"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/lab/seed"
	"dryrun/internal/ranking/trees"
)

// policies returns today's system and the two rankers that a test may launch. Today's is the log's policy: the old
// system's score orders the same candidates. One candidate learned the log's clicks as they came, with the old system's
// score and position to read; the other learned judged grades of past requests, without them: it is the pipeline's own
// ranker unless that reads them.
func (r run) policies(ctx context.Context) ([]measure.Policy, error) {
	p := r.Pipeline
	log, err := r.Builder.LogRows(ctx, p.Scenario)
	if err != nil {
		return nil, err
	}
	groups := p.Groups()
	with, without := p.Columns.With(groups, catalog.LoggedGroup), p.Columns.Without(groups, catalog.LoggedGroup)
	onClicks, err := build.Get(ctx, r.Builder, clickModelStage(), p.WithColumns(with))
	if err != nil {
		return nil, fmt.Errorf("training the offline winner: %w", err)
	}
	s := p.WithColumns(without)
	s.Ranker, s.Loss = s.KindOfRanker(), r.Settings.Loss
	onGrades, err := r.Builder.Ranker(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("training the online winner: %w", err)
	}
	today := measure.Policy{ID: "today", Words: p.Learned.Log.Policy}
	if at := build.FirstColumn(groups, catalog.LoggedGroup); at >= 0 {
		today.Model = measure.ColumnScore{Column: at, Width: log.Width}
	}
	const clicks = "clicks as logged, with the old system's score and position"
	const grades = "judged grades of past requests, without the old system's columns"
	return []measure.Policy{
		today,
		{ID: catalog.OfflineWinner, Words: clicks, Model: onClicks.Model, Blank: with},
		{ID: catalog.OnlineWinner, Words: grades, Model: onGrades.Model, Blank: without},
	}, nil
}

// clickModelStage trains a ranker on logged clicks.
func clickModelStage() build.Stage[*build.Trained] {
	return build.Stage[*build.Trained]{
		Name: "evaluation: ranker of logged clicks", Needs: build.LogFields | build.FieldFeatures,
		Build: func(ctx context.Context, b *build.Builder, s build.Scenario) (*build.Trained, error) {
			log, err := b.LogRows(ctx, s)
			if err != nil {
				return nil, err
			}
			learned, err := b.Learned(ctx, s)
			if err != nil {
				return nil, err
			}
			columns, err := s.Columns(learned)
			if err != nil {
				return nil, err
			}
			b.Progress().Report("training a ranker on logged clicks", 0, 0)
			o := trees.Options{
				Objective: trees.Binary, Trees: 60, Leaves: 15, MinLeaf: 40, Rate: 0.1, Workers: b.Workers(), Seed: seed.Of(s.World.Seed, "variants"),
			}
			rows := log.Select(func(i int) bool { return !log.IsLater(i) }, columns, build.Clicked)
			model, err := trees.Train(ctx, rows, nil, o, nil)
			return &build.Trained{Model: model}, err
		},
	}
}
