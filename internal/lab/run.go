package lab

import (
	"maps"
	"math"
	"slices"
	"sync"

	"dryrun/framework"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// run is one experiment under way: its pipeline, and the report that it fills.
type run struct {
	lab  *Lab
	cfg  Config
	set  settings
	step framework.StepID
	pipe *pipeline
	m    *measured           // the pipeline over its test requests
	buf  []problem.Candidate // of the experiment, between requests
	rep  *report.Step
	tell *teller
}

// teller passes progress on, one call at a time.
type teller struct {
	mu sync.Mutex
	to func(report.Progress)
}

func (t *teller) say(what string, done, of int) {
	if t == nil || t.to == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to(report.Progress{What: what, Done: done, Of: of})
}

// metric reports a number that repeats for the seed.
func (r *run) metric(id string, v float64) { r.put(r.rep.Metrics, id, v) }

// timing reports a number that was measured in time or derives from one that was.
func (r *run) timing(id string, v float64) { r.put(r.rep.Timings, id, v) }

// put keeps a report's numbers finite: what can't be computed is missing, with the reason.
func (r *run) put(into map[string]float64, id string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		r.miss(id, "there is too little to compute it from")
		return
	}
	into[id] = v
}

// interval reports a number with its 95% interval.
func (r *run) interval(id string, i metrics.Interval) {
	r.metric(id, i.Mean)
	if !math.IsNaN(i.Lo) {
		r.metric(id+"_lo", i.Lo)
		r.metric(id+"_hi", i.Hi)
	}
}

// miss lists a metric as missing, once.
func (r *run) miss(id, why string) {
	for _, m := range r.rep.Missing {
		if m.Metric == id {
			return
		}
	}
	r.rep.Missing = append(r.rep.Missing, report.Missing{Metric: id, Why: why})
}

// missWorld lists the metrics that the problem itself says it can't support, as far as this step would yield them.
func (r *run) missWorld() {
	missing := r.pipe.prob.Missing
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		if Yields(r.cfg.World.Kind, r.step, id) {
			r.miss(id, missing[id])
		}
	}
}

func (r *run) block(b report.Block) { r.rep.Blocks = append(r.rep.Blocks, b) }

// note adds words; alt is their summary in one sentence.
func (r *run) note(title, alt, text string) {
	r.block(report.Block{Kind: report.Note, Title: title, Alt: alt, Text: text})
}

// seed is the source of an experiment's own randomness; what tells its uses apart.
func (r *run) seed(what string) uint64 { return seed.Of(r.cfg.Seed, what) }

// qualityName is the world's own measure as people write it.
func (r *run) qualityName() string { return report.Metric{ID: r.rep.Setup.Quality}.String() }

// reported is a metric that the report holds, with its interval.
func (r *run) reported(id string) report.Number {
	n := report.Num(r.rep.Metrics[id])
	if lo, ok := r.rep.Metrics[id+"_lo"]; ok {
		n = n.Within(lo, r.rep.Metrics[id+"_hi"])
	}
	return n
}

// Words for numbers in sentences. The rules of writing them are package report's.

func share(v float64) string { return report.Share(v).String() }

// signed is a relative change: +5.6%.
func signed(v float64) string { return report.Change(v).String() }

func ms(v float64) string { return report.Amount(v, "ms").String() }

func gigabytes(mb float64) string { return report.Amount(mb/1000, "GB").String() }

// thousands writes a count with commas.
func thousands(n int) string { return report.Count(n).String() }

// withBounds is a mean with its interval.
func withBounds(i metrics.Interval) report.Number { return report.Interval(i.Mean, i.Lo, i.Hi) }

// between writes an interval: 0.742 (0.731 to 0.753).
func between(i metrics.Interval) string { return withBounds(i).String() }

// bounds is the interval alone, for a column of its own.
func bounds(i metrics.Interval) report.Text { return report.Text(withBounds(i).Bounds()) }

// paired writes a difference with its interval: +0.012 (+0.003 to +0.021).
func paired(i metrics.Interval) string { return report.Difference(i.Mean).Within(i.Lo, i.Hi).String() }

func andList(words []string) string { return report.Join(words) }
