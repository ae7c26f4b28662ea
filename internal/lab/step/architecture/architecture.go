// Package architecture runs the experiment of the architecture step: the funnel. What survives each stage, where the time
// goes, what two stages lose against ranking everything, and the ceiling that stage one sets.
package architecture

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	r.funnel()
	r.waterfall()
	recall := r.AnswerRecall()
	r.Interval("recall_at_10", r.Bootstrap(ctx, "recall_at_10", recall))
	r.SampleMean("recall_at_10", recall)
	ceiling := r.ceiling(ctx)
	r.recallCurve()
	if err := r.indexRecall(ctx); err != nil {
		return err
	}
	if err := r.filters(ctx); err != nil {
		return err
	}
	if err := r.merges(ctx); err != nil {
		return err
	}
	gap, err := r.rankEverything(ctx)
	if err != nil {
		return err
	}
	r.neighbors()
	r.missed()
	if r.Report.Headline = gap.words(r.QualityName(), r.Settings.K, r.Pipeline.Problem.Items); gap.n == 0 {
		r.Report.Headline = ceilingHeadline(r.Report.Metrics["stage1_recall_at_k"], r.Settings.K, ceiling, r.Pipeline.Problem.Judge.Label)
	}
	return nil
}

// gap is the quality of two stages less that of ranking everything, paired over n requests.
type gap struct {
	metrics.Interval
	n int
}

// funnel shows how many items are left after each stage.
func (r run) funnel() {
	items, k, top := r.Pipeline.Problem.Items, r.Settings.K, min(r.Settings.Top, r.Settings.K)
	recall := fmt.Sprintf("recall@%d %s", k, report.Num(r.Report.Metrics["stage1_recall_at_k"]))
	quality := fmt.Sprintf("%s %s", r.QualityName(), report.Num(r.Report.Metrics["quality"]))
	r.Block(report.Block{
		Kind: report.Funnel, Title: "The funnel", Alt: funnelAlt(items, k, top, recall, quality),
		Rows: []report.Row{
			{report.Text("corpus"), report.Count(items), report.Text(r.Report.Setup.Corpus)},
			{report.Text("stage 1"), report.Count(k), report.Text(recall)},
			{report.Text("stage 2"), report.Count(top), report.Text(quality)},
		},
	})
}

// waterfall sets the measured parts beside those that the case assumes, against the budget, which is a p99: every measured part
// counts with its own p99. Their sum is a bound, as the parts are seldom slow at once.
func (r run) waterfall() {
	budget := measure.Millis(r.Settings.Budget)
	left, assumed, measured := budget, 0.0, 0.0
	var rows []report.Row
	add := func(part string, ms float64, how string) {
		rows = append(rows, report.Row{report.Text(part), report.Num(ms), report.Text(how)})
		left -= ms
	}
	for _, part := range slices.Sorted(maps.Keys(r.Config.Assumed)) {
		v := measure.Millis(r.Config.Assumed[part])
		assumed += v
		add(part, v, "assumed")
	}
	for _, part := range []struct {
		name   string
		values []float64
	}{{"encode", r.Results.EncodeMS}, {"stage 1", r.Results.StageOneMS}, {"stage 2", r.Results.StageTwoMS}} {
		v := metrics.Quantile(part.values, 0.99)
		measured += v
		add(part.name, v, "measured")
	}
	rows = append(rows, report.Row{report.Text("left"), report.Num(left), report.Text("left")})
	r.Timing("encode_p99_ms", metrics.Quantile(r.Results.EncodeMS, 0.99))
	r.SampleQuantile("encode_p99_ms", r.Results.EncodeMS, 0.99)
	r.Block(report.Block{
		Kind: report.Waterfall, Title: fmt.Sprintf("Where %s of p99 go", measure.MS(budget)), Unit: "ms", Rows: rows,
		Alt: waterfallAlt(budget, measured, metrics.Quantile(r.Results.TotalMS, 0.99), assumed, left),
	})
}

// ceiling is the quality that a perfect ranker would lose by stage one's misses.
func (r run) ceiling(ctx context.Context) float64 {
	judge := &r.Pipeline.Problem.Judge
	best, possible := metrics.Judged{Judge: judge}, metrics.Judged{Judge: judge}
	for i, cands := range r.Results.Candidates {
		g := r.Pipeline.Truth(i)
		best.Outcomes = append(best.Outcomes, judge.Ideal(g, cands))
		possible.Outcomes = append(possible.Outcomes, judge.Possible(g))
	}
	interval := possible.Gain(ctx, best, measure.Resamples, r.Seed("ceiling"))
	r.Interval("ceiling_loss", interval)
	r.SampleGain("ceiling_loss", possible, best)
	return interval.Mean
}

// recallCurve shows recall as K grows to the K in force.
func (r run) recallCurve() {
	s := report.Series{Name: fmt.Sprintf("recall@K by %s", r.Settings.Engine)}
	for _, k := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000} {
		k = min(k, r.Settings.K)
		values := make([]float64, len(r.Results.Candidates))
		for i, c := range r.Results.Candidates {
			values[i] = r.Pipeline.Recall(i, c[:min(k, len(c))])
		}
		s.X, s.Y = append(s.X, float64(k)), append(s.Y, metrics.Mean(values))
		if k == r.Settings.K {
			break
		}
	}
	r.Block(report.Block{
		Kind: report.Lines, Title: "What each K would keep", Series: []report.Series{s}, XLabel: "K", YLabel: "recall", LogX: true,
		Alt: recallAlt(s),
	})
}

// indexRecall is the share of the exact scan's first results that the engine returns.
func (r run) indexRecall(ctx context.Context) error {
	p := r.Pipeline
	if p.Embedding == nil {
		r.Miss("index_recall_at_k", "the engine searches no vectors, so there is no exact scan to compare with")
		return nil
	}
	exact := retrieval.NewExact(p.Embedding.Items, p.Embedding.Dim)
	v, err := measure.IndexRecall(ctx, r.Builder, p.Index, exact, p.Requests.Queries, r.Settings.K)
	if err != nil {
		return err
	}
	r.Metric("index_recall_at_k", v)
	return nil
}

// How many requests everything is ranked for: as many as about two seconds of one core allow, so that the interval tells what two
// stages lose or gain.
const (
	everythingRows     = 4_000_000   // that a ranker scores
	everythingScanned  = 100_000_000 // vectors that a scan compares, where there is no ranker
	everythingRequests = 400
)

// rankEverything gives the ranker the whole corpus on a part of the requests and compares two stages with it; on none where
// nothing can score every item.
func (r run) rankEverything(ctx context.Context) (gap, error) {
	p := r.Pipeline
	rows := everythingRows
	if p.Model == nil {
		rows = everythingScanned
	}
	n := min(max(rows/p.Problem.Items, 4), everythingRequests, len(p.Requests.Queries))
	all, asked := metrics.Judged{Judge: &p.Problem.Judge, Outcomes: make([]problem.Outcome, n)}, make([]int, n)
	if p.Model == nil && p.Embedding == nil {
		r.Miss("quality_kept", "there is no second stage, and stage one scores no other items")
		return gap{}, nil
	}
	err := r.Builder.Each(ctx, n, func(i int) error {
		at := i * len(p.Requests.Queries) / n
		q := p.Requests.Queries[at]
		cands, err := r.everything(ctx, q)
		if err != nil {
			return err
		}
		all.Outcomes[i], asked[i] = p.Judge(at, cands), at
		r.Progress.Report("ranking everything", i+1, n)
		return nil
	})
	if err != nil {
		return gap{}, err
	}
	all, two := all.Defined(), r.Results.Quality.Pick(asked).Defined()
	if n = len(all.Outcomes); n == 0 {
		r.Miss("quality_kept", "none of the requests that everything was ranked for has a positive")
		return gap{}, nil
	}
	a, t := all.Quality(), two.Quality()
	g := gap{two.Gain(ctx, all, measure.Resamples, r.Seed("everything")), n}
	r.Metric("quality_all", a)
	if p.Problem.Judge.Better == problem.Higher {
		r.Metric("quality_kept", t/a)
	} else {
		r.Miss("quality_kept", "of "+p.Problem.Judge.Label+" less is better, so that no share of it is kept")
	}
	r.Interval("quality_gap", g.Interval)
	r.Block(report.Block{
		Kind: report.Table, Title: fmt.Sprintf("Against ranking everything, %d requests", n),
		Columns: []string{"", r.QualityName(), "items ranked"},
		Rows: []report.Row{
			{report.Text("everything"), report.Num(a), report.Count(p.Problem.Items)},
			{report.Text("two stages"), report.Num(t), report.Count(r.Settings.K)},
			{report.Text("difference, paired"), report.Text(measure.Difference(g.Interval).String()), report.Text("")},
		},
		Alt: everythingAlt(g, t, a, p.Problem.Items),
	})
	return g, nil
}

// everything ranks all that the request may be given.
func (r run) everything(ctx context.Context, q problem.Query) ([]problem.Candidate, error) {
	p := r.Pipeline
	if p.Model == nil {
		return retrieval.NewExact(p.Embedding.Items, p.Embedding.Dim).Retrieve(ctx, q, p.Scenario.Depth(&p.Problem.Judge), nil)
	}
	cands := make([]problem.Candidate, 0, p.Problem.Items)
	for i := range int32(p.Problem.Items) {
		if q.Filter.Allows(i) {
			cands = append(cands, problem.Candidate{Item: i})
		}
	}
	err := p.Ranker.Rank(ctx, q, cands)
	return cands, err
}

// neighbors shows one request's pictures: what was asked, and what came.
func (r run) neighbors() {
	p := r.Pipeline
	look := p.Problem.Look
	if look == nil {
		return
	}
	q := &p.Requests.Queries[0]
	asked := look.RequestPicture(q)
	if asked == nil {
		return
	}
	b := report.Block{Kind: report.Pictures, Title: "A request and its answer"}
	b.Pictures = append(b.Pictures, report.Picture{Caption: look.Request(q), Role: "query", Image: asked})
	hits := 0
	for _, c := range r.Results.Answers[0][:min(5, len(r.Results.Answers[0]))] {
		role := "miss"
		if p.Problem.Truth.Grade(q, c.Item) > 0 {
			role = "hit"
			hits++
		}
		b.Pictures = append(b.Pictures, report.Picture{Caption: look.Item(c.Item), Role: role, Image: look.ItemPicture(c.Item)})
	}
	b.Alt = fmt.Sprintf("For %s, %d of the first %d items are relevant.", look.Request(q), hits, len(b.Pictures)-1)
	r.Block(b)
}

// missed lists requests whose positives stage one lost, to look at by x-ray.
func (r run) missed() {
	var rows []report.Row
	total := 0
	for i, v := range r.Results.Recall {
		if v != 0 {
			continue
		}
		total++
		if len(rows) < 5 {
			words := ""
			if r.Pipeline.Problem.Look != nil {
				words = r.Pipeline.Problem.Look.Request(&r.Pipeline.Requests.Queries[i])
			}
			rows = append(rows, report.Row{report.Count(i + 1), report.Text(words)})
		}
	}
	if total == 0 {
		return
	}
	r.Block(report.Block{
		Kind: report.Table, Title: "Requests that stage one answers with no positive",
		Columns: []string{"request", "what it is"}, Rows: rows,
		Alt: missedAlt(total, len(r.Results.Recall), rows[0][0]),
	})
}
