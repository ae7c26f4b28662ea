package author

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// seeds are those that a claim must hold over.
func seeds() []int64 { return []int64{1, 2, 3, 4, 5} }

// timingRuns is how many runs the median of a timing is taken over.
const timingRuns = 5

// settings are what a run sets over the demo: knobs, and a fault.
type settings = map[string]string

// run is one run of the lab: a step's experiment under a configuration, or without a step what every step reports.
type run struct {
	step framework.StepID
	cfg  catalog.Config
	key  string // equal for runs that give the same metrics
}

// outcome is what a run reports.
type outcome struct {
	metrics, timings map[string]float64
	missing          []report.Missing
	err              error
}

// runs runs the lab for all claims of a case. The runs that repeat are planned first, run several at a time and kept; a timing
// is measured when it is asked for, with nothing beside it.
type runs struct {
	ctx      context.Context
	lab      Lab
	base     catalog.Config // the demo at the first seed
	progress func(report.Progress)

	planned []run
	mu      sync.Mutex // over done
	done    map[string]outcome
}

// at is the run of a step under settings at a seed that yields a metric. Where every step reports the metric, no experiment is
// needed, which takes most of the time of most runs; the demo's own run of the step is done anyway.
func (r *runs) at(step framework.StepID, set settings, seed int64, metric string) (run, error) {
	if len(set) > 0 && ofEveryStep(metric) && changesPipeline(set) {
		step = ""
	}
	cfg := r.base
	cfg.Seed = seed
	cfg, err := cfg.Under(set)
	if err != nil {
		return run{}, err
	}
	key, err := cfg.RunKey(step)
	return run{step: step, cfg: cfg, key: key}, err
}

func ofEveryStep(metric string) bool {
	m, known := catalog.MetricByID(metric)
	return known && len(m.Steps) == 0 && m.ID == metric
}

// changesPipeline reports whether settings are of the pipeline alone, which every step runs.
func changesPipeline(set settings) bool {
	for knob := range set {
		if k, _ := catalog.KnobByID(knob); !k.Pipeline && knob != casestudies.FaultSetting {
			return false
		}
	}
	return true
}

// plan adds the runs of a step under settings at some seeds, for a metric, to those to do.
func (r *runs) plan(step framework.StepID, set settings, metric string, at ...int64) {
	for _, seed := range at {
		next, err := r.at(step, set, seed, metric)
		same := func(p run) bool { return p.key == next.key }
		if err == nil && !slices.ContainsFunc(r.planned, same) { // an error is reported by the claim that asks for the number
			r.planned = append(r.planned, next)
		}
	}
}

// do runs what is planned, in the order of the seeds so that what the runs share is built once, on every processor.
func (r *runs) do() {
	slices.SortStableFunc(r.planned, func(a, b run) int { return int(a.cfg.Seed - b.cfg.Seed) })
	next := make(chan run)
	var workers sync.WaitGroup
	finished := 0
	for range min(runtime.GOMAXPROCS(0), len(r.planned)) {
		workers.Go(func() {
			for p := range next {
				out := r.once(p)
				r.mu.Lock()
				r.done[p.key] = out
				finished++
				what := fmt.Sprintf("%s, seed %d", cmp.Or(string(p.step), "both stages"), p.cfg.Seed)
				r.progress(report.Progress{What: what, Done: finished, Of: len(r.planned)})
				r.mu.Unlock()
			}
		})
	}
	for _, p := range r.planned {
		if r.ctx.Err() != nil {
			break
		}
		next <- p
	}
	close(next)
	workers.Wait()
}

// once runs the lab and keeps the numbers of its report.
func (r *runs) once(p run) outcome {
	var step *report.Step
	var err error
	if p.step == "" {
		step, err = r.lab.Measure(r.ctx, p.cfg, func(report.Progress) {})
	} else {
		step, err = r.lab.Run(r.ctx, p.cfg, p.step, func(report.Progress) {})
	}
	if err != nil {
		return outcome{err: err}
	}
	return outcome{metrics: step.Metrics, timings: step.Timings, missing: step.Missing}
}

// number is a metric of a step under settings at a seed.
func (r *runs) number(step framework.StepID, set settings, seed int64, metric string) (float64, error) {
	p, err := r.at(step, set, seed, metric)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	out, ok := r.done[p.key]
	r.mu.Unlock()
	if !ok {
		out = r.once(p)
		r.mu.Lock()
		r.done[p.key] = out
		r.mu.Unlock()
	}
	return out.number(metric)
}

// number reads a metric or a timing.
func (o outcome) number(id string) (float64, error) {
	if o.err != nil {
		return 0, o.err
	}
	v, ok := o.metrics[id]
	if !ok {
		v, ok = o.timings[id]
	}
	if ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return v, nil
	}
	if ok {
		return 0, fmt.Errorf("%s is %v, which isn't a number", id, v)
	}
	base, _, _ := strings.Cut(id, ".")
	for _, m := range o.missing {
		if m.Metric == id || m.Metric == base {
			return 0, fmt.Errorf("%s is missing: %s", id, m.Why)
		}
	}
	return 0, fmt.Errorf("the report has no %s", id)
}

// isTiming reports whether a metric depends on the machine and its load.
func isTiming(metric string) bool {
	m, _ := catalog.MetricByID(metric)
	return m.Timing
}

// medians measures a timing at each of several settings, by the median of several runs at the first seed. The runs alternate
// between the settings, so a slow moment of the machine affects all of them.
func (r *runs) medians(step framework.StepID, metric string, sets []settings) ([]float64, error) {
	all := make([]run, len(sets))
	for i, set := range sets {
		p, err := r.at(step, set, seeds()[0], metric)
		if err != nil {
			return nil, err
		}
		all[i] = p
	}
	values := make([][]float64, len(sets))
	for range timingRuns {
		for i, p := range all {
			out := r.once(p)
			v, err := out.number(metric)
			if err != nil {
				return nil, err
			}
			values[i] = append(values[i], v)
		}
	}
	medians := make([]float64, len(sets))
	for i, v := range values {
		slices.Sort(v)
		medians[i] = v[len(v)/2]
	}
	return medians, nil
}

// side is one side of a comparison: a metric under settings.
type side struct {
	metric string
	set    settings
}

// difference is by how much a exceeds b: the mean over the seeds, with the interval of the paired differences.
type difference struct {
	a, b   float64 // means, or medians of a timing
	by     metrics.Interval
	timing bool
}

// compare compares two sides of a step over the seeds, or two timings by their medians.
func (r *runs) compare(step framework.StepID, a, b side) (difference, error) {
	if isTiming(a.metric) {
		return r.compareTimes(step, a, b)
	}
	var as, bs, by []float64
	for _, seed := range seeds() {
		x, err := r.number(step, a.set, seed, a.metric)
		if err != nil {
			return difference{}, fmt.Errorf("seed %d: %w", seed, err)
		}
		y, err := r.number(step, b.set, seed, b.metric)
		if err != nil {
			return difference{}, fmt.Errorf("seed %d: %w", seed, err)
		}
		as, bs, by = append(as, x), append(bs, y), append(by, x-y)
	}
	return difference{a: metrics.Mean(as), b: metrics.Mean(bs), by: metrics.MeanInterval(by)}, nil
}

// compareTimes compares medians. A ratio under leastRatio is the load of the machine.
func (r *runs) compareTimes(step framework.StepID, a, b side) (difference, error) {
	if a.metric != b.metric && !maps.Equal(a.set, b.set) {
		return difference{}, errors.New("two timings under different settings can't be compared")
	}
	var v []float64
	var err error
	if a.metric == b.metric {
		v, err = r.medians(step, a.metric, []settings{a.set, b.set})
	} else {
		var x, y []float64
		if x, err = r.medians(step, a.metric, []settings{a.set}); err == nil {
			y, err = r.medians(step, b.metric, []settings{b.set})
		}
		v = append(x, y...)
	}
	if err != nil {
		return difference{}, err
	}
	d := difference{a: v[0], b: v[1], timing: true, by: metrics.Interval{Mean: v[0] - v[1]}}
	if min(v[0], v[1]) > 0 && max(v[0], v[1])/min(v[0], v[1]) < leastRatio {
		d.by.Mean = 0
	}
	d.by.Lo, d.by.Hi = d.by.Mean, d.by.Mean
	return d, nil
}

// leastRatio is the ratio of two medians from which a timing counts as different, and not as moved by the load of the machine.
const leastRatio = 1.1

func (d difference) String() string {
	if d.timing {
		return fmt.Sprintf("%s against %s, medians of %d runs", short(d.a), short(d.b), timingRuns)
	}
	return fmt.Sprintf("%s against %s on average over %d seeds, a difference of %s (%s to %s)",
		short(d.a), short(d.b), len(seeds()), short(d.by.Mean), short(d.by.Lo), short(d.by.Hi))
}
