package lab

import (
	"context"
	"fmt"
	"math"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
)

// runEvaluation judges the pipeline offline, each measure with an interval and by slice, and then plays a test forward in
// which one candidate wins offline and another may win online.
func runEvaluation(ctx context.Context, r *run) error {
	if err := r.offline(ctx); err != nil {
		return err
	}
	r.slices(ctx)
	if r.pipe.prob.People == nil || r.pipe.prob.Log == nil || r.pipe.prob.Pairs == nil {
		for _, id := range []string{"ctr_lift", "revenue_lift", "retention_lift", "success_rate", "queries_per_arm", "offline_quality"} {
			r.miss(id, "the data has no people who answer what they are shown")
		}
		r.rep.Headline = fmt.Sprintf("Offline, %s is %s; what people would do can't be told from this data",
			r.qualityName(), r.reported("quality"))
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
func (r *run) offline(ctx context.Context) error {
	judged, err := r.calibrated(ctx)
	if err != nil {
		return err
	}
	all, judge := pool(judged), &r.pipe.prob.Judge
	rows := []report.Row{}
	var words []string
	for _, m := range []struct {
		id   string
		stat func() float64
	}{
		{"auc", all.AUC},
		{"pr_auc", all.PRAUC},
		{"f1", func() float64 { return all.F1(r.set.threshold) }},
		{"calibration_error", func() float64 { return all.CalibrationError(calibrationBins) }},
	} {
		r.tell.say("resampling requests for "+report.Metric{ID: m.id}.String(), 0, pooledResamples)
		i := metrics.BootstrapStat(ctx, all.Groups(), pooledResamples, r.seed(m.id), func(idx []int) float64 {
			all.Draw(idx)
			return m.stat()
		})
		r.interval(m.id, i)
		rows = append(rows, report.Row{report.Metric{ID: m.id}, report.Num(i.Mean), bounds(i)})
		words = append(words, fmt.Sprintf("%s %s", report.Metric{ID: m.id}, report.Num(i.Mean)))
	}
	mrr := r.boot(ctx, "mrr", r.reciprocal())
	recall := r.boot(ctx, "recall_at_10", r.answerRecall())
	r.interval("mrr", mrr)
	r.interval("recall_at_10", recall)
	quality := r.reported("quality")
	rows = append(rows, report.Row{report.Metric{ID: "mrr"}, report.Num(mrr.Mean), bounds(mrr)},
		report.Row{report.Metric{ID: "recall_at_10"}, report.Num(recall.Mean), bounds(recall)},
		report.Row{report.Metric{ID: judge.Name}, report.Num(quality.Value), report.Text(quality.Bounds())})
	r.block(report.Block{
		Kind: report.Table, Title: "Offline, with 95% intervals over requests", Columns: []string{"measure", "value", "95% interval"}, Rows: rows,
		Alt: fmt.Sprintf("Offline: %s; MRR %s, recall@10 %s, %s %s. The chance of relevance is the ranker's score, calibrated on past requests.", andList(words), report.Num(mrr.Mean), report.Num(recall.Mean), judge.Label, report.Num(quality.Value)),
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

// calibrated scores every test candidate and turns scores into chances of relevance by a logistic curve fitted on the
// validation rows of past requests (Platt 1999).
func (r *run) calibrated(ctx context.Context) ([]judgedRequest, error) {
	p := r.pipe
	score := func(q *problem.Query, cands []problem.Candidate) ([]problem.Candidate, error) {
		out := append([]problem.Candidate(nil), cands...)
		return out, p.ranker.Rank(ctx, *q, out)
	}
	past, err := r.pastScores(ctx)
	if err != nil {
		return nil, err
	}
	curve, err := ranking.TrainLogistic(ctx, past, ranking.LogisticOptions{}, nil)
	if err != nil {
		return nil, fmt.Errorf("calibrating scores: %w", err)
	}
	out := make([]judgedRequest, len(r.m.stage1))
	err = each(ctx, len(out), r.lab.workers, func(i int) error {
		q := &p.requests.queries[i]
		cands, err := score(q, r.m.stage1[i])
		if err != nil {
			return err
		}
		raw, odds := make([]float32, len(cands)), make([]float32, len(cands))
		for j, c := range cands {
			raw[j] = c.Score
			out[i].labels = append(out[i].labels, p.prob.Truth.Grade(q, c.Item) > 0)
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
func (r *run) pastScores(ctx context.Context) (*ranking.Dataset, error) {
	p := r.pipe
	b, err := r.lab.before(ctx, p, r.tell)
	if err != nil {
		return nil, err
	}
	past, emb := b.requests[max(0, len(b.requests)-calibrationRequests):], b.emb
	var ranker ranking.Ranker = ranking.Identity{}
	if p.model != nil {
		features, err := p.bound(ctx, p.base, emb)
		if err != nil {
			return nil, fmt.Errorf("scoring past requests: %w", err)
		}
		ranker = ranking.NewRanker(p.model, features)
	}
	sets := make([]ranking.Dataset, len(past))
	err = each(ctx, len(past), r.lab.workers, func(i int) error {
		q := past[i]
		if emb != nil {
			q.Vec = make([]float32, emb.Dim)
			emb.Encode(&q, q.Vec)
		}
		cands, err := b.first.Retrieve(ctx, q, p.set.k, nil)
		if err != nil {
			return err
		}
		if err := ranker.Rank(ctx, q, cands); err != nil {
			return err
		}
		for _, c := range cands {
			sets[i].X = append(sets[i].X, c.Score)
			sets[i].Y = append(sets[i].Y, one(p.base.Truth.Grade(&q, c.Item) > 0))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("scoring past requests: %w", err)
	}
	out := &ranking.Dataset{Columns: []string{"score"}}
	for _, s := range sets {
		out.X, out.Y = append(out.X, s.X...), append(out.Y, s.Y...)
	}
	return out, nil
}

// reciprocal is one over the rank of the first positive in each answer.
func (r *run) reciprocal() []float64 {
	out := make([]float64, len(r.m.answer))
	for i, answer := range r.m.answer {
		relevant := make([]bool, len(answer))
		for j, c := range answer {
			relevant[j] = r.pipe.prob.Truth.Grade(&r.pipe.requests.queries[i], c.Item) >= r.pipe.prob.Positive
		}
		out[i] = metrics.ReciprocalRank(relevant)
	}
	return out
}

// slices reports quality on each named part of the requests.
func (r *run) slices(ctx context.Context) {
	b := report.Block{Kind: report.Bars, Title: "Quality by slice", Unit: r.rep.Setup.Quality}
	worst, least := "", 0.0
	for _, s := range r.pipe.prob.Slices {
		var inside []int
		for i := range r.pipe.requests.queries {
			if s.Has(&r.pipe.requests.queries[i]) {
				inside = append(inside, i)
			}
		}
		part := r.m.quality.Pick(inside).Defined()
		if len(part.Outcomes) < 5 {
			continue
		}
		i := part.Interval(ctx, resamples, r.seed(s.Name))
		r.interval("slice_quality."+wordsID(s.Name), i)
		b.Rows = append(b.Rows, report.Row{report.Text(fmt.Sprintf("%s (%d)", s.Name, len(part.Outcomes))), withBounds(i)})
		if worst == "" || part.Judge.Better.Better(least, i.Mean) {
			worst, least = s.Name, i.Mean
		}
	}
	if len(b.Rows) == 0 {
		return
	}
	b.Alt = fmt.Sprintf("The worst slice is %s with %s against %s over all.", worst, report.Num(least), report.Num(r.rep.Metrics["quality"]))
	r.block(b)
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

// online plays today's system and both candidates forward.
func (r *run) online(ctx context.Context) error {
	policies, err := r.policies(ctx)
	if err != nil {
		return err
	}
	offline, err := r.offlineQuality(ctx, policies)
	if err != nil {
		return err
	}
	arms, err := r.play(ctx, policies)
	if err != nil {
		return err
	}
	today := arms[0]
	b := report.Block{
		Kind: report.Table, Title: fmt.Sprintf("A simulated test: %d days, %s requests a day and arm", r.set.days, thousands(r.set.traffic)),
		Columns: []string{"ranker", r.pipe.prob.Judge.Label + " on logged clicks", "click-through", "revenue", "returning"},
	}
	lifts := map[string]metrics.Interval{}
	for k, p := range policies {
		quality := offline[k]
		r.metric("offline_quality."+metricName(p.id), quality)
		if k == 0 {
			b.Rows = append(b.Rows, report.Row{report.Text("today: " + p.words), report.Num(quality), report.Text(""), report.Text(""), report.Text("")})
			continue
		}
		ctr := r.lift(ctx, today.clicks, today.shown, arms[k].clicks, arms[k].shown)
		revenue := r.lift(ctx, today.revenue, today.asked, arms[k].revenue, arms[k].asked)
		returns := r.lift(ctx, today.returns, today.asked, arms[k].returns, arms[k].asked)
		lifts[p.id] = revenue
		for id, v := range map[string]metrics.Interval{"ctr_lift": ctr, "revenue_lift": revenue, "retention_lift": returns} {
			r.interval(id+"."+metricName(p.id), v)
			if p.id == r.set.variant {
				r.interval(id, v)
			}
		}
		b.Rows = append(b.Rows, report.Row{report.Text(p.id + ": " + p.words), report.Num(quality), report.Text(percents(ctr)), report.Text(percents(revenue)), report.Text(percents(returns))})
	}
	rate := metrics.Sum(today.successes) / metrics.Sum(today.asked)
	r.metric("success_rate", rate)
	r.metric("queries_per_arm", metrics.QueriesPerArm(rate, 0.05, 0.05, 0.8))
	off, on := lifts[offlineWinner], lifts[onlineWinner]
	b.Alt = fmt.Sprintf("Against today's system the ranker that learned logged clicks changes revenue by %s and the one that learned judged grades by %s; the same people meet every arm, and intervals are over %d %s.",
		percents(off), percents(on), today.units(), r.unitOfTest())
	r.block(b)
	r.loop(policies, arms)
	r.power(rate)
	r.onlineHeadline(offline[1], offline[2], off, on)
	return nil
}

func (r *run) onlineHeadline(offlineQuality, onlineQuality float64, off, on metrics.Interval) {
	wins := r.pipe.prob.Judge.Better.Better(offlineQuality, onlineQuality)
	switch {
	case wins && off.Mean < on.Mean:
		r.rep.Headline = fmt.Sprintf("One ranker wins offline on logged clicks (%s against %s) and loses to the other online: revenue %s against %s", report.Num(offlineQuality), report.Num(onlineQuality), signed(off.Mean), signed(on.Mean))
	case wins:
		r.rep.Headline = fmt.Sprintf("The ranker that wins offline on logged clicks also wins online here: revenue %s against %s", signed(off.Mean), signed(on.Mean))
	default:
		r.rep.Headline = fmt.Sprintf("The ranker that learned logged clicks doesn't win even offline here (%s against %s); revenue %s against %s", report.Num(offlineQuality), report.Num(onlineQuality), signed(off.Mean), signed(on.Mean))
	}
}

// power says how long a test must be for smaller and larger lifts.
func (r *run) power(rate float64) {
	b := report.Block{Kind: report.Table, Title: "Requests an arm needed, 80% power at 5%", Columns: []string{"relative lift", "requests an arm", "days at this traffic"}}
	for _, lift := range []float64{0.01, 0.02, 0.05, 0.1, 0.2} {
		n := metrics.QueriesPerArm(rate, lift, 0.05, 0.8)
		if math.IsNaN(n) {
			continue
		}
		b.Rows = append(b.Rows, report.Row{report.Text(signed(lift)), report.Count(int(n)), report.Num(n / float64(r.set.traffic))})
	}
	n := metrics.QueriesPerArm(rate, 0.05, 0.05, 0.8)
	b.Alt = fmt.Sprintf("At a success rate of %s, seeing a lift of 5%% takes %s requests an arm.", share(rate), thousands(int(n)))
	r.block(b)
}

// peekingTests is how many tests without a difference are simulated.
const peekingTests = 4000

// peeking shows what looking every day does to a test in which nothing differs.
func (r *run) peeking(ctx context.Context) error {
	i := metrics.PeekingFalsePositive(ctx, r.set.days, 0.05, peekingTests, r.seed("peeking"))
	r.interval("peeking_false_positive", i)
	r.note("Peeking", fmt.Sprintf("Looking every day makes %s of tests without a difference end as significant, instead of 5%%.", share(i.Mean)), fmt.Sprintf("Looked at every day for %d days and stopped at the first significant one, %s of tests without any difference end as a win or a loss, instead of 5%%.", r.set.days, share(i.Mean)))
	return ctx.Err()
}

// percents writes a lift with its interval.
func percents(i metrics.Interval) string {
	return report.Number{Value: 100 * i.Mean, Unit: "%", Signed: true}.Within(100*i.Lo, 100*i.Hi).String()
}
