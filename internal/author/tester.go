package author

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/report"
)

// timingRuns is how many runs the median of a timing is taken over.
const timingRuns = 5

// leastRatio is the ratio of two medians from which a timing counts as varying with a knob, and not with the load of the
// machine.
const leastRatio = 1.1

// seed is the seed of a test; faults are proved over several seeds.
const seed = 1

// Lab runs a step and proves a fault.
type Lab interface {
	Run(ctx context.Context, cfg catalog.Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error)
	Prove(ctx context.Context, cfg catalog.Config, fault string, seeds int, progress func(report.Progress)) (lab.Proof, error)
}

// tester checks the claims of a case. It runs a step with the same knobs once, except to compare timings.
type tester struct {
	ctx      context.Context
	c        *casestudies.Case
	lab      Lab
	progress func(report.Progress)
	base     catalog.Config
	done     map[string]*report.Step
	findings []casestudies.Finding
}

// Test checks by running that the lab of each step finishes and repeats, that the best decision isn't worse than the poor
// ones, that predictions are finite and vary with their knob, and that faults have their effect. The error is that of ctx; a
// run that fails is a finding.
func Test(ctx context.Context, c *casestudies.Case, l Lab, progress func(report.Progress)) ([]casestudies.Finding, error) {
	if progress == nil {
		progress = func(report.Progress) {}
	}
	base, err := catalog.FromCase(c, seed)
	if err != nil {
		return []casestudies.Finding{c.Finding("demo", "%v", err)}, nil
	}
	t := &tester{ctx: ctx, c: c, lab: l, progress: progress, base: base, done: map[string]*report.Step{}}
	for _, step := range framework.Steps() {
		if !t.repeats(step) {
			continue
		}
		for i, d := range c.Step(step.ID).Decide {
			if d.Knob != "" {
				t.decision(step.ID, fmt.Sprintf("%s.decide[%d]", fieldOf(step.ID), i), d)
			}
		}
		for i, p := range c.Step(step.ID).Lab.Predict {
			t.prediction(step.ID, fmt.Sprintf("%s.lab.predict[%d]", fieldOf(step.ID), i), p)
		}
	}
	t.faults()
	casestudies.SortFindings(t.findings)
	return t.findings, ctx.Err()
}

func (t *tester) bad(field, format string, args ...any) {
	if t.ctx.Err() == nil { // a run that was canceled says nothing about the case
		t.findings = append(t.findings, t.c.Finding(field, format, args...))
	}
}

// run runs a step; what names the purpose in its progress.
func (t *tester) run(cfg catalog.Config, step framework.StepID, what string) (*report.Step, error) {
	return t.lab.Run(t.ctx, cfg, step, func(p report.Progress) {
		p.What = what + ": " + p.What
		t.progress(p)
	})
}

// report runs a step with knobs on top of the demo's, or returns the report of an earlier run with the same knobs.
func (t *tester) report(step framework.StepID, knobs catalog.Knobs, what string) (*report.Step, error) {
	key := string(step)
	for _, id := range slices.Sorted(maps.Keys(knobs)) {
		key += "\x00" + id + "=" + knobs[id]
	}
	if r, ok := t.done[key]; ok {
		return r, nil
	}
	cfg, err := t.base.With(knobs)
	if err != nil {
		return nil, err
	}
	r, err := t.run(cfg, step, what)
	if err == nil {
		t.done[key] = r
	}
	return r, err
}

// repeats runs the lab of a step twice and compares the metrics.
func (t *tester) repeats(step framework.Step) bool {
	field := fieldOf(step.ID) + ".lab"
	first, err := t.report(step.ID, nil, step.Title)
	if err != nil {
		t.bad(field, "the lab doesn't finish: %v", err)
		return false
	}
	again, err := t.run(t.base, step.ID, step.Title+", again")
	if err != nil {
		t.bad(field, "the lab doesn't finish a second time: %v", err)
		return false
	}
	if len(first.Metrics) == 0 {
		t.bad(field, "the lab reports no metric that repeats")
	}
	for _, id := range slices.Sorted(maps.Keys(first.Metrics)) {
		if a, b := first.Metrics[id], again.Metrics[id]; a != b {
			t.bad(field, "the same seed gives %s = %v and then %v: metrics must repeat", id, a, b)
		}
	}
	if len(first.Metrics) != len(again.Metrics) {
		t.bad(field, "the same seed gives %d metrics and then %d", len(first.Metrics), len(again.Metrics))
	}
	return true
}

// number reads a metric or a timing from a report.
func number(r *report.Step, id string) (float64, error) {
	v, ok := r.Metrics[id]
	if !ok {
		v, ok = r.Timings[id]
	}
	if ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return v, nil
	}
	if ok {
		return 0, fmt.Errorf("%s is %v, which isn't a number", id, v)
	}
	base, _, _ := strings.Cut(id, ".")
	for _, m := range r.Missing {
		if m.Metric == id || m.Metric == base {
			return 0, fmt.Errorf("%s is missing: %s", id, m.Why)
		}
	}
	return 0, fmt.Errorf("the report has no %s", id)
}

// measure returns one number at each of several settings. A metric comes from one run; a timing is the median of several
// runs. They alternate between the settings, so a slow moment of the machine affects all of them.
func (t *tester) measure(step framework.StepID, metric string, settings []catalog.Knobs, what string) ([]float64, error) {
	out := make([]float64, len(settings))
	m, _ := catalog.MetricByID(metric)
	if !m.Timing {
		for i, knobs := range settings {
			r, err := t.report(step, knobs, what)
			if err != nil {
				return nil, err
			}
			if out[i], err = number(r, metric); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	runs := make([][]float64, len(settings))
	for range timingRuns {
		for i, knobs := range settings {
			cfg, err := t.base.With(knobs)
			if err != nil {
				return nil, err
			}
			r, err := t.run(cfg, step, what)
			if err != nil {
				return nil, err
			}
			v, err := number(r, metric)
			if err != nil {
				return nil, err
			}
			runs[i] = append(runs[i], v)
		}
	}
	for i := range runs {
		slices.Sort(runs[i])
		out[i] = runs[i][len(runs[i])/2]
	}
	return out, nil
}

// decision checks that in the lab the best option isn't worse than any poor one.
func (t *tester) decision(step framework.StepID, field string, d casestudies.Decision) {
	m, known := catalog.MetricByID(d.Metric)
	if !known || m.Direction == catalog.Neither {
		t.bad(field+".metric", "the metric %q can't judge a choice", d.Metric)
		return
	}
	options := []string{d.Options.Best()}
	for _, o := range d.Options {
		if o.Verdict == casestudies.Poor {
			options = append(options, o.ID)
		}
	}
	settings := make([]catalog.Knobs, len(options))
	for i, o := range options {
		settings[i] = catalog.Knobs{d.Knob: o}
	}
	values, err := t.measure(step, d.Metric, settings, "decision "+d.ID)
	if err != nil {
		t.bad(field, "measuring decision %s in the lab fails: %v", d.ID, err)
		return
	}
	for i := 1; i < len(options); i++ {
		worse := values[0] < values[i]
		if m.Direction == catalog.Lower {
			worse = values[0] > values[i]
		}
		if worse {
			t.bad(field, "the best option is worse than a poor one by its own metric: %s is %s with %s = %s and %s with %s (%s is better)",
				d.Metric, short(values[0]), d.Knob, options[0], short(values[i]), options[i], m.Direction)
		}
	}
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// prediction checks that the lab reports the number at the setting of the question, and that it varies with the knob that
// the answer depends on.
func (t *tester) prediction(step framework.StepID, field string, p casestudies.Prediction) {
	asked := catalog.Knobs(maps.Clone(p.Set))
	if asked == nil {
		asked = catalog.Knobs{}
	}
	others := t.otherValues(p.Knob, asked[p.Knob])
	if len(others) == 0 {
		t.bad(field+".knob", "the knob %s has no other value to compare with", p.Knob)
		return
	}
	m, _ := catalog.MetricByID(p.Metric)
	at := 0.0
	for _, value := range others {
		other := maps.Clone(asked)
		other[p.Knob] = value
		values, err := t.measure(step, p.Metric, []catalog.Knobs{asked, other}, "prediction "+p.ID)
		if err != nil {
			t.bad(field, "measuring prediction %s in the lab fails: %v", p.ID, err)
			return
		}
		if varies(values[0], values[1], m.Timing) {
			return
		}
		at = values[0]
	}
	t.bad(field, "%s is %s whatever the knob %s is set to: there is nothing to reason about", p.Metric, short(at), p.Knob)
}

// varies reports whether two numbers differ. Two timings differ if the load of the machine doesn't explain it.
func varies(a, b float64, timing bool) bool {
	if !timing {
		return a != b
	}
	return min(a, b) <= 0 || max(a, b)/min(a, b) >= leastRatio
}

// otherValues returns one or two values of a knob other than the one that the question states or the demo sets: two other
// words, or fractions and multiples of a number.
func (t *tester) otherValues(knob, stated string) []string {
	k, ok := catalog.KnobByID(knob)
	if !ok {
		return nil
	}
	at := stated
	if at == "" {
		at, _ = t.c.Demo.Value(knob)
	}
	if at == "" {
		at = k.Default
	}
	var out []string
	add := func(value string) {
		if _, err := t.base.With(catalog.Knobs{knob: value}); err == nil && value != at && !slices.Contains(out, value) && len(out) < 2 {
			out = append(out, value)
		}
	}
	switch k.Type {
	case catalog.Count:
		n, _ := strconv.Atoi(at)
		for _, v := range []int{n / 4, n / 2, n * 2, n + 1} {
			add(strconv.Itoa(v))
		}
	case catalog.Share:
		x, _ := strconv.ParseFloat(at, 64)
		for _, v := range []float64{x / 4, x / 2, x * 2, k.Max} {
			add(strconv.FormatFloat(v, 'g', -1, 64))
		}
	case catalog.Length:
		d, _ := time.ParseDuration(at)
		for _, v := range []time.Duration{d / 4, d * 2} {
			add(v.String())
		}
	default:
		for _, v := range catalog.Offers(t.c.Demo.World.Kind, knob) {
			if at == "" { // the demo leaves it at the first that the world offers
				at = v
				continue
			}
			add(v)
		}
	}
	return out
}
