// Package data runs the experiment of the data step: what the log hides. How thin and skewed it is, how much of a click is its
// position, what each way to split it claims, and what a ranker learns from each source of negatives and each volume.
package data

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	if r.Pipeline.Problem.Log == nil {
		r.withoutLog(ctx)
	} else {
		r.tail()
		r.positions()
		if err := r.splits(ctx); err != nil {
			return err
		}
		if err := r.policyOrder(ctx); err != nil {
			return err
		}
	}
	if err := r.historySplits(ctx); err != nil {
		return err
	}
	return r.sources(ctx)
}

// Tail reports what the step says of how thin and how skewed the data is, and nothing else: enough to prove what makes it more
// skewed.
func Tail(_ context.Context, m *measure.Run) error {
	run{m}.tail()
	return nil
}

// withoutLog describes labelled data, and says what a log would have told.
func (r run) withoutLog(ctx context.Context) {
	if r.Pipeline.Problem.History == nil {
		for _, id := range []string{"sparsity", "clicks_top_1pct", "gini"} {
			r.Miss(id, "the data doesn't say who engaged with what")
		}
	} else {
		r.tail()
	}
	for _, id := range []string{"ctr", "ctr_position_ratio", "claimed_auc", "claim_error", "policy_order_raw", "policy_order_corrected", "policy_order_true"} {
		r.Miss(id, "the data has no log of what was shown")
	}
	if p := r.Pipeline.Problem; len(p.Labels) > 0 {
		counts := make([]int, len(p.Classes))
		for _, l := range p.Labels {
			counts[l]++
		}
		b := report.Block{Kind: report.Bars, Title: "Items by class", Unit: "items"}
		for c, n := range counts {
			b.Rows = append(b.Rows, report.Row{report.Text(p.Classes[c]), report.Count(n)})
		}
		small, large := slices.Min(counts), slices.Max(counts)
		b.Alt = fmt.Sprintf("%d classes hold between %d and %d items.", len(counts), small, large)
		r.Block(b)
		r.Metric("class_imbalance", float64(large)/math.Max(float64(small), 1))
	}
	if dup := r.duplicates(ctx); !math.IsNaN(dup) {
		r.Metric("duplicate_share", dup)
	}
	if notes := r.Pipeline.Problem.Notes; len(notes) > 0 {
		r.Note("From the files", fmt.Sprintf("Remarks on the files as they were read: %d.", len(notes)), strings.Join(notes, "\n\n"))
	}
}

// sameCosine is how near two raw pictures are when they are nearly the same.
const sameCosine = 0.995

// duplicates is the share of test requests whose raw content is nearly that of an item: pictures on both sides of the
// split. It is looked for on a few hundred requests against at most so many items.
func (r run) duplicates(ctx context.Context) float64 {
	p := r.Pipeline.Problem
	if p.Inputs == nil {
		return math.NaN()
	}
	const most, items = 200, 20_000
	width := p.Inputs.Width()
	n, m := min(most, len(p.Test)), min(items, p.Items)
	corpus := make([]float32, m*width)
	if r.Builder.Each(ctx, m, func(i int) error {
		row := corpus[i*width : (i+1)*width]
		p.Inputs.Item(int32(i*(p.Items/m)), row)
		measure.Center(row)
		return nil
	}) != nil {
		return math.NaN()
	}
	same := make([]float64, n)
	if r.Builder.Each(ctx, n, func(i int) error {
		x := slices.Clone(r.Pipeline.Requests.Inputs[i])
		measure.Center(x)
		for j := range m {
			if measure.Dot(x, corpus[j*width:(j+1)*width]) > sameCosine {
				same[i] = 1
				break
			}
		}
		return nil
	}) != nil {
		return math.NaN()
	}
	return metrics.Mean(same)
}

// tail shows how thin the log is and how much of it a few items take; where nothing says what was shown, of the history.
func (r run) tail() {
	p := r.Pipeline.Problem
	taken := make([]float64, p.Items)
	what, pairs, known := "engagements", 0.0, 0.0
	rows := []report.Row{}
	if p.Log != nil {
		what, pairs, known = "clicks", float64(len(p.Train))*float64(p.Items), float64(len(p.Log.Impressions))
		for _, im := range p.Log.Impressions {
			taken[im.Item] += one(im.Clicked)
		}
		rows = append(rows, report.Row{report.Text("requests in the log"), report.Count(len(p.Train))}, report.Row{report.Text("impressions"), report.Count(len(p.Log.Impressions))})
		r.Metric("ctr", metrics.Sum(taken)/math.Max(known, 1))
	} else {
		h := p.History
		pairs, known = float64(h.Users)*float64(p.Items), float64(len(h.Item))
		for _, i := range h.Item {
			taken[i]++
		}
		rows = append(rows, report.Row{report.Text("users"), report.Count(h.Users)})
	}
	never := 0
	for _, n := range taken {
		if n == 0 {
			never++
		}
	}
	top, without := metrics.TopShare(taken), float64(never)/float64(p.Items)
	r.Metric("sparsity", 1-known/pairs)
	r.Metric("clicks_top_1pct", top)
	r.Metric("gini", metrics.Gini(taken))
	r.Block(report.Block{
		Kind: report.Table, Title: "How thin and how skewed", Columns: []string{"", "value"},
		Rows: append(rows, report.Row{report.Text(what), report.Count(int(metrics.Sum(taken)))},
			report.Row{report.Text("items without " + what), report.Text(report.Share(without).String())},
			report.Row{report.Text(what + " of the top 1% of items"), report.Text(report.Share(top).String())}),
		Alt: fmt.Sprintf("There are %s %s of %s items; %s of items have none, and the 1%% with most took %s.",
			report.Count(int(metrics.Sum(taken))), what, report.Count(p.Items), report.Share(without), report.Share(top)),
	})
}

// logFrom is the first request of the newest part of the log that the knob log asks for.
func (r run) logFrom() int32 {
	return int32(float64(len(r.Pipeline.Problem.Train)) * (1 - r.Settings.Log))
}

// positions compares clicks by position as logged and weighed by propensity (Joachims et al. 2017).
func (r run) positions() {
	prop := r.Pipeline.Problem.Log.Propensity
	var shown, clicked, corrected []float64
	for _, im := range r.Pipeline.Problem.Log.Impressions {
		if im.Request < r.logFrom() {
			continue
		}
		at := int(im.Pos)
		for len(shown) <= at {
			shown, clicked, corrected = append(shown, 0), append(clicked, 0), append(corrected, 0)
		}
		shown[at]++
		if im.Clicked {
			clicked[at]++
			if at < len(prop) && prop[at] > 0 {
				corrected[at] += 1 / prop[at]
			}
		}
	}
	raw, fair := report.Series{Name: "as logged"}, report.Series{Name: "weighed by propensity"}
	for at := range shown {
		x := float64(at + 1)
		raw.X, raw.Y = append(raw.X, x), append(raw.Y, clicked[at]/shown[at])
		fair.X, fair.Y = append(fair.X, x), append(fair.Y, corrected[at]/shown[at])
	}
	const tenth = 9
	if len(shown) <= tenth || clicked[tenth] == 0 {
		r.Miss("ctr_position_ratio", "the log's lists are shorter than ten, or their tenth was never clicked")
		return
	}
	ratio := raw.Y[0] / raw.Y[tenth]
	r.Metric("ctr_position_ratio", ratio)
	series := []report.Series{raw}
	alt := fmt.Sprintf("As logged, the first position is clicked %s times as often as the tenth.", report.Num(ratio))
	if len(prop) > tenth {
		r.Metric("ctr_position_ratio.corrected", fair.Y[0]/fair.Y[tenth])
		series = append(series, fair)
		alt = fmt.Sprintf("As logged, the first position is clicked %s times as often as the tenth; with each click weighed by how often its position is looked at, %s times.", report.Num(ratio), report.Num(fair.Y[0]/fair.Y[tenth]))
		r.Report.Headline = fmt.Sprintf("The first position is clicked %s times as often as the tenth; position alone would make it %s times", report.Num(ratio), report.Num(prop[0]/prop[tenth]))
	}
	r.Block(report.Block{Kind: report.Lines, Title: "Clicks by position", Series: series, XLabel: "position", YLabel: "click-through", Alt: alt})
}

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
	var best, worst string
	bars := report.Block{Kind: report.Bars, Title: "Quality by where the negatives come from", Unit: r.Report.Setup.Quality}
	values := map[string]float64{}
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
		values[negatives] = i.Mean
		if best == "" || p.Problem.Judge.Better.Better(i.Mean, values[best]) {
			best = negatives
		}
		if worst == "" || p.Problem.Judge.Better.Better(values[worst], i.Mean) {
			worst = negatives
		}
	}
	better, order := p.Problem.Judge.Better, p.Judged(r.Results.Candidates).Quality()
	r.Metric("quality_negatives.none", order)
	bars.Rows = append(bars.Rows, report.Row{report.Text("stage one's order"), report.Interval(order, order, order)})
	var lost []string
	for _, negatives := range catalog.Offers(r.Config.World.Kind, "negatives") {
		if v, ok := values[negatives]; ok && better.Better(order, v) {
			lost = append(lost, negatives)
		}
	}
	bars.Alt = fmt.Sprintf("Negatives that are %s teach the ranker most (%s), %s least (%s); stage one's order alone is worth %s", best, report.Num(values[best]), worst, report.Num(values[worst]), report.Num(order))
	if len(lost) > 0 && len(lost) < len(values) {
		bars.Alt += fmt.Sprintf(", so %s negatives turn the winner round", report.Join(lost))
	}
	bars.Alt += "."
	r.Block(bars)
	if r.Report.Headline == "" {
		r.Report.Headline = fmt.Sprintf("Negatives decide what a ranker learns: %s reach %s, %s %s", best, report.Num(values[best]), worst, report.Num(values[worst]))
	}
	return r.volumes(ctx, test)
}

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
		Kind: report.Lines, Title: "Quality by share of the past requests", Series: []report.Series{line}, XLabel: "percent", YLabel: r.QualityName(), LogX: true,
		Alt: fmt.Sprintf("With 5%% of the past requests the ranker reaches %s, with a quarter %s, with all %s.", report.Num(line.Y[0]), report.Num(line.Y[1]), report.Num(line.Y[2])),
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

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
