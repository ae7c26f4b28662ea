package evaluation

import (
	"context"
	"fmt"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
)

// policies returns today's system and the two rankers that a test may launch. Today's is the log's policy, with candidates of
// its own; offline, its score orders the logged lists. One candidate learned the log's clicks as they came, with the old system's
// score and position to read. The other learned what the test launches on, without them: judged grades of past requests, or
// where people return, finished watches.
func (r run) policies(ctx context.Context) ([]measure.Policy, error) {
	p := r.Pipeline
	log, err := r.Builder.LogRows(ctx, p.Scenario)
	if err != nil {
		return nil, err
	}
	groups := p.Groups()
	with, without := p.Columns.With(groups, catalog.LoggedGroup), p.Columns.Without(groups, catalog.LoggedGroup)
	onClicks, err := build.Get(ctx, r.Builder, logModelStage("clicks", build.Clicked), p.WithColumns(with))
	if err != nil {
		return nil, fmt.Errorf("training the offline winner: %w", err)
	}
	const grades = "judged grades of past requests, without the old system's columns"
	winner := measure.Policy{ID: catalog.OnlineWinner, Words: grades, Blank: without}
	var learned *build.Trained
	if p.Learned.History == nil {
		learned, err = r.graded(ctx)
	} else {
		winner.Words = "finished watches as logged, without the old system's columns"
		learned, err = build.Get(ctx, r.Builder, logModelStage(r.successWords(), bought), p.WithColumns(without))
	}
	if err != nil {
		return nil, fmt.Errorf("training the online winner: %w", err)
	}
	winner.Model = learned.Model
	today := measure.Policy{ID: "today", Words: p.Learned.Log.Policy, Today: true}
	if at := build.FirstColumn(groups, catalog.LoggedGroup); at >= 0 {
		today.Model = measure.ColumnScore{Column: at, Width: log.Width}
	}
	const clicks = "clicks as logged, with the old system's score and position"
	return []measure.Policy{today, {ID: catalog.OfflineWinner, Words: clicks, Model: onClicks.Model, Blank: with}, winner}, nil
}

// graded is a ranker of judged requests that doesn't read the old system's columns: the pipeline's own, unless that reads
// them.
func (r run) graded(ctx context.Context) (*build.Trained, error) {
	p := r.Pipeline
	s := p.WithColumns(p.Columns.Without(p.Groups(), catalog.LoggedGroup))
	s.Ranker, s.Loss = s.KindOfRanker(), r.Settings.Loss
	return r.Builder.Ranker(ctx, s)
}
