// Package evaluation runs the experiment of the evaluation step: offline, then online. The pipeline is judged offline, each
// measure with an interval and by slice; then a test is played forward in which one candidate wins offline and another may
// win online.
package evaluation

import (
	"context"
	"fmt"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	if err := r.offline(ctx); err != nil {
		return err
	}
	r.slices(ctx)
	if r.Pipeline.Problem.People == nil || r.Pipeline.Problem.Log == nil || r.Pipeline.Problem.Pairs == nil {
		r.MissAll("the data has no people who answer what they are shown",
			"ctr_lift", "revenue_lift", "retention_lift", "winner_gap", "success_rate", "queries_per_arm", "users_per_arm", "design_effect",
			"offline_quality", "offline_agreement", "offline_regret", "lift_error", "true_lift", "measured_lift", "aa_false_positive",
			"false_launch")
		r.Report.Headline = offlineHeadline(r.QualityName(), r.Reported("quality"))
		return r.peeking(ctx)
	}
	if err := r.online(ctx); err != nil {
		return err
	}
	return r.peeking(ctx)
}

// judgedRequest is one test request's candidates with the calibrated chance that each is relevant.
type judgedRequest struct {
	probs  []float64
	labels []bool
}

// offline reports AUC, PR-AUC, F1, calibration, MRR and recall, by resampling requests: candidates of one request aren't
// independent.
func (r run) offline(ctx context.Context) error {
	judged, err := r.calibrated(ctx)
	if err != nil {
		return err
	}
	all, judge := pool(judged), &r.Pipeline.Problem.Judge
	rows := []report.Row{}
	var words []string
	for _, m := range []struct {
		id   string
		stat func() float64
	}{
		{"auc", all.AUC},
		{"pr_auc", all.PRAUC},
		{"f1", func() float64 { return all.F1(r.Settings.Threshold) }},
		{"calibration_error", func() float64 { return all.CalibrationError(calibrationBins) }},
	} {
		r.Progress.Report("resampling requests for "+report.Metric{ID: m.id}.String(), 0, pooledResamples)
		i := metrics.BootstrapStat(ctx, all.Groups(), pooledResamples, r.Seed(m.id), func(idx []int) float64 {
			all.Draw(idx)
			return m.stat()
		})
		r.Interval(m.id, i)
		rows = append(rows, report.Row{report.Metric{ID: m.id}, report.Num(i.Mean), measure.Bounds(i)})
		words = append(words, fmt.Sprintf("%s %s", report.Metric{ID: m.id}, report.Num(i.Mean)))
	}
	for _, m := range []struct {
		id     string
		values []float64
	}{{"mrr", r.reciprocal()}, {"recall_at_10", r.AnswerRecall()}} {
		i := r.Bootstrap(ctx, m.id, m.values)
		r.Interval(m.id, i)
		rows = append(rows, report.Row{report.Metric{ID: m.id}, report.Num(i.Mean), measure.Bounds(i)})
		words = append(words, fmt.Sprintf("%s %s", report.Metric{ID: m.id}, report.Num(i.Mean)))
	}
	quality := r.Reported("quality")
	rows = append(rows, report.Row{report.Metric{ID: judge.Name}, report.Num(quality.Value), report.Text(quality.Bounds())})
	words = append(words, fmt.Sprintf("%s %s", judge.Label, report.Num(quality.Value)))
	r.Block(report.Block{
		Kind: report.Table, Title: "Offline, with 95% intervals over requests", Columns: []string{"measure", "value", "95% interval"}, Rows: rows,
		Alt: offlineAlt(words),
	})
	return nil
}

// calibrationBins is how many bins of equal mass calibration is judged by.
const calibrationBins = 10

// pool pools the candidates of all test requests.
func pool(judged []judgedRequest) *metrics.Pooled {
	probs, labels := make([][]float64, len(judged)), make([][]bool, len(judged))
	for i, j := range judged {
		probs[i], labels[i] = j.probs, j.labels
	}
	return metrics.NewPooled(probs, labels)
}

// pooledResamples is fewer than elsewhere: each looks at every candidate.
const pooledResamples = 200

// calibrated scores every test candidate and turns scores into chances of relevance by a logistic curve fitted on
// past requests (Platt 1999).
func (r run) calibrated(ctx context.Context) ([]judgedRequest, error) {
	p := r.Pipeline
	score := func(q *problem.Query, cands []problem.Candidate) ([]problem.Candidate, error) {
		out := append([]problem.Candidate(nil), cands...)
		return out, p.Ranker.Rank(ctx, *q, out)
	}
	past, err := r.pastScores(ctx)
	if err != nil {
		return nil, err
	}
	curve, err := ranking.TrainLogistic(ctx, past, ranking.LogisticOptions{}, nil)
	if err != nil {
		return nil, fmt.Errorf("calibrating scores: %w", err)
	}
	out := make([]judgedRequest, len(r.Results.Candidates))
	err = r.Builder.Each(ctx, len(out), func(i int) error {
		q := &p.Requests.Queries[i]
		cands, err := score(q, r.Results.Candidates[i])
		if err != nil {
			return err
		}
		raw, odds := make([]float32, len(cands)), make([]float32, len(cands))
		for j, c := range cands {
			raw[j] = c.Score
			out[i].labels = append(out[i].labels, p.Problem.Truth.Grade(q, c.Item) > 0)
		}
		curve.Score(raw, odds)
		for _, o := range odds {
			out[i].probs = append(out[i].probs, curve.Prob(o))
		}
		return nil
	})
	return out, err
}

// calibrationRequests is how many past requests the curve is fitted on.
const calibrationRequests = 150

// pastScores are the ranker's scores of stage one's candidates for the newest past requests, with their relevance.
func (r run) pastScores(ctx context.Context) (*ranking.Dataset, error) {
	out, err := pastScores(ctx, r.Builder, r.Pipeline)
	if err != nil {
		return nil, fmt.Errorf("scoring past requests: %w", err)
	}
	return out, nil
}

func pastScores(ctx context.Context, b *build.Builder, p *build.Pipeline) (*ranking.Dataset, error) {
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
	sets := make([]ranking.Dataset, len(requests))
	err = b.Each(ctx, len(requests), func(i int) error {
		q := build.Encoded(requests[i], emb)
		cands, err := first.Retrieve(ctx, q, p.Scenario.K, nil)
		if err != nil {
			return err
		}
		if err := ranker.Rank(ctx, q, cands); err != nil {
			return err
		}
		for _, c := range cands {
			sets[i].X = append(sets[i].X, c.Score)
			sets[i].Y = append(sets[i].Y, one(p.Learned.Truth.Grade(&q, c.Item) > 0))
		}
		return nil
	})
	out := &ranking.Dataset{Columns: []string{"score"}}
	for _, s := range sets {
		out.X, out.Y = append(out.X, s.X...), append(out.Y, s.Y...)
	}
	return out, err
}

func one(b bool) float32 {
	if b {
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

// slices reports quality on each named part of the requests.
func (r run) slices(ctx context.Context) {
	b := report.Block{Kind: report.Bars, Title: "Quality by slice", Unit: r.Report.Setup.Quality}
	worst, least := "", 0.0
	for _, s := range r.Pipeline.Problem.Slices {
		var inside []int
		for i := range r.Pipeline.Requests.Queries {
			if s.Has(&r.Pipeline.Requests.Queries[i]) {
				inside = append(inside, i)
			}
		}
		part := r.Results.Quality.Pick(inside).Defined()
		if len(part.Outcomes) < 5 {
			continue
		}
		i := part.Interval(ctx, measure.Resamples, r.Seed(s.Name))
		r.Interval("slice_quality."+wordsID(s.Name), i)
		b.Rows = append(b.Rows, report.Row{report.Text(fmt.Sprintf("%s (%d)", s.Name, len(part.Outcomes))), measure.Number(i)})
		if worst == "" || part.Judge.Better.Better(least, i.Mean) {
			worst, least = s.Name, i.Mean
		}
	}
	if len(b.Rows) == 0 {
		return
	}
	b.Alt = slicesAlt(worst, least, r.Report.Metrics["quality"])
	r.Block(b)
}

// wordsID turns a slice's name into a metric's variant: lower snake case.
func wordsID(name string) string {
	out := make([]byte, 0, len(name))
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			out = append(out, c)
		case c >= 'A' && c <= 'Z':
			out = append(out, c-'A'+'a')
		default:
			out = append(out, '_')
		}
	}
	return string(out)
}

// peekingTests is how many tests without a difference are simulated.
const peekingTests = 4000

// peeking shows what looking every day does to a test in which nothing differs.
func (r run) peeking(ctx context.Context) error {
	i := metrics.PeekingFalsePositive(ctx, r.Settings.Days, 0.05, peekingTests, r.Seed("peeking"))
	r.Interval("peeking_false_positive", i)
	r.Note("Peeking", peekingAlt(i.Mean), peekingText(r.Settings.Days, i.Mean))
	return ctx.Err()
}
