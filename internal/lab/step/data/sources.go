package data

import (
	"context"
	"fmt"
	"strconv"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
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
	found := comparison{order: p.Judged(r.Results.Candidates)}
	for _, negatives := range catalog.Offers(r.Config.World.Kind, "negatives") {
		if negatives == "popular" && build.PopularItems(p.Learned) == nil {
			r.Miss("quality_negatives.popular", "nothing in the data says what is popular")
			continue
		}
		answers, err := r.learnedFrom(ctx, test, negatives, r.Settings.Log, "negatives "+negatives)
		if err != nil {
			return err
		}
		i := answers.Interval(ctx, measure.Resamples, r.Seed("taught"))
		r.Interval("quality_negatives."+negatives, i)
		bars.Rows = append(bars.Rows, report.Row{report.Text(negatives), measure.Number(i)})
		found.sources = append(found.sources, source{negatives, answers})
	}
	order := found.order.Quality()
	r.Metric("quality_negatives.none", order)
	bars.Rows = append(bars.Rows, report.Row{report.Text("stage one's order"), report.Num(order)})
	said := found.told(func(a, b metrics.Judged) metrics.Interval { return a.Gain(ctx, b, measure.Resamples, r.Seed("taught")) })
	bars.Alt = sourcesAlt(said)
	r.Block(bars)
	if r.Report.Headline == "" {
		r.Report.Headline = sourcesHeadline(said)
	}
	return r.volumes(ctx, test)
}

// source is a source of negatives with what the ranker that it trains answers.
type source struct {
	id      string
	answers metrics.Judged
}

// comparison is what each source of negatives leads to, beside stage one's order alone.
type comparison struct {
	order   metrics.Judged
	sources []source
}

// told is what a comparison bears out.
type told struct {
	best, worst string
	quality     map[string]float64
	gain        metrics.Interval // of the best source over the worst, paired over requests
	order       float64
	above       []string // sources whose ranker is clearly better than stage one's order
	below       []string // sources whose ranker is clearly worse
}

// told compares the sources by paired gains of one set of answers over another.
func (c *comparison) told(gain func(a, b metrics.Judged) metrics.Interval) told {
	out := told{quality: map[string]float64{}, order: c.order.Quality()}
	if len(c.sources) == 0 {
		return out
	}
	best, worst := c.sources[0], c.sources[0]
	for _, s := range c.sources {
		out.quality[s.id] = s.answers.Quality()
		if better := s.answers.Judge.Better; better.Better(out.quality[s.id], best.answers.Quality()) {
			best = s
		} else if better.Better(worst.answers.Quality(), out.quality[s.id]) {
			worst = s
		}
		switch i := gain(s.answers, c.order); {
		case i.Lo > 0:
			out.above = append(out.above, s.id)
		case i.Hi < 0:
			out.below = append(out.below, s.id)
		}
	}
	out.best, out.worst, out.gain = best.id, worst.id, gain(best.answers, worst.answers)
	return out
}

// volumes compares how much of the past a ranker learns from.
func (r run) volumes(ctx context.Context, test *build.Matrix) error {
	line := report.Series{Name: "quality"}
	for _, percent := range []int{5, 25, 100} {
		answers, err := r.learnedFrom(ctx, test, r.Settings.Negatives, float64(percent)/100, fmt.Sprintf("%d%% of the past", percent))
		if err != nil {
			return err
		}
		quality := answers.Quality()
		r.Metric("quality_log."+strconv.Itoa(percent), quality)
		line.X, line.Y = append(line.X, float64(percent)), append(line.Y, quality)
	}
	r.Block(report.Block{
		Kind: report.Lines, Title: "Quality by share of the past requests", Series: []report.Series{line},
		XLabel: "percent", YLabel: r.QualityName(), LogX: true,
		Alt: volumesAlt(line.Y[0], line.Y[1], line.Y[2]),
	})
	return nil
}

// learnedFrom trains the ranker (trees where there is none) on other rows and judges its answers to the test requests.
func (r run) learnedFrom(ctx context.Context, test *build.Matrix, negatives string, log float64, what string) (metrics.Judged, error) {
	r.Progress.Report("training with "+what, 0, 0)
	s := r.Pipeline.Scenario
	s.Ranker, s.Loss, s.Negatives, s.Log = s.KindOfRanker(), r.Settings.Loss, negatives, log
	trained, err := r.Builder.Ranker(ctx, s)
	if err != nil {
		return metrics.Judged{}, err
	}
	answers, err := test.Ranked(ctx, r.Builder, trained.Model, r.Pipeline.Columns)
	if err != nil {
		return metrics.Judged{}, err
	}
	return r.Pipeline.Judged(answers), nil
}
