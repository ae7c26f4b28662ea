package lab

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
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

// Words for numbers in sentences.

func share(v float64) string { return fmt.Sprintf("%.1f%%", 100*v) }

// signed is a relative change: +5.6%.
func signed(v float64) string { return fmt.Sprintf("%+.1f%%", 100*v) }

// ms writes milliseconds with two or three digits that mean something: 0.0021 ms, 0.14 ms, 1.9 ms, 208 ms, 12 s.
func ms(v float64) string {
	switch a := math.Abs(v); {
	case a >= 9950:
		return fmt.Sprintf("%s s", thousands(int(math.Round(v/1000))))
	case a >= 99.5:
		return fmt.Sprintf("%.0f ms", v)
	case a >= 0.995:
		return fmt.Sprintf("%.1f ms", v)
	case a >= 0.0995 || a < 1e-6:
		return fmt.Sprintf("%.2f ms", v)
	default:
		return fmt.Sprintf("%.*f ms", 1-int(math.Floor(math.Log10(a))), v)
	}
}

// thousands writes a count with commas.
func thousands(n int) string {
	if n < 0 {
		return "-" + thousands(-n)
	}
	s := fmt.Sprint(n)
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), ",")
}

// between writes an interval: 0.742 (0.731 to 0.753).
func between(i metrics.Interval) string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", i.Mean, i.Lo, i.Hi)
}

// andList joins words: a, b and c.
func andList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
