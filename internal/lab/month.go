package lab

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

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
func (r *run) month(ctx context.Context) error {
	levels, err := r.levels(ctx)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(r.seed("month"), 1))
	before := levels[0].watched
	names := r.watchedNames()
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
	r.metric("false_alarms_per_month", float64(falseAlarms)/quietMonths)
	if alarm >= 0 {
		r.metric("alarm_delay_days", float64(alarm+1))
	} else {
		r.miss("alarm_delay_days", fmt.Sprintf("no alarm in the %d days in which the requests moved", monthDays-driftStart))
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

// level is the pipeline facing requests that have moved so far, and what is watched of each request.
type level struct {
	pipe    *pipeline
	watched [][]float64 // by feature, then request
	quality metrics.Judged
}

// levels faces the pipeline with the steps of the drift; step 0 is as it was.
func (r *run) levels(ctx context.Context) ([]level, error) {
	type key struct {
		model modelKey
		index indexKey
		asked requestsKey
		fault string
		k     int
	}
	index := r.pipe.key.index
	index.stale = r.pipe.fault == staleIndex
	out := make([]level, driftLevels+1)
	for i := range out {
		asked := requestsKey{vectors: r.pipe.key.index.vectors, strength: r.set.drift * float64(i) / driftLevels, mismatch: r.pipe.fault == encoderMismatch}
		p, err := r.lab.facing(ctx, r.pipe, asked, r.tell)
		if err != nil {
			return nil, err
		}
		if out[i], err = once(ctx, r.lab.cache, key{p.key, index, asked, p.fault, r.set.k}, func(ctx context.Context) (level, error) { return r.watch(ctx, p) }); err != nil {
			return nil, err
		}
		r.tell.say("days of moved requests", i+1, len(out))
	}
	return out, nil
}

// watch runs the requests and keeps what a monitor would log: the features of the first candidate, the mean and the
// spread of the input, and stage one's best score.
func (r *run) watch(ctx context.Context, p *pipeline) (level, error) {
	n := len(p.requests.queries)
	names := r.watchedNames()
	l := level{pipe: p, watched: make([][]float64, len(names)), quality: metrics.Judged{Judge: &p.prob.Judge, Outcomes: make([]problem.Outcome, n)}}
	for f := range l.watched {
		l.watched[f] = make([]float64, n)
	}
	width := 0
	if p.features != nil {
		width = len(p.features.Columns())
	}
	err := each(ctx, n, r.lab.workers, func(i int) error {
		q := p.requests.queries[i]
		cands, err := p.index.Retrieve(ctx, q, p.set.k, nil)
		if err != nil || len(cands) == 0 {
			return err
		}
		at := 0
		put := func(v float64) { l.watched[at][i] = v; at++ }
		put(float64(cands[0].Score))
		if x := p.requests.inputs[i]; x != nil {
			m, s := metrics.MeanStd(x)
			put(m)
			put(s)
		}
		row := make([]float32, width)
		if width > 0 {
			p.features.Fill(&q, cands[0], row)
		}
		for _, v := range row {
			if v != v {
				v = -1 // missing, as a value of its own
			}
			put(float64(v))
		}
		err = p.ranker.Rank(ctx, q, cands)
		l.quality.Outcomes[i] = p.judge(i, cands)
		return err
	})
	return l, err
}

func (r *run) watchedNames() []string {
	names := []string{"stage one's best score"}
	if r.pipe.prob.Inputs != nil {
		names = append(names, "mean of the input", "spread of the input")
	}
	if r.pipe.features != nil {
		names = append(names, r.pipe.features.Columns()...)
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
func (r *run) drifts(names []string, before, after [][]float64) {
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
	r.metric("psi_max", all[0].psi)
	r.metric("ks_max", largest)
	b.Alt = fmt.Sprintf("%s moved most, with a PSI of %s and a KS distance of %s.", all[0].name, report.Num(all[0].psi), report.Num(all[0].ks))
	r.block(b)
}

func (r *run) daysBlock(days []float64) {
	b := report.Block{
		Kind: report.Lines, Title: "Largest PSI by day", XLabel: "day", YLabel: "PSI above chance",
		Series: []report.Series{{Name: "largest PSI", X: upTo(monthDays), Y: days}, {Name: "alarm", X: []float64{1, monthDays}, Y: []float64{psiAlarm, psiAlarm}}},
	}
	delay := "no alarm rings"
	if v, ok := r.rep.Metrics["alarm_delay_days"]; ok {
		delay = fmt.Sprintf("the alarm rings on the %s day of it", report.Ordinal(int(v)))
	}
	b.Alt = fmt.Sprintf("Requests begin to move on day %d; %s, at the price of %s false alarms a month.", driftStart+1, delay, report.Num(r.rep.Metrics["false_alarms_per_month"]))
	r.block(b)
}

// afterwards compares quality before, after, and with the ranker trained again on moved requests, and says what a canary
// would have needed.
func (r *run) afterwards(ctx context.Context, after level, alarm int) error {
	moved := after.quality.Interval(ctx, resamples, r.seed("drifted"))
	r.interval("quality_drifted", moved)
	rows := []report.Row{{report.Text("before"), r.reported("quality")}, {report.Text("moved, old models"), withBounds(moved)}}
	words := fmt.Sprintf("Quality is %s before and %s on moved requests", report.Num(r.rep.Metrics["quality"]), report.Num(moved.Mean))
	if r.pipe.model != nil {
		again, err := r.retrained(ctx, after.pipe)
		if err != nil {
			return err
		}
		i := again.Interval(ctx, resamples, r.seed("retrained"))
		r.interval("quality_retrained", i)
		rows = append(rows, report.Row{report.Text("moved, all trained again"), withBounds(i)})
		words += fmt.Sprintf("; encoder, index and ranker trained again on moved requests bring it to %s", report.Num(i.Mean))
	} else {
		r.miss("quality_retrained", "there is no ranker to train again")
	}
	r.block(report.Block{Kind: report.Bars, Title: "Quality before and after", Unit: r.rep.Setup.Quality, Rows: rows, Alt: words + "."})
	r.canary(after.quality)
	when := "and no alarm rings"
	if alarm >= 0 {
		when = fmt.Sprintf("and the alarm rings on the %s day", report.Ordinal(alarm+1))
	}
	r.rep.Headline = fmt.Sprintf("At %s of capacity a request's p99 is %s; when the requests move, quality goes from %s to %s %s",
		share(r.set.load), ms(r.rep.Timings["sim_p99_ms"]), report.Num(r.rep.Metrics["quality"]), report.Num(moved.Mean), when)
	return nil
}

// retrained trains the whole pipeline again on moved past requests, encoder, index and ranker, and faces it with the
// moved requests.
func (r *run) retrained(ctx context.Context, p *pipeline) (metrics.Judged, error) {
	type key struct {
		model    modelKey
		strength float64
	}
	qualities, err := once(ctx, r.lab.cache, key{p.key, r.set.drift}, func(ctx context.Context) (metrics.Judged, error) {
		again, err := r.lab.trainOn(ctx, p, p.prob, r.tell)
		if err != nil {
			return metrics.Judged{}, err
		}
		l, err := r.watch(ctx, again)
		return l.quality, err
	})
	return qualities, err
}

// canary says how many judged requests a canary needs to see the loss that happened here: two means, 80% power at 5%.
func (r *run) canary(after metrics.Judged) {
	judge := after.Judge
	was, is := r.m.quality.Quality(), after.Quality()
	drop := judge.Better.Gain(was, is)
	if judge.Over != nil {
		r.miss("canary_requests", judge.Label+" isn't a mean over requests, so that its spread between requests isn't known")
		return
	}
	_, s := metrics.MeanStd(r.m.quality.Values())
	if drop <= 0 {
		r.note("Canary and rollback", "A canary would have had nothing to see.", fmt.Sprintf("Quality didn't fall: it was %s and is %s.", report.Num(was), report.Num(is)))
		return
	}
	n := metrics.UnitsToSee(drop, s)
	r.metric("canary_requests", n)
	r.note("Canary and rollback", fmt.Sprintf("A canary shows this loss after about %s judged requests on each side.", thousands(int(math.Ceil(n)))), fmt.Sprintf("A loss of %s with a spread of %s between requests shows in a canary after about %s judged requests on each side (two means, 80%% power at 5%%). Rolling back is moving an alias to the encoder, index and ranker of one version, together.", report.Num(drop), report.Num(s), thousands(int(math.Ceil(n)))))
}
