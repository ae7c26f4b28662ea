package data

import (
	"context"
	"fmt"
	"strconv"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// sources compares negatives and volumes by the ranker that each trains.
func (r run) sources(ctx context.Context) error {
	p := r.Pipeline
	if p.Problem.Pairs == nil {
		return nil
	}
	test, err := r.Builder.Matrix(ctx, p.Scenario)
	if err != nil {
		return err
	}
	bars := report.Block{Kind: report.Bars, Title: "Quality by where the negatives come from", Unit: r.Report.Setup.Quality}
	better := p.Problem.Judge.Better
	found := comparison{order: p.Judged(r.Results.Candidates).Quality(), values: map[string]float64{}}
	for _, negatives := range catalog.Offers(r.Config.World.Kind, "negatives") {
		if negatives == "popular" && build.PopularItems(p.Learned) == nil {
			r.Miss("quality_negatives.popular", "nothing in the data says what is popular")
			continue
		}
		i, err := r.learnedFrom(ctx, test, negatives, r.Settings.Log, "negatives "+negatives)
		if err != nil {
			return err
		}
		r.Interval("quality_negatives."+negatives, i)
		bars.Rows = append(bars.Rows, report.Row{report.Text(negatives), measure.Number(i)})
		found.add(better, negatives, i.Mean)
	}
	r.Metric("quality_negatives.none", found.order)
	bars.Rows = append(bars.Rows, report.Row{report.Text("stage one's order"), report.Interval(found.order, found.order, found.order)})
	bars.Alt = sourcesAlt(found)
	r.Block(bars)
	if r.Report.Headline == "" {
		r.Report.Headline = sourcesHeadline(found)
	}
	return r.volumes(ctx, test)
}

// comparison is the quality that each source of negatives leads to, beside that of stage one's order alone.
type comparison struct {
	order       float64
	values      map[string]float64
	best, worst string
	below       []string // sources whose ranker is worse than no ranker
}

func (c *comparison) add(better problem.Direction, id string, quality float64) {
	c.values[id] = quality
	if c.best == "" || better.Better(quality, c.values[c.best]) {
		c.best = id
	}
	if c.worst == "" || better.Better(c.values[c.worst], quality) {
		c.worst = id
	}
	if better.Better(c.order, quality) {
		c.below = append(c.below, id)
	}
}

// volumes compares how much of the past a ranker learns from.
func (r run) volumes(ctx context.Context, test *build.Matrix) error {
	line := report.Series{Name: "quality"}
	for _, percent := range []int{5, 25, 100} {
		i, err := r.learnedFrom(ctx, test, r.Settings.Negatives, float64(percent)/100, fmt.Sprintf("%d%% of the past", percent))
		if err != nil {
			return err
		}
		r.Metric("quality_log."+strconv.Itoa(percent), i.Mean)
		line.X, line.Y = append(line.X, float64(percent)), append(line.Y, i.Mean)
	}
	r.Block(report.Block{
		Kind: report.Lines, Title: "Quality by share of the past requests", Series: []report.Series{line},
		XLabel: "percent", YLabel: r.QualityName(), LogX: true,
		Alt: volumesAlt(line.Y[0], line.Y[1], line.Y[2]),
	})
	return nil
}

// learnedFrom trains the ranker (trees where there is none) on other rows and returns its quality on the test requests.
func (r run) learnedFrom(ctx context.Context, test *build.Matrix, negatives string, log float64, what string) (metrics.Interval, error) {
	r.Progress.Report("training with "+what, 0, 0)
	s := r.Pipeline.Scenario
	s.Ranker, s.Loss, s.Negatives, s.Log = s.KindOfRanker(), r.Settings.Loss, negatives, log
	trained, err := r.Builder.Ranker(ctx, s)
	if err != nil {
		return metrics.Interval{}, err
	}
	answers, err := test.Ranked(ctx, r.Builder, trained.Model, r.Pipeline.Columns)
	if err != nil {
		return metrics.Interval{}, err
	}
	return r.Pipeline.Judged(answers).Interval(ctx, measure.Resamples, r.Seed("taught")), nil
}
