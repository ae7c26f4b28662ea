package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// runModel trains models live, simplest first, and weighs quality against time and size.
func runModel(ctx context.Context, r *run) error {
	entries, err := r.stageOneModels(ctx)
	if err != nil {
		return err
	}
	second, err := r.stageTwoModels(ctx)
	if err != nil {
		return err
	}
	entries = append(entries, second...)
	if len(entries) == 0 {
		return &BadKnob{Knob: "models", Value: r.set.models, Line: "leaves nothing to compare in this world"}
	}
	front := pareto(entries)
	r.modelTable(ctx, entries, front)
	r.modelHeadline(ctx, entries)
	return nil
}

// contender is one compared model: its answers' quality and recall by request, and what a request costs.
type contender struct {
	id      string
	stage   string
	quality metrics.Judged
	recall  []float64
	millis  float64 // median of a request's stage
	mb      float64
	trained time.Duration
}

// wants says whether the knob models names a model.
func (r *run) wants(id string) bool {
	return r.set.models == "all" || slices.Contains(strings.Split(r.set.models, ","), id)
}

// stageOneModels judges each way to retrieve by its order alone: engines that learn from ids, and encoders by an exact
// scan of their vectors.
func (r *run) stageOneModels(ctx context.Context) ([]contender, error) {
	var out []contender
	for _, id := range catalog.StageOneModels(r.cfg.World.Kind) {
		if !r.wants(id) {
			continue
		}
		r.tell.say("training stage one by "+id, 0, 0)
		e, err := r.stageOne(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// stageOne builds one way to retrieve and judges the first ten that it finds.
func (r *run) stageOne(ctx context.Context, id string) (contender, error) {
	p := r.pipe
	e := contender{id: metricName(id), stage: "one", quality: metrics.Judged{Judge: &p.prob.Judge}}
	then := *p
	encode := func(*problem.Query) {}
	if engine, ok := kindOf(r.cfg.World.Kind).engineOf(id); ok && !engine.vectors {
		then.code = nil
		one, err := r.lab.index(ctx, &then, indexKey{vectors: r.vectorsOf(""), engine: id}, r.tell)
		if err != nil {
			return e, err
		}
		then.index, e.trained, e.mb = one.Index, one.took, one.MB()
	} else {
		code, err := r.lab.vectors(ctx, p.base, r.vectorsOf(id), r.tell)
		if err != nil {
			return e, err
		}
		e.trained, e.mb = code.took, code.emb.MB
		then.code, then.index = code, retrieval.NewExact(code.emb.Items, code.emb.Dim)
		by, vec := code.encoderOf(p.prob), make([]float32, code.emb.Dim)
		encode = func(q *problem.Query) {
			by(q, vec)
			q.Vec = vec
		}
		if len(code.curve) > 1 {
			r.curve("Learning curve of the encoder "+id, report.Series{Name: "training loss", X: upTo(len(code.curve)), Y: code.curve})
		}
	}
	search := then.index
	var times []float64
	for i, q := range p.requests.queries[:min(len(p.requests.queries), r.scanned())] {
		encode(&q)
		began := time.Now()
		found, err := search.Retrieve(ctx, q, p.depth(), nil)
		if err != nil {
			return e, err
		}
		times = append(times, millis(time.Since(began)))
		e.quality.Outcomes = append(e.quality.Outcomes, p.judge(i, found))
		e.recall = append(e.recall, p.recallOf(i, found[:min(cutoff, len(found))]))
	}
	e.millis = metrics.Quantile(times, 0.5)
	return e, nil
}

// scanWork bounds the multiplications of judging one encoder by exact scans: about half a second of one core.
const scanWork = 2e9

// scanned is how many requests encoders are judged on: all where the corpus is small, the same ones for each.
func (r *run) scanned() int {
	width := r.set.dim
	if in := r.pipe.prob.Inputs; in != nil {
		width = max(width, in.Width())
	}
	return max(50, int(scanWork/float64(r.pipe.prob.Items*width)))
}

// vectorsOf is the key of an encoder at the dimension and the epochs in force, of no encoder for "".
func (r *run) vectorsOf(encoder string) vectorKey {
	key := r.pipe.key.index.vectors
	key.encoder, key.dim, key.epochs = encoder, r.set.dim, r.set.epochs
	if encoder == "" {
		key.dim, key.epochs = 0, 0 // engines of ids have none
	}
	return key
}

// stageTwoModels trains each ranker on the same rows and judges it on stage one's candidates.
func (r *run) stageTwoModels(ctx context.Context) ([]contender, error) {
	p := r.pipe
	var out []contender
	if p.prob.Pairs == nil {
		return nil, nil
	}
	test, err := r.matrix(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range catalog.StageTwoModels() {
		if !r.wants(id) {
			continue
		}
		e := contender{id: id, stage: "two"}
		var ranker ranking.Ranker = ranking.Identity{}
		answers := r.m.stage1
		if id != "none" {
			f, err := r.trainLive(ctx, id)
			if err != nil {
				return nil, err
			}
			e.trained, e.mb = f.took, f.model.MB()
			ranker = ranking.NewRanker(f.model, p.features)
			if answers, err = test.scored(ctx, f.model, p.keep, r.lab.workers); err != nil {
				return nil, err
			}
		}
		e.quality = p.judged(answers)
		for i, a := range answers {
			e.recall = append(e.recall, p.recallOf(i, a[:min(cutoff, len(a))]))
		}
		if e.millis, err = r.timeRanker(ctx, ranker); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// trainLive trains one of the second stages, unless it is there from before, and shows its learning curve.
func (r *run) trainLive(ctx context.Context, id string) (*fitted, error) {
	key := r.pipe.key
	key.ranker, key.loss = "trees", "lambdarank"
	switch id {
	case "logistic":
		key.ranker = "logistic"
	case "trees":
		key.loss = "logistic"
	}
	f, err := r.lab.fitted(ctx, r.pipe, key, "training "+id, r.tell)
	if err != nil {
		return nil, fmt.Errorf("training %s: %w", id, err)
	}
	series := []report.Series{{Name: "training", X: upTo(len(f.train)), Y: f.train}}
	if len(f.valid) > 0 {
		series = append(series, report.Series{Name: "validation", X: upTo(len(f.valid)), Y: f.valid})
		r.metric("valid_loss."+id, slices.Min(f.valid))
	}
	if len(f.train) > 1 {
		r.curve("Learning curve of "+id, series...)
	}
	return f, nil
}

func (r *run) curve(title string, series ...report.Series) {
	var words []string
	for _, s := range series {
		words = append(words, fmt.Sprintf("the %s falls from %s to %s, at best %s", lossName(s.Name), report.Num(s.Y[0]), report.Num(s.Y[len(s.Y)-1]), report.Num(slices.Min(s.Y))))
	}
	r.block(report.Block{Kind: report.Lines, Title: title, Series: series, XLabel: "round", YLabel: "loss", Alt: fmt.Sprintf("Over %d rounds %s.", len(series[0].Y), andList(words))})
}

func lossName(series string) string {
	if strings.HasSuffix(series, "loss") {
		return series
	}
	return series + " loss"
}

func upTo(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}

// timedRequests is on how many requests a ranker is timed.
const timedRequests = 100

// timeRanker is the median time to rank one request's candidates.
func (r *run) timeRanker(ctx context.Context, ranker ranking.Ranker) (float64, error) {
	var times []float64
	var buf []problem.Candidate
	for i := range min(timedRequests, len(r.m.stage1)) {
		buf = append(buf[:0], r.m.stage1[i]...)
		began := time.Now()
		if err := ranker.Rank(ctx, r.pipe.requests.queries[i], buf); err != nil {
			return 0, err
		}
		times = append(times, millis(time.Since(began)))
	}
	return metrics.Quantile(times, 0.5), nil
}

// pareto marks the entries that no other of their stage beats in both quality and time.
func pareto(entries []contender) []bool {
	out := make([]bool, len(entries))
	for i, a := range entries {
		out[i] = !slices.ContainsFunc(entries, func(b contender) bool {
			gain := a.quality.Judge.Better.Gain(b.quality.Quality(), a.quality.Quality())
			return a.stage == b.stage && gain >= 0 && b.millis <= a.millis && (gain > 0 || b.millis < a.millis)
		})
	}
	return out
}

func (r *run) modelTable(ctx context.Context, entries []contender, front []bool) {
	judge := &r.pipe.prob.Judge
	b := report.Block{Kind: report.Table, Title: "Models, simplest first", Columns: []string{"model", "stage", judge.Label, "95% interval", "recall@10", "ms a request", "MB", "trained ms", "Pareto front"}}
	cloud := report.Series{Name: "models"}
	var best []string
	for i, e := range entries {
		q := e.quality.Interval(ctx, resamples, r.seed("model"))
		r.interval(judge.Name+"."+e.id, q)
		if base := entries[slices.IndexFunc(entries, func(o contender) bool { return o.stage == e.stage })]; base.id != e.id {
			r.interval("quality_gain."+e.id, e.quality.Gain(ctx, base.quality, resamples, r.seed("model")))
		}
		r.metric("recall_at_10."+e.id, metrics.Mean(e.recall))
		r.timing("rank_ms."+e.id, e.millis)
		r.timing("train_ms."+e.id, millis(e.trained))
		r.timing("model_mb."+e.id, e.mb)
		mark := ""
		r.timing("pareto."+e.id, 0)
		if front[i] {
			mark = "yes"
			best = append(best, e.id)
			r.timing("pareto."+e.id, 1)
			cloud.Marks = append(cloud.Marks, i)
		}
		cloud.X, cloud.Y = append(cloud.X, e.millis), append(cloud.Y, q.Mean)
		b.Rows = append(b.Rows, report.Row{report.ID(e.id), report.Text(e.stage), report.Num(q.Mean), bounds(q), report.Num(metrics.Mean(e.recall)), report.Num(e.millis), report.Num(e.mb), report.Num(millis(e.trained)), report.Text(mark)})
	}
	var words []string
	for _, e := range entries {
		words = append(words, fmt.Sprintf("%s %s", e.id, report.Num(e.quality.Quality())))
	}
	b.Alt = fmt.Sprintf("%s by model: %s; on the front of quality and time of their stage are %s.", judge.Label, andList(words), andList(best))
	r.block(b)
	r.block(report.Block{Kind: report.Scatter, Title: "Quality against time", Series: []report.Series{cloud}, XLabel: "ms a request", YLabel: judge.Label, Alt: fmt.Sprintf("Of %d models, %d are on the front: no other of their stage is both better and faster.", len(entries), len(best))})
}

// modelHeadline compares the best with the simplest of its stage by paired requests.
func (r *run) modelHeadline(ctx context.Context, entries []contender) {
	judge, best := &r.pipe.prob.Judge, entries[0]
	for _, e := range entries {
		if judge.Better.Better(e.quality.Quality(), best.quality.Quality()) {
			best = e
		}
	}
	base := entries[slices.IndexFunc(entries, func(e contender) bool { return e.stage == best.stage })]
	if base.id == best.id {
		r.rep.Headline = fmt.Sprintf("Nothing beats the baseline %s (%s %s)", base.id, judge.Label, report.Num(base.quality.Quality()))
		return
	}
	gain := best.quality.Gain(ctx, base.quality, resamples, r.seed("headline"))
	if gain.Lo <= 0 {
		r.rep.Headline = fmt.Sprintf("%s is best (%s %s), but not clearly better than %s (%s): %s",
			best.id, judge.Label, report.Num(best.quality.Quality()), base.id, report.Num(base.quality.Quality()), paired(gain))
		return
	}
	r.rep.Headline = fmt.Sprintf("%s beats %s by %s of %s (%s) and takes %s a request",
		best.id, base.id, report.Num(gain.Mean), judge.Label, withBounds(gain).Bounds(), ms(best.millis))
}
