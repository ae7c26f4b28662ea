package lab

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// runArchitecture shows the funnel: what survives each stage, where the time goes, what two stages lose against ranking
// everything, and the ceiling that stage one sets.
func runArchitecture(ctx context.Context, r *run) error {
	r.funnel()
	r.waterfall()
	r.interval("recall_at_10", r.boot(ctx, "recall_at_10", r.answerRecall()))
	ceiling := r.ceiling(ctx)
	r.recallCurve()
	if err := r.indexRecall(ctx); err != nil {
		return err
	}
	gap, err := r.rankEverything(ctx)
	if err != nil {
		return err
	}
	r.neighbours()
	r.missed()
	if r.rep.Headline = gap.words(r.qualityName(), r.set.k, r.pipe.prob.Items); gap.n == 0 {
		r.rep.Headline = fmt.Sprintf("Stage one finds %s of the positives among %d candidates; a perfect ranker would still lose %s of %s",
			share(r.rep.Metrics["stage1_recall_at_k"]), r.set.k, report.Num(ceiling), r.pipe.prob.Judge.Label)
	}
	return nil
}

// gap is the quality of two stages less that of ranking everything, paired over n requests.
type gap struct {
	metrics.Interval
	n int
}

// words says what the interval bears out, and no more.
func (g gap) words(quality string, k, items int) string {
	verdict := "can't be told apart from"
	switch {
	case g.Hi < 0:
		verdict = "lose against"
	case g.Lo > 0:
		verdict = "do better than"
	}
	return fmt.Sprintf("With %s of %s items ranked, two stages %s ranking everything: %s of %s (%s) on %d requests",
		thousands(k), thousands(items), verdict, report.Difference(g.Mean), quality, report.Difference(g.Mean).Within(g.Lo, g.Hi).Bounds(), g.n)
}

func (r *run) boot(ctx context.Context, what string, values []float64) metrics.Interval {
	return metrics.Bootstrap(ctx, metrics.Defined(values), resamples, r.seed(what))
}

// answerRecall is each request's recall in the first ten of the answer.
func (r *run) answerRecall() []float64 {
	out := make([]float64, len(r.m.answer))
	for i, a := range r.m.answer {
		out[i] = r.pipe.recallOf(i, a[:min(len(a), cutoff)])
	}
	return out
}

func (r *run) funnel() {
	items, k, top := r.pipe.prob.Items, r.set.k, min(r.set.top, r.set.k)
	recall := r.rep.Metrics["stage1_recall_at_k"]
	r.block(report.Block{
		Kind: report.Funnel, Title: "The funnel",
		Alt: fmt.Sprintf("%s items become %d candidates after stage one (recall %s) and %d after stage two (%s %s).",
			thousands(items), k, report.Num(recall), top, r.qualityName(), report.Num(r.rep.Metrics["quality"])),
		Rows: []report.Row{
			{report.Text("corpus"), report.Count(items), report.Text(r.rep.Setup.Corpus)},
			{report.Text("stage 1"), report.Count(k), report.Text(fmt.Sprintf("recall@%d %s", k, report.Num(recall)))},
			{report.Text("stage 2"), report.Count(top), report.Text(fmt.Sprintf("%s %s", r.qualityName(), report.Num(r.rep.Metrics["quality"])))},
		},
	})
}

// waterfall sets the measured parts beside those that the case assumes, against the budget. Parts of medians add up only
// roughly; what is left is said for the median request.
func (r *run) waterfall() {
	budget := millis(r.set.budget)
	left, assumed := budget, 0.0
	var rows []report.Row
	for _, part := range slices.Sorted(maps.Keys(r.cfg.Assumed)) {
		v := millis(r.cfg.Assumed[part])
		rows = append(rows, report.Row{report.Text(part), report.Num(v), report.Text("assumed")})
		assumed += v
		left -= v
	}
	measured := 0.0
	for _, part := range []struct {
		name   string
		values []float64
	}{{"encode", r.m.encode}, {"stage 1", r.m.first}, {"stage 2", r.m.second}} {
		v := metrics.Quantile(part.values, 0.5)
		rows = append(rows, report.Row{report.Text(part.name), report.Num(v), report.Text("measured")})
		measured += v
		left -= v
	}
	rows = append(rows, report.Row{report.Text("left"), report.Num(left), report.Text("left")})
	r.timing("encode_p99_ms", metrics.Quantile(r.m.encode, 0.99))
	r.block(report.Block{
		Kind: report.Waterfall, Title: fmt.Sprintf("Where %s go", ms(budget)), Unit: "ms", Rows: rows,
		Alt: fmt.Sprintf("Of a budget of %s, the encoder and both stages take %s at the median here, the assumed parts %s, and %s are left.",
			ms(budget), ms(measured), ms(assumed), ms(left)),
	})
}

// ceiling is the quality that a perfect ranker would lose by stage one's misses.
func (r *run) ceiling(ctx context.Context) float64 {
	judge := &r.pipe.prob.Judge
	best, possible := metrics.Judged{Judge: judge}, metrics.Judged{Judge: judge}
	for i, cands := range r.m.stage1 {
		g := r.pipe.truthOf(i)
		best.Outcomes = append(best.Outcomes, judge.Ideal(g, cands))
		possible.Outcomes = append(possible.Outcomes, judge.Possible(g))
	}
	interval := possible.Gain(ctx, best, resamples, r.seed("ceiling"))
	r.interval("ceiling_loss", interval)
	return interval.Mean
}

// recallCurve shows recall as K grows to the K in force.
func (r *run) recallCurve() {
	s := report.Series{Name: fmt.Sprintf("recall@K by %s", r.set.engine)}
	words := ""
	for _, k := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000} {
		k = min(k, r.set.k)
		values := make([]float64, len(r.m.stage1))
		for i, c := range r.m.stage1 {
			values[i] = r.pipe.recallOf(i, c[:min(k, len(c))])
		}
		s.X, s.Y = append(s.X, float64(k)), append(s.Y, metrics.Mean(values))
		if k == r.set.k {
			break
		}
		if k == cutoff {
			words = fmt.Sprintf("%s at K = 10 to ", report.Num(metrics.Mean(values)))
		}
	}
	last := s.Y[len(s.Y)-1]
	r.block(report.Block{
		Kind: report.Lines, Title: "What each K would keep", Series: []report.Series{s}, XLabel: "K", YLabel: "recall", LogX: true,
		Alt: fmt.Sprintf("Stage one's recall grows from %s at K = 1 through %s%s at K = %d.", report.Num(s.Y[0]), words, report.Num(last), r.set.k),
	})
}

// recallQueries is on how many requests an index is compared with an exact scan.
const recallQueries = 100

// recallDepth is how deep.
const recallDepth = 100

// indexRecall is the share of the exact scan's first results that the engine returns.
func (r *run) indexRecall(ctx context.Context) error {
	if r.pipe.emb == nil {
		r.miss("index_recall_at_k", "the engine searches no vectors, so there is no exact scan to compare with")
		return nil
	}
	v, err := indexRecall(ctx, r.pipe.index, retrieval.NewExact(r.pipe.emb.Items, r.pipe.emb.Dim), r.pipe.requests.queries, r.set.k, r.lab.workers)
	if err != nil {
		return err
	}
	r.metric("index_recall_at_k", v)
	return nil
}

func indexRecall(ctx context.Context, index, exact retrieval.Retriever, queries []problem.Query, k, workers int) (float64, error) {
	n, depth := min(len(queries), recallQueries), min(k, recallDepth)
	found := make([]float64, n)
	err := each(ctx, n, workers, func(i int) error {
		a, err := index.Retrieve(ctx, queries[i], depth, nil)
		if err != nil {
			return err
		}
		b, err := exact.Retrieve(ctx, queries[i], depth, nil)
		if err != nil {
			return err
		}
		got := make(map[int32]bool, len(a))
		for _, c := range a {
			got[c.Item] = true
		}
		hits := 0
		for _, c := range b {
			if got[c.Item] {
				hits++
			}
		}
		found[i] = metrics.Recall(hits, len(b))
		return nil
	})
	return metrics.Mean(found), err
}

// everythingRows bounds the work of ranking everything: about a second of one core.
const everythingRows = 300_000

// rankEverything gives the ranker the whole corpus on a few requests and compares two stages with it; on none where
// nothing can score every item.
func (r *run) rankEverything(ctx context.Context) (gap, error) {
	p := r.pipe
	n := min(max(everythingRows/p.prob.Items, 4), 20, len(p.requests.queries))
	all, asked := metrics.Judged{Judge: &p.prob.Judge, Outcomes: make([]problem.Outcome, n)}, make([]int, n)
	ranker := p.ranker
	if p.model == nil {
		if p.emb == nil {
			r.miss("quality_kept", "there is no second stage, and stage one scores no other items")
			return gap{}, nil
		}
	}
	err := each(ctx, n, r.lab.workers, func(i int) error {
		at := i * len(p.requests.queries) / n
		q := p.requests.queries[at]
		cands, err := p.everything(ctx, q, ranker)
		if err != nil {
			return err
		}
		all.Outcomes[i], asked[i] = p.judge(at, cands), at
		r.tell.say("ranking everything", i+1, n)
		return nil
	})
	if err != nil {
		return gap{}, err
	}
	all, two := all.Defined(), r.m.quality.Pick(asked).Defined()
	if n = len(all.Outcomes); n == 0 {
		r.miss("quality_kept", "none of the requests that everything was ranked for has a positive")
		return gap{}, nil
	}
	a, t := all.Quality(), two.Quality()
	g := gap{two.Gain(ctx, all, resamples, r.seed("everything")), n}
	r.metric("quality_all", a)
	if p.prob.Judge.Better == problem.Higher {
		r.metric("quality_kept", t/a)
	} else {
		r.miss("quality_kept", "of "+p.prob.Judge.Label+" less is better, so that no share of it is kept")
	}
	r.interval("quality_gap", g.Interval)
	r.block(report.Block{
		Kind: report.Table, Title: fmt.Sprintf("Against ranking everything, %d requests", n),
		Columns: []string{"", r.qualityName(), "items ranked"},
		Rows: []report.Row{
			{report.Text("everything"), report.Num(a), report.Count(p.prob.Items)},
			{report.Text("two stages"), report.Num(t), report.Count(r.set.k)},
			{report.Text("difference, paired"), report.Text(paired(g.Interval)), report.Text("")},
		},
		Alt: fmt.Sprintf("On %d requests two stages reach %s against %s when all %s items are ranked, a difference of %s.",
			n, report.Num(t), report.Num(a), thousands(p.prob.Items), paired(g.Interval)),
	})
	return g, nil
}

// everything ranks all that the request may be given.
func (p *pipeline) everything(ctx context.Context, q problem.Query, ranker ranking.Ranker) ([]problem.Candidate, error) {
	if p.model == nil {
		return retrieval.NewExact(p.emb.Items, p.emb.Dim).Retrieve(ctx, q, p.depth(), nil)
	}
	cands := make([]problem.Candidate, 0, p.prob.Items)
	for i := range int32(p.prob.Items) {
		if q.Filter.Allows(i) {
			cands = append(cands, problem.Candidate{Item: i})
		}
	}
	err := ranker.Rank(ctx, q, cands)
	return cands, err
}

// neighbours shows one request's pictures: what was asked, and what came.
func (r *run) neighbours() {
	p := r.pipe
	if p.prob.Look == nil {
		return
	}
	q := &p.requests.queries[0]
	asked := p.prob.Look.RequestPicture(q)
	if asked == nil {
		return
	}
	b := report.Block{Kind: report.Pictures, Title: "A request and its answer"}
	b.Pictures = append(b.Pictures, report.Picture{Caption: p.prob.Look.Request(q), Role: "query", Image: asked})
	hits := 0
	for _, c := range r.m.answer[0][:min(5, len(r.m.answer[0]))] {
		role := "miss"
		if p.prob.Truth.Grade(q, c.Item) > 0 {
			role = "hit"
			hits++
		}
		b.Pictures = append(b.Pictures, report.Picture{Caption: p.prob.Look.Item(c.Item), Role: role, Image: p.prob.Look.ItemPicture(c.Item)})
	}
	b.Alt = fmt.Sprintf("For %s, %d of the first %d items are relevant.", p.prob.Look.Request(q), hits, len(b.Pictures)-1)
	r.block(b)
}

// missed lists requests whose positives stage one lost, to look at by x-ray.
func (r *run) missed() {
	var rows []report.Row
	total := 0
	for i, v := range r.m.recall {
		if v != 0 {
			continue
		}
		total++
		if len(rows) < 5 {
			words := ""
			if r.pipe.prob.Look != nil {
				words = r.pipe.prob.Look.Request(&r.pipe.requests.queries[i])
			}
			rows = append(rows, report.Row{report.Count(i + 1), report.Text(words)})
		}
	}
	if total == 0 {
		return
	}
	r.block(report.Block{
		Kind: report.Table, Title: "Requests that stage one answers with no positive", Columns: []string{"request", "what it is"}, Rows: rows,
		Alt: fmt.Sprintf("Stage one finds no positive for %d of %d requests; look into one by x-ray, for instance number %s.", total, len(r.m.recall), rows[0][0]),
	})
}
