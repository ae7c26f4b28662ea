package evaluation

import (
	"context"
	"fmt"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
)

// judgedRequest is one request's candidates with the calibrated chance that each is a positive.
type judgedRequest struct {
	probs  []float64
	labels []bool
}

// pooledResamples is fewer than elsewhere: each looks at every candidate.
const pooledResamples = 200

// offline reports AUC, PR-AUC, F1, calibration, MRR and recall, by resampling requests: candidates of one request aren't
// independent. All count the same positives, those that the world names.
func (r run) offline(ctx context.Context) error {
	judged, past, err := r.calibrated(ctx)
	if err != nil {
		return err
	}
	threshold, chosen := r.Settings.Threshold, "as set"
	if threshold == catalog.AutoThreshold {
		threshold, _ = metrics.BestThreshold(flat(past))
		chosen = "chosen for F1 on past requests"
	}
	r.Metric("threshold", threshold)
	all := pool(judged)
	table := &measures{run: r}
	for _, m := range []struct {
		id   string
		stat func(*metrics.Pooled) float64
	}{
		{"auc", (*metrics.Pooled).AUC},
		{"pr_auc", (*metrics.Pooled).PRAUC},
		{"f1", func(p *metrics.Pooled) float64 { return p.F1(threshold) }},
		{"calibration_error", func(p *metrics.Pooled) float64 { return p.CalibrationError(calibrationBins) }},
	} {
		r.Progress.Report("resampling requests", 0, pooledResamples)
		of := func(idx []int) float64 {
			all.Draw(idx)
			return m.stat(all)
		}
		table.pooled(ctx, m.id, all, of)
	}
	table.mean(ctx, "mrr", r.reciprocal())
	table.mean(ctx, "recall_at_10", r.AnswerRecall())
	quality := r.Reported("quality")
	table.row(r.Pipeline.Problem.Judge.Name, quality.Value, report.Text(quality.Bounds()))
	r.Block(report.Block{
		Kind: report.Table, Title: "Offline, with 95% intervals over requests", Columns: []string{"measure", "value", "95% interval"},
		Rows: table.rows, Alt: offlineAlt(table.words, r.Pipeline.Problem.Words.Positive, threshold, chosen),
	})
	r.reliability(judged)
	return nil
}

// measures fills the table of what is measured offline.
type measures struct {
	run
	rows  []report.Row
	words []string
}

func (m *measures) row(id string, v float64, bounds report.Text) {
	m.rows = append(m.rows, report.Row{report.Metric{ID: id}, report.Num(v), bounds})
	m.words = append(m.words, fmt.Sprintf("%s %s", report.Metric{ID: id}, report.Num(v)))
}

// pooled is a measure over the candidates of all requests.
func (m *measures) pooled(ctx context.Context, id string, all *metrics.Pooled, of func(idx []int) float64) {
	i := metrics.BootstrapStat(ctx, all.Groups(), pooledResamples, m.Seed(id), of)
	if i.Mean != i.Mean {
		m.Miss(id, fmt.Sprintf("of the candidates of all requests none is a positive, or all are: %s", m.Pipeline.Problem.Words.Positive))
	}
	m.Interval(id, i)
	m.Sample(id, report.Sample{N: all.Groups(), Of: of, Slow: true})
	m.row(id, i.Mean, measure.Bounds(i))
}

// mean is a measure of each request.
func (m *measures) mean(ctx context.Context, id string, values []float64) {
	i := m.Bootstrap(ctx, id, values)
	m.Interval(id, i)
	m.SampleMean(id, values)
	m.row(id, i.Mean, measure.Bounds(i))
}

// pool pools the candidates of requests.
func pool(judged []judgedRequest) *metrics.Pooled {
	probs, labels := make([][]float64, len(judged)), make([][]bool, len(judged))
	for i, j := range judged {
		probs[i], labels[i] = j.probs, j.labels
	}
	return metrics.NewPooled(probs, labels)
}

// flat is the candidates of all requests in one list.
func flat(judged []judgedRequest) (probs []float64, labels []bool) {
	for _, j := range judged {
		probs, labels = append(probs, j.probs...), append(labels, j.labels...)
	}
	return probs, labels
}

// calibrationBins is how many bins of equal mass calibration is judged by.
const calibrationBins = 10

// reliability sets what was predicted beside what came true, by bins of equal mass and for the top percent, which the mean over
// bins hardly shows.
func (r run) reliability(judged []judgedRequest) {
	probs, labels := flat(judged)
	bins := metrics.Reliability(probs, labels, calibrationBins)
	top, ok := metrics.TopReliability(probs, labels, 0.01)
	if !ok || len(bins) < 2 {
		r.MissAll("there are too few candidates for bins", "top_predicted", "top_observed")
		return
	}
	r.Metric("top_predicted", top.Predicted)
	r.Interval("top_observed", top.Observed)
	b := report.Block{
		Kind: report.Table, Title: "Reliability: predicted and observed chance",
		Columns: []string{"candidates", "predicted", "observed", "95% interval"}, Alt: reliabilityAlt(top, r.Reported("calibration_error")),
	}
	observed := report.Series{Name: "observed"}
	perfect := report.Series{Name: "as predicted"}
	row := func(name string, x metrics.ReliabilityBin) {
		b.Rows = append(b.Rows, report.Row{
			report.Text(name), report.Num(x.Predicted), report.Num(x.Observed.Mean), measure.Bounds(x.Observed),
		})
	}
	for i, x := range bins {
		row(fmt.Sprintf("tenth %d (%s)", i+1, report.Count(x.N)), x)
		observed.X, observed.Y = append(observed.X, x.Predicted), append(observed.Y, x.Observed.Mean)
		perfect.X, perfect.Y = append(perfect.X, x.Predicted), append(perfect.Y, x.Predicted)
	}
	row(fmt.Sprintf("top percent (%s)", report.Count(top.N)), top)
	observed.X, observed.Y = append(observed.X, top.Predicted), append(observed.Y, top.Observed.Mean)
	perfect.X, perfect.Y = append(perfect.X, top.Predicted), append(perfect.Y, top.Predicted)
	r.Block(b)
	r.Block(report.Block{
		Kind: report.Lines, Title: "Reliability diagram", Series: []report.Series{observed, perfect}, XLabel: "predicted", YLabel: "observed",
		Alt: b.Alt,
	})
}

// calibrated scores the candidates of test and of past requests, and turns scores into chances by a logistic curve fitted on the
// past ones (Platt 1999).
func (r run) calibrated(ctx context.Context) (test, past []judgedRequest, err error) {
	p := r.Pipeline
	raw, err := pastScores(ctx, r.Builder, p)
	if err != nil {
		return nil, nil, fmt.Errorf("scoring past requests: %w", err)
	}
	rows := &ranking.Dataset{Columns: []string{"score"}}
	for _, s := range raw {
		for j, score := range s.scores {
			rows.X, rows.Y = append(rows.X, score), append(rows.Y, one(s.labels[j]))
		}
	}
	curve, err := ranking.TrainLogistic(ctx, rows, ranking.LogisticOptions{}, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("calibrating scores: %w", err)
	}
	chances := func(s scored) judgedRequest {
		odds := make([]float32, len(s.scores))
		curve.Score(s.scores, odds)
		out := judgedRequest{labels: s.labels}
		for _, o := range odds {
			out.probs = append(out.probs, curve.Prob(o))
		}
		return out
	}
	for _, s := range raw {
		past = append(past, chances(s))
	}
	test = make([]judgedRequest, len(r.Results.Candidates))
	err = r.Builder.Each(ctx, len(test), func(i int) error {
		q := &p.Requests.Queries[i]
		cands := append([]problem.Candidate(nil), r.Results.Candidates[i]...)
		if err := p.Ranker.Rank(ctx, *q, cands); err != nil {
			return err
		}
		test[i] = chances(scoredBy(p.Problem, q, cands))
		return nil
	})
	return test, past, err
}

// scored is one request's candidates: the ranker's scores, and which are positives.
type scored struct {
	scores []float32
	labels []bool
}

func scoredBy(p *problem.Problem, q *problem.Query, cands []problem.Candidate) scored {
	var out scored
	for _, c := range cands {
		out.scores = append(out.scores, c.Score)
		out.labels = append(out.labels, p.Truth.Grade(q, c.Item) >= p.Positive)
	}
	return out
}

// calibrationRequests is how many past requests the curve is fitted on.
const calibrationRequests = 150

// pastScores are the ranker's scores of stage one's candidates for the newest past requests.
func pastScores(ctx context.Context, b *build.Builder, p *build.Pipeline) ([]scored, error) {
	past, err := b.RankersPast(ctx, p.Scenario)
	if err != nil {
		return nil, err
	}
	first, err := past.Retriever(ctx, b)
	if err != nil {
		return nil, err
	}
	requests, emb := past.Requests[max(0, len(past.Requests)-calibrationRequests):], past.Embedding
	var ranker ranking.Ranker = ranking.Identity{}
	if p.Model != nil {
		features, err := p.Scenario.TrainingFeatures(ctx, p.Learned, emb)
		if err != nil {
			return nil, err
		}
		ranker = ranking.NewRanker(p.Model.Model, p.Columns.Reading(features))
	}
	out := make([]scored, len(requests))
	err = b.Each(ctx, len(requests), func(i int) error {
		q := build.Encoded(requests[i], emb)
		cands, err := first.Retrieve(ctx, q, p.Scenario.K, nil)
		if err != nil {
			return err
		}
		if err := ranker.Rank(ctx, q, cands); err != nil {
			return err
		}
		out[i] = scoredBy(p.Learned, &q, cands)
		return nil
	})
	return out, err
}

func one(positive bool) float32 {
	if positive {
		return 1
	}
	return 0
}

// reciprocal is one over the rank of the first positive in each answer.
func (r run) reciprocal() []float64 {
	out := make([]float64, len(r.Results.Answers))
	for i, answer := range r.Results.Answers {
		relevant := make([]bool, len(answer))
		for j, c := range answer {
			relevant[j] = r.Pipeline.Problem.Truth.Grade(&r.Pipeline.Requests.Queries[i], c.Item) >= r.Pipeline.Problem.Positive
		}
		out[i] = metrics.ReciprocalRank(relevant)
	}
	return out
}
