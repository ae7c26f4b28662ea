package features

import (
	"context"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
)

// ablated is what the ranker loses without one group of features, paired over requests.
type ablated struct {
	group   problem.FeatureGroup
	loss    metrics.Interval // trained without it
	absent  metrics.Interval // trained with it and served without: zeros, or nothing where it is the old system's
	offline bool             // only the log has it: the ranker in force doesn't read it, and it is measured against one that does
}

// Ablations compare on a limited number of test requests, with a few trees each that learn faster: the order of the groups shows
// long before the last gain of quality does.
const (
	ablationRequests = 200
	ablationTrees    = 25
	ablationRate     = 0.2
)

// ablations trains the ranker again without each group, and serves the ranker in force with each group arriving as
// zeros. The old system's own numbers, which the ranker in force doesn't read, are tried the other way round.
func (r run) ablations(ctx context.Context) error {
	if r.Pipeline.Problem.Pairs == nil {
		r.Miss("group_loss", "the data has no features of pairs")
		return nil
	}
	all, err := build.Get(ctx, r.Builder, ablationStage(), r.Pipeline.Scenario)
	if err != nil {
		return err
	}
	b := report.Block{
		Kind: report.Table, Title: ablationTitle(min(ablationRequests, len(r.Results.Candidates))),
		Columns: []string{"group", "loss when trained without", "loss when absent at serving", "why it is there"},
	}
	for _, a := range all {
		r.Interval("group_loss."+a.group.ID, a.loss)
		r.Metric("skew_loss."+a.group.ID, a.absent.Mean)
		loss := report.Text(measure.Difference(a.loss).String())
		b.Rows = append(b.Rows, report.Row{report.ID(a.group.ID), loss, report.Num(a.absent.Mean), report.Text(a.group.Why)})
	}
	most, worst, offline := all.worst()
	if most == nil {
		return nil
	}
	b.Alt = ablationAlt(most, worst, r.QualityName())
	if worst != nil {
		r.Metric("skew_loss", worst.absent.Mean)
		r.Report.Headline = ablationHeadline(most, worst, r.QualityName())
	}
	r.Block(b)
	if offline != nil {
		r.Note("A group that only the log has", offlineAlt(offline, r.QualityName()), offlineText(offline))
	}
	return nil
}

// worst finds the group that the ranker loses most without, the one that costs most when it arrives wrong, and the one that only
// the log has; nil where there is none.
func (a ablations) worst() (most, absent, offline *ablated) {
	for i := range a {
		one := &a[i]
		if one.offline {
			offline = one
			continue
		}
		if most == nil || one.loss.Mean > most.loss.Mean {
			most = one
		}
		// The first, similarity, is computed on the spot and can't arrive wrong.
		if i > 0 && (absent == nil || one.absent.Mean > absent.absent.Mean) {
			absent = one
		}
	}
	return most, absent, offline
}

// ablations are kept: each trains a ranker.
type ablations []ablated

// Bytes is next to nothing.
func (a ablations) Bytes() int64 { return 200 * int64(len(a)) }

func ablationStage() build.Stage[ablations] {
	return build.Stage[ablations]{Name: "features: ablations", Needs: build.PipelineFields, Build: ablate}
}

// ablate measures each group.
func ablate(ctx context.Context, b *build.Builder, s build.Scenario) (ablations, error) {
	p, err := b.Pipeline(ctx, s)
	if err != nil {
		return nil, err
	}
	test, err := b.Matrix(ctx, s)
	if err != nil {
		return nil, err
	}
	s.Ranker = s.KindOfRanker()
	full, err := b.Ranker(ctx, s)
	if err != nil {
		return nil, err
	}
	a := ablation{b: b, p: p, test: test.First(ablationRequests), scenario: s}
	whole, err := a.quality(ctx, a.test, full.Model, p.Columns)
	if err != nil {
		return nil, err
	}
	base, _, err := a.train(ctx, p.Columns)
	if err != nil {
		return nil, err
	}
	var out ablations
	groups := p.Groups()
	for _, g := range groups {
		one := ablated{group: g, offline: !p.Columns.Has(groups, g.ID)}
		without := p.Columns.Without(groups, g.ID)
		switch {
		case !one.offline:
			gone, _, err := a.train(ctx, without)
			if err != nil {
				return nil, err
			}
			absent, err := a.quality(ctx, a.test, full.Model, without)
			if err != nil {
				return nil, err
			}
			one.loss, one.absent = a.loss(ctx, gone, base), a.loss(ctx, absent, whole)
		case g.ID == catalog.LoggedGroup:
			with := p.Columns.With(groups, g.ID)
			all, model, err := a.train(ctx, with)
			if err != nil {
				return nil, err
			}
			absent, err := a.quality(ctx, a.test.Missing(groups, g.ID), model, with)
			if err != nil {
				return nil, err
			}
			one.loss, one.absent = a.loss(ctx, base, all), a.loss(ctx, absent, all)
		default:
			continue // left out by the knob
		}
		out = append(out, one)
	}
	return out, ctx.Err()
}

// ablation is the pipeline from which groups are taken away.
type ablation struct {
	b        *build.Builder
	p        *build.Pipeline
	test     *build.Matrix
	scenario build.Scenario // with a ranker
}

// loss is how much quality less has than more, by the same requests.
func (a *ablation) loss(ctx context.Context, less, more metrics.Judged) metrics.Interval {
	return more.Gain(ctx, less, measure.Resamples, seed.Of(a.scenario.World.Seed, "ablation"))
}

// train trains a ranker of few trees that reads some columns, and returns what it does on the test requests.
func (a *ablation) train(ctx context.Context, columns build.Columns) (metrics.Judged, ranking.Model, error) {
	s := a.scenario
	s.Trees, s.Rate, s.Features = ablationTrees, ablationRate, columns.Text(a.p.Groups())
	trained, err := a.b.Ranker(ctx, s)
	if err != nil {
		return metrics.Judged{}, nil, err
	}
	quality, err := a.quality(ctx, a.test, trained.Model, columns)
	return quality, trained.Model, err
}

// quality judges each test request when a model that reads some columns orders the candidates.
func (a *ablation) quality(ctx context.Context, test *build.Matrix, model ranking.Model, columns build.Columns) (metrics.Judged, error) {
	answers, err := test.Ranked(ctx, a.b, model, columns)
	if err != nil {
		return metrics.Judged{}, err
	}
	return a.p.Judged(answers), nil
}
