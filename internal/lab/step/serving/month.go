package serving

import (
	"context"
	"fmt"
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

// The simulated month: requests are as before until driftStart, then move in even steps to the drift in force.
const (
	monthDays   = 28
	driftStart  = 7
	driftLevels = 3
	daySample   = 120  // requests looked at a day
	psiBins     = 10   // quantiles of the time before
	psiAlarm    = 0.25 // a large change (Siddiqi 2006)
	quietMonths = 4    // simulated without drift, to count false alarms
)

// month lets the requests move and watches: features by day, alarms, quality before, after and retrained.
func (r run) month(ctx context.Context) error {
	levels, err := r.levels(ctx)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(r.Seed("month"), 1))
	before := levels[0].watched
	names := watchedNames(r.Pipeline)
	var days []float64
	for day := range monthDays {
		days = append(days, largestPSI(before, sampleDay(levels[levelOf(day)].watched, rng)))
	}
	alarm := slices.IndexFunc(days[driftStart:], func(v float64) bool { return v > psiAlarm })
	quiet, falseAlarms := quietMonths*monthDays, 0
	for i := range quiet {
		if i%16 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if largestPSI(before, sampleDay(before, rng)) > psiAlarm {
			falseAlarms++
		}
	}
	r.Metric("false_alarms_per_month", float64(falseAlarms)/quietMonths)
	if alarm >= 0 {
		r.Metric("alarm_delay_days", float64(alarm+1))
	} else {
		r.Miss("alarm_delay_days", fmt.Sprintf("no alarm in the %d days in which the requests moved", monthDays-driftStart))
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
		r.Progress.Report("days of moved requests", i+1, len(out))
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
	type moved struct {
		name       string
		psi, ks, p float64
	}
	var all []moved
	for f, name := range names {
		d, p := metrics.KS(before[f], after[f])
		all = append(all, moved{name, metrics.PSI(before[f], after[f], psiBins), d, p})
	}
	slices.SortStableFunc(all, func(a, b moved) int {
		switch {
		case a.psi > b.psi:
			return -1
		case a.psi < b.psi:
			return 1
		}
		return 0
	})
	b := report.Block{Kind: report.Table, Title: "What moved, by the end of the month", Columns: []string{"feature", "PSI", "KS distance", "KS p"}}
	largest := 0.0
	for i, m := range all {
		largest = max(largest, m.ks)
		if i < 8 {
			b.Rows = append(b.Rows, report.Row{report.ID(m.name), report.Num(m.psi), report.Num(m.ks), report.Num(m.p)})
		}
	}
	r.Metric("psi_max", all[0].psi)
	r.Metric("ks_max", largest)
	b.Alt = fmt.Sprintf("%s moved most, with a PSI of %s and a KS distance of %s.", all[0].name, report.Num(all[0].psi), report.Num(all[0].ks))
	r.Block(b)
}

func (r run) daysBlock(days []float64) {
	b := report.Block{
		Kind: report.Lines, Title: "Largest PSI by day", XLabel: "day", YLabel: "PSI above chance",
		Series: []report.Series{{Name: "largest PSI", X: measure.UpTo(monthDays), Y: days}, {Name: "alarm", X: []float64{1, monthDays}, Y: []float64{psiAlarm, psiAlarm}}},
	}
	delay := "no alarm rings"
	if v, ok := r.Report.Metrics["alarm_delay_days"]; ok {
		delay = fmt.Sprintf("the alarm rings on the %s day of it", report.Ordinal(int(v)))
	}
	b.Alt = fmt.Sprintf("Requests begin to move on day %d; %s, at the price of %s false alarms a month.", driftStart+1, delay, report.Num(r.Report.Metrics["false_alarms_per_month"]))
	r.Block(b)
}

// afterwards compares quality before, after, and with the ranker trained again on moved requests, and says what a canary
// would have needed.
func (r run) afterwards(ctx context.Context, after level, alarm int) error {
	moved := after.quality.Interval(ctx, measure.Resamples, r.Seed("drifted"))
	r.Interval("quality_drifted", moved)
	rows := []report.Row{{report.Text("before"), r.Reported("quality")}, {report.Text("moved, old models"), measure.Number(moved)}}
	words := fmt.Sprintf("Quality is %s before and %s on moved requests", report.Num(r.Report.Metrics["quality"]), report.Num(moved.Mean))
	if r.Pipeline.Model != nil {
		again, err := r.retrained(ctx)
		if err != nil {
			return err
		}
		i := again.Interval(ctx, measure.Resamples, r.Seed("retrained"))
		r.Interval("quality_retrained", i)
		rows = append(rows, report.Row{report.Text("moved, all trained again"), measure.Number(i)})
		words += fmt.Sprintf("; encoder, index and ranker trained again on moved requests bring it to %s", report.Num(i.Mean))
	} else {
		r.Miss("quality_retrained", "there is no ranker to train again")
	}
	r.Block(report.Block{Kind: report.Bars, Title: "Quality before and after", Unit: r.Report.Setup.Quality, Rows: rows, Alt: words + "."})
	r.canary(after.quality)
	when := "and no alarm rings"
	if alarm >= 0 {
		when = fmt.Sprintf("and the alarm rings on the %s day", report.Ordinal(alarm+1))
	}
	r.Report.Headline = fmt.Sprintf("At %s of capacity a request's p99 is %s; when the requests move, quality goes from %s to %s %s",
		report.Share(r.Settings.Load), measure.MS(r.Report.Timings["sim_p99_ms"]), report.Num(r.Report.Metrics["quality"]), report.Num(moved.Mean), when)
	return nil
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
		r.Note("Canary and rollback", "A canary would have had nothing to see.", fmt.Sprintf("Quality didn't fall: it was %s and is %s.", report.Num(was), report.Num(is)))
		return
	}
	n := metrics.UnitsToSee(drop, s)
	r.Metric("canary_requests", n)
	r.Note("Canary and rollback", fmt.Sprintf("A canary shows this loss after about %s judged requests on each side.", report.Count(int(math.Ceil(n)))), fmt.Sprintf("A loss of %s with a spread of %s between requests shows in a canary after about %s judged requests on each side (two means, 80%% power at 5%%). Rolling back is moving an alias to the encoder, index and ranker of one version, together.", report.Num(drop), report.Num(s), report.Count(int(math.Ceil(n)))))
}
