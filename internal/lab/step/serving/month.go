package serving

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// The simulated month: requests are as before until driftStart, then drift in even steps as far as the knob drift says.
const (
	monthDays   = 28
	driftStart  = 7
	driftLevels = 3
	daySample   = 120  // requests looked at a day
	psiBins     = 10   // quantiles of the time before
	psiAlarm    = 0.25 // a large change (Siddiqi 2006)
	quietMonths = 4    // simulated without drift, to count false alarms
)

// month lets the requests drift and watches: features by day, alarms, quality before, after and retrained.
func (r run) month(ctx context.Context) error {
	levels, err := r.levels(ctx)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(r.Seed("month"), 1))
	before := levels[0].watched
	names := watchedNames(r.Pipeline)
	known := half(before, 0) // what the alarm compares with; no day is drawn from the same requests
	var days []float64
	for day := range monthDays {
		days = append(days, largestPSI(known, sampleDay(half(levels[levelOf(day)].watched, 1), rng)))
	}
	alarm := slices.IndexFunc(days[driftStart:], func(v float64) bool { return v > psiAlarm })
	quiet, falseAlarms := quietMonths*monthDays, 0
	for i := range quiet {
		if i%16 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if largestPSI(known, sampleDay(half(before, 1), rng)) > psiAlarm {
			falseAlarms++
		}
	}
	r.Metric("false_alarms_per_month", float64(falseAlarms)/quietMonths)
	if alarm >= 0 {
		r.Metric("alarm_delay_days", float64(alarm+1))
	} else {
		r.Miss("alarm_delay_days", noAlarm())
	}
	after := levels[driftLevels]
	r.drifts(names, before, after.watched)
	r.daysBlock(days)
	return r.afterwards(ctx, after, alarm)
}

// levelOf is the step of drift that a day's requests come from.
func levelOf(day int) int {
	if day < driftStart {
		return 0
	}
	return min(1+(day-driftStart)*driftLevels/(monthDays-driftStart), driftLevels)
}

// level is what is watched of each request at one step of the drift, and how good the answers are.
type level struct {
	watched [][]float64 // by feature, then request
	quality metrics.Judged
}

// Bytes is the memory of what is watched.
func (l level) Bytes() int64 {
	total := 40 * int64(len(l.quality.Outcomes))
	for _, values := range l.watched {
		total += 8 * int64(len(values))
	}
	return total
}

// levelStage watches a pipeline's answers.
func levelStage() build.Stage[level] {
	return build.Stage[level]{
		Name: "serving: watched requests", Needs: build.PipelineFields,
		Build: func(ctx context.Context, b *build.Builder, s build.Scenario) (level, error) {
			p, err := b.Pipeline(ctx, s)
			if err != nil {
				return level{}, err
			}
			return watch(ctx, b, p)
		},
	}
}

// levels answers requests at each step of the drift; step 0 is as it was.
func (r run) levels(ctx context.Context) ([]level, error) {
	out := make([]level, driftLevels+1)
	for i := range out {
		s := r.Pipeline.Scenario
		s.Drift = r.Settings.Drift * float64(i) / driftLevels
		var err error
		if out[i], err = build.Get(ctx, r.Builder, levelStage(), s); err != nil {
			return nil, err
		}
		r.Progress.Report("days of drifted requests", i+1, len(out))
	}
	return out, nil
}

// retrainedStage answers drifted requests by a pipeline that learned from drifted requests: encoder, index and ranker. They are
// measured once, and only what they answered is kept.
func retrainedStage() build.Stage[level] {
	return build.Stage[level]{
		Name: "serving: trained again", Needs: build.PipelineFields,
		Build: func(ctx context.Context, b *build.Builder, s build.Scenario) (level, error) {
			b = b.Passing()
			p, err := b.Pipeline(ctx, s)
			if err != nil {
				return level{}, err
			}
			return watch(ctx, b, p)
		},
	}
}

// watch answers the requests and keeps what a monitor would log: the features of the first candidate, the mean and the
// deviation of the input, and stage one's best score.
func watch(ctx context.Context, b *build.Builder, p *build.Pipeline) (level, error) {
	n, width := len(p.Requests.Queries), 0
	if p.Features != nil {
		width = len(p.Features.Columns())
	}
	l := level{watched: make([][]float64, len(watchedNames(p))), quality: p.Judged(nil)}
	l.quality.Outcomes = make([]problem.Outcome, n)
	for f := range l.watched {
		l.watched[f] = make([]float64, n)
	}
	err := b.Each(ctx, n, func(i int) error {
		q := p.Requests.Queries[i]
		cands, err := p.Index.Retrieve(ctx, q, p.Scenario.K, nil)
		if err != nil || len(cands) == 0 {
			return err
		}
		at := 0
		put := func(v float64) { l.watched[at][i] = v; at++ }
		put(float64(cands[0].Score))
		if x := p.Requests.Inputs[i]; x != nil {
			mean, std := metrics.MeanStd(x)
			put(mean)
			put(std)
		}
		row := make([]float32, width)
		if width > 0 {
			p.Features.Fill(&q, cands[0], row)
		}
		for _, v := range row {
			if v != v {
				v = -1 // missing, as a value of its own
			}
			put(float64(v))
		}
		err = p.Ranker.Rank(ctx, q, cands)
		l.quality.Outcomes[i] = p.Judge(i, cands)
		return err
	})
	return l, err
}

func watchedNames(p *build.Pipeline) []string {
	names := []string{"stage one's best score"}
	if p.Problem.Inputs != nil {
		names = append(names, "mean of the input", "spread of the input")
	}
	if p.Features != nil {
		names = append(names, p.Features.Columns()...)
	}
	return names
}

// half is every second request, from the first or from the second on.
func half(watched [][]float64, from int) [][]float64 {
	out := make([][]float64, len(watched))
	for f, values := range watched {
		for i := min(from, len(values)-1); i < len(values); i += 2 {
			out[f] = append(out[f], values[i])
		}
	}
	return out
}

// sampleDay draws a day's requests, with replacement.
func sampleDay(watched [][]float64, rng *rand.Rand) [][]float64 {
	out := make([][]float64, len(watched))
	n := len(watched[0])
	for f := range out {
		out[f] = make([]float64, min(daySample, n))
	}
	for j := range out[0] {
		i := rng.IntN(n)
		for f := range out {
			out[f][j] = watched[f][i]
		}
	}
	return out
}

// largestPSI is the largest PSI over features, less what as few requests show by chance: (bins − 1)·(1/n + 1/m).
func largestPSI(before, now [][]float64) float64 {
	chance := (psiBins - 1) * (1/float64(len(before[0])) + 1/float64(len(now[0])))
	most := 0.0
	for f := range before {
		most = max(most, metrics.PSI(before[f], now[f], psiBins)-chance)
	}
	return most
}

// drifts reports PSI and KS by feature at the end of the month.
func (r run) drifts(names []string, before, after [][]float64) {
	type change struct {
		name       string
		psi, ks, p float64
	}
	var all []change
	for f, name := range names {
		d, p := metrics.KS(before[f], after[f])
		all = append(all, change{name, metrics.PSI(before[f], after[f], psiBins), d, p})
	}
	slices.SortStableFunc(all, func(a, b change) int {
		switch {
		case a.psi > b.psi:
			return -1
		case a.psi < b.psi:
			return 1
		}
		return 0
	})
	b := report.Block{
		Kind: report.Table, Title: "What drifted by the end of the month",
		Columns: []string{"feature", "PSI", "KS distance", "KS p"},
	}
	largest := 0.0
	for i, m := range all {
		largest = max(largest, m.ks)
		if i < 8 {
			b.Rows = append(b.Rows, measure.Row(report.ID(m.name), m.psi, m.ks, m.p))
		}
	}
	r.Metric("psi_max", all[0].psi)
	r.Metric("ks_max", largest)
	b.Alt = movedAlt(all[0].name, all[0].psi, all[0].ks)
	r.Block(b)
}

// daysBlock shows the largest PSI of each day.
func (r run) daysBlock(days []float64) {
	r.Block(report.Block{
		Kind: report.Lines, Title: "Largest PSI by day", XLabel: "day", YLabel: "PSI above chance",
		Series: []report.Series{
			{Name: "largest PSI", X: measure.UpTo(monthDays), Y: days},
			{Name: "alarm", X: []float64{1, monthDays}, Y: []float64{psiAlarm, psiAlarm}},
		},
		Alt: daysAlt(r.Report.Metrics),
	})
}

// afterwards compares quality before, after, and with everything trained again on drifted requests, and says what a canary
// would have needed.
func (r run) afterwards(ctx context.Context, after level, alarm int) error {
	was := r.Results.Quality.Interval(ctx, measure.Resamples, r.Seed("quality"))
	drifted := after.quality.Interval(ctx, measure.Resamples, r.Seed("drifted"))
	r.Interval("quality_drifted", drifted)
	loss := apart(was, drifted)
	if r.Pipeline.Problem.Judge.Better == problem.Lower {
		loss = apart(drifted, was)
	}
	r.Interval("drift_loss", loss)
	rows := []report.Row{
		{report.Text("before"), r.Reported("quality")},
		{report.Text("drifted, old models"), measure.Number(drifted)},
	}
	alt := qualityAlt(was.Mean, drifted.Mean, loss)
	if r.Pipeline.Model != nil {
		again, err := r.retrained(ctx)
		if err != nil {
			return err
		}
		i := again.Interval(ctx, measure.Resamples, r.Seed("retrained"))
		r.Interval("quality_retrained", i)
		gain := again.Gain(ctx, after.quality, measure.Resamples, r.Seed("retrained")) // on the same drifted requests
		r.Interval("retrain_gain", gain)
		rows = append(rows, report.Row{report.Text("drifted, all trained again"), measure.Number(i)})
		alt += retrainedAlt(i.Mean, gain)
	} else {
		r.Miss("quality_retrained", "there is no ranker to train again")
		r.Miss("retrain_gain", "there is no ranker to train again")
	}
	r.Block(report.Block{Kind: report.Bars, Title: "Quality before and after", Unit: r.Report.Setup.Quality, Rows: rows, Alt: alt + "."})
	r.canary(after.quality)
	r.Report.Headline = monthHeadline(r.Settings.Load, r.Report.Timings["sim_p99_ms"], was.Mean, drifted.Mean, loss, alarm)
	return nil
}

// apart is the difference of two means of different requests, with an interval from theirs: the half widths of independent
// intervals add up by their squares.
func apart(a, b metrics.Interval) metrics.Interval {
	d := a.Mean - b.Mean
	down, up := math.Hypot(a.Mean-a.Lo, b.Hi-b.Mean), math.Hypot(a.Hi-a.Mean, b.Mean-b.Lo)
	return metrics.Interval{Mean: d, Lo: d - down, Hi: d + up}
}

// retrained is the quality of the whole pipeline, encoder, index and ranker, trained again on drifted past requests, on the
// drifted requests. What is built anew has neither a stale index nor another encoder.
func (r run) retrained(ctx context.Context) (metrics.Judged, error) {
	s := r.Pipeline.Scenario.WithoutFault(fault.AtIndex | fault.AtEncode)
	s.LearnedDrift, s.Drift = r.Settings.Drift, r.Settings.Drift
	l, err := build.Get(ctx, r.Builder, retrainedStage(), s)
	return l.quality, err
}

// canary says how many judged requests a canary needs to see the loss that happened here: two means, 80% power at 5%.
func (r run) canary(after metrics.Judged) {
	judge := after.Judge
	was, is := r.Results.Quality.Quality(), after.Quality()
	drop := judge.Better.Gain(was, is)
	if judge.Over != nil {
		r.Miss("canary_requests", judge.Label+" isn't a mean over requests, so that its spread between requests isn't known")
		return
	}
	_, s := metrics.MeanStd(r.Results.Quality.Values())
	if drop <= 0 {
		r.Note("Canary and rollback", "A canary would have had nothing to see.", noLoss(was, is))
		return
	}
	n := metrics.UnitsToSee(drop, s)
	r.Metric("canary_requests", n)
	r.Note("Canary and rollback", canaryAlt(n), canaryText(drop, s, n))
}
