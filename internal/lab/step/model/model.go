// Package model runs the experiment of the model step: baseline first. Models are trained live, simplest first, and quality is
// set against time and size.
package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
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
		return &catalog.BadKnob{Knob: "models", Value: r.Settings.Models, Line: "leaves nothing to compare in this world"}
	}
	curves := r.Report.Blocks
	r.Report.Blocks = nil
	r.modelTable(ctx, entries, pareto(entries))
	r.Report.Blocks = append(r.Report.Blocks, curves...)
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
func (r run) wants(id string) bool {
	return r.Settings.Models == "all" || slices.Contains(strings.Split(r.Settings.Models, ","), id)
}

// stageOneModels judges each way to retrieve by its order alone: engines that learn from ids, and encoders by an exact
// scan of their vectors.
func (r run) stageOneModels(ctx context.Context) ([]contender, error) {
	var out []contender
	for _, id := range catalog.StageOneModels(r.Config.World.Kind) {
		if !r.wants(id) {
			continue
		}
		r.Progress.Report("training stage one by "+id, 0, 0)
		e, err := r.stageOne(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// stageOne builds one way to retrieve and judges what it finds.
func (r run) stageOne(ctx context.Context, id string) (contender, error) {
	p := r.Pipeline
	e := contender{id: measure.Variant(id), stage: "one", quality: metrics.Judged{Judge: &p.Problem.Judge}}
	s, err := r.retriever(ctx, id, &e)
	if err != nil {
		return e, err
	}
	var times []float64
	for i, q := range p.Requests.Queries[:min(len(p.Requests.Queries), r.scanned())] {
		s.encode(&q)
		began := time.Now()
		found, err := s.Retrieve(ctx, q, p.Scenario.Depth(&p.Problem.Judge), nil)
		if err != nil {
			return e, err
		}
		times = append(times, measure.Millis(time.Since(began)))
		e.quality.Outcomes = append(e.quality.Outcomes, p.Judge(i, found))
		e.recall = append(e.recall, p.Recall(i, found[:min(build.Cutoff, len(found))]))
	}
	e.millis = metrics.Quantile(times, 0.5)
	return e, nil
}

// encodedRetriever is a stage one with what encodes its requests.
type encodedRetriever struct {
	retrieval.Retriever
	encode func(q *problem.Query)
}

// retriever builds an engine of ids, or an exact scan of an encoder's vectors, and notes what it took.
func (r run) retriever(ctx context.Context, id string, e *contender) (encodedRetriever, error) {
	p := r.Pipeline
	s := p.Scenario.WithoutFault(fault.AtIndex).WithEngine(id)
	if s.Encoder == "" && slices.Contains(catalog.Offers(r.Config.World.Kind, "engine"), id) {
		index, err := r.Builder.Index(ctx, s)
		if err != nil {
			return encodedRetriever{}, err
		}
		e.trained, e.mb = index.Took, index.MB()
		return encodedRetriever{index, func(*problem.Query) {}}, nil
	}
	s = s.WithEngine("exact").WithEncoder(id, r.Settings.Dim, r.Settings.Epochs)
	encoding, err := r.Builder.Encoding(ctx, s)
	if err != nil {
		return encodedRetriever{}, err
	}
	emb := encoding.Embedding
	e.trained, e.mb = encoding.Took, emb.MB
	if len(encoding.Loss) > 1 {
		loss := report.Series{Name: "training loss", X: measure.UpTo(len(encoding.Loss)), Y: encoding.Loss}
		r.curve("Learning curve of the encoder "+id, loss)
	}
	by, vec := encoding.For(p.Problem), make([]float32, emb.Dim)
	return encodedRetriever{retrieval.NewExact(emb.Items, emb.Dim), func(q *problem.Query) {
		by(q, vec)
		q.Vec = vec
	}}, nil
}

// scanWork bounds the multiplications of judging one encoder by exact scans: a few seconds of one core.
const scanWork = 2e10

// scanned is how many requests encoders are judged on: all where the corpus is small, the same ones for each.
func (r run) scanned() int {
	width := r.Settings.Dim
	if in := r.Pipeline.Problem.Inputs; in != nil {
		width = max(width, in.Width())
	}
	return max(50, int(scanWork/float64(r.Pipeline.Problem.Items*width)))
}

// stageTwoModels trains each ranker on the same rows and judges it on stage one's candidates.
func (r run) stageTwoModels(ctx context.Context) ([]contender, error) {
	p := r.Pipeline
	var out []contender
	if p.Problem.Pairs == nil {
		return nil, nil
	}
	test, err := r.Builder.Matrix(ctx, p.Scenario)
	if err != nil {
		return nil, err
	}
	for _, id := range catalog.StageTwoModels() {
		if !r.wants(id) {
			continue
		}
		e := contender{id: id, stage: "two"}
		var ranker ranking.Ranker = ranking.Identity{}
		answers := r.Results.Candidates
		if id != "none" {
			f, err := r.trainLive(ctx, id)
			if err != nil {
				return nil, err
			}
			e.trained, e.mb = f.Took, f.Model.MB()
			ranker = ranking.NewRanker(f.Model, p.Features)
			if answers, err = test.Ranked(ctx, r.Builder, f.Model, p.Columns); err != nil {
				return nil, err
			}
		}
		e.quality = p.Judged(answers)
		for i, a := range answers {
			e.recall = append(e.recall, p.Recall(i, a[:min(build.Cutoff, len(a))]))
		}
		if e.millis, err = r.timeRanker(ctx, ranker); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// trainLive trains one of the second stages, unless it has been trained already, and shows its learning curve.
func (r run) trainLive(ctx context.Context, id string) (*build.Trained, error) {
	s := r.Pipeline.Scenario
	s.Ranker, s.Loss = "trees", "lambdarank"
	switch id {
	case "logistic":
		s.Ranker = "logistic"
	case "trees":
		s.Loss = "logistic"
	}
	f, err := r.Builder.Ranker(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("training %s: %w", id, err)
	}
	series := []report.Series{{Name: "training", X: measure.UpTo(len(f.Train)), Y: f.Train}}
	if len(f.Valid) > 0 {
		series = append(series, report.Series{Name: "validation", X: measure.UpTo(len(f.Valid)), Y: f.Valid})
		r.Metric("valid_loss."+id, slices.Min(f.Valid))
	}
	if len(f.Train) > 1 {
		r.curve("Learning curve of "+id, series...)
	}
	return f, nil
}

// curve shows how losses fall.
func (r run) curve(title string, series ...report.Series) {
	r.Block(report.Block{
		Kind: report.Lines, Title: title, Series: series, XLabel: "round", YLabel: "loss", Alt: curveAlt(series),
	})
}

// timedRequests is on how many requests a ranker is timed.
const timedRequests = 100

// timeRanker is the median time to rank one request's candidates.
func (r run) timeRanker(ctx context.Context, ranker ranking.Ranker) (float64, error) {
	var times []float64
	var buf []problem.Candidate
	for i := range min(timedRequests, len(r.Results.Candidates)) {
		buf = append(buf[:0], r.Results.Candidates[i]...)
		began := time.Now()
		if err := ranker.Rank(ctx, r.Pipeline.Requests.Queries[i], buf); err != nil {
			return 0, err
		}
		times = append(times, measure.Millis(time.Since(began)))
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

// modelTable sets the models side by side, with the front of quality and time marked.
func (r run) modelTable(ctx context.Context, entries []contender, front []bool) {
	judge := &r.Pipeline.Problem.Judge
	b := report.Block{
		Kind: report.Table, Title: "Models, simplest first",
		Columns: []string{"model", "stage", judge.Label, "95% interval", "recall@10", "ms a request", "MB", "trained ms", "Pareto front"},
	}
	var dots []report.Series // one a model, so that each has its name
	var best []string
	for i, e := range entries {
		q := e.quality.Interval(ctx, measure.Resamples, r.Seed("model"))
		r.Interval(judge.Name+"."+e.id, q)
		if base := simplest(entries, e.stage); base.id != e.id {
			r.Interval("quality_gain."+e.id, e.quality.Gain(ctx, base.quality, measure.Resamples, r.Seed("model")))
		}
		recall, trained := metrics.Mean(e.recall), measure.Millis(e.trained)
		r.Metric("recall_at_10."+e.id, recall)
		r.Timing("rank_ms."+e.id, e.millis)
		r.Timing("train_ms."+e.id, trained)
		r.Timing("model_mb."+e.id, e.mb)
		mark := ""
		r.Timing("pareto."+e.id, 0)
		if front[i] {
			mark = "yes"
			best = append(best, e.id)
			r.Timing("pareto."+e.id, 1)
		}
		dot := report.Series{Name: report.ID(e.id).String(), X: []float64{e.millis}, Y: []float64{q.Mean}}
		if front[i] {
			dot.Marks = []int{0}
		}
		dots = append(dots, dot)
		row := report.Row{report.ID(e.id), report.Text(e.stage), report.Num(q.Mean), measure.Bounds(q), report.Num(recall)}
		row = append(row, report.Num(e.millis), report.Num(e.mb), report.Num(trained), report.Text(mark))
		b.Rows = append(b.Rows, row)
	}
	b.Alt = modelsAlt(entries, best, judge.Label)
	r.Block(b)
	r.Block(report.Block{
		Kind: report.Scatter, Title: "Quality against time", Series: dots,
		XLabel: "ms a request", YLabel: judge.Label, LogX: true, Alt: frontAlt(len(entries), len(best)),
	})
}

// simplest is the first model of a stage.
func simplest(entries []contender, stage string) contender {
	return entries[slices.IndexFunc(entries, func(e contender) bool { return e.stage == stage })]
}

// modelHeadline compares the best with the simplest of its stage by paired requests.
func (r run) modelHeadline(ctx context.Context, entries []contender) {
	judge, best := &r.Pipeline.Problem.Judge, entries[0]
	for _, e := range entries {
		if judge.Better.Better(e.quality.Quality(), best.quality.Quality()) {
			best = e
		}
	}
	base := simplest(entries, best.stage)
	if base.id == best.id {
		r.Report.Headline = baselineHeadline(base, judge.Label)
		return
	}
	gain := best.quality.Gain(ctx, base.quality, measure.Resamples, r.Seed("headline"))
	r.Report.Headline = bestHeadline(best, base, gain, judge.Label)
}
