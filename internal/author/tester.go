package author

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/report"
)

// Lab runs a step, measures what every step reports, and proves a fault.
type Lab interface {
	Run(ctx context.Context, cfg catalog.Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error)
	Measure(ctx context.Context, cfg catalog.Config, progress func(report.Progress)) (*report.Step, error)
	Prove(ctx context.Context, cfg catalog.Config, fault string, seeds int, progress func(report.Progress)) (lab.Proof, error)
}

// tester checks the claims of a case against runs of the lab.
type tester struct {
	*runs
	c        *casestudies.Case
	findings []casestudies.Finding
}

// Test checks what a case claims by running it over five seeds: the lab of each step finishes and repeats, each decision's
// options are as good as the case says, each sentence of what a lab shows holds, predictions are finite and vary with
// their knob, and faults have their effect. The error is that of ctx; a run that fails is a finding.
func Test(ctx context.Context, c *casestudies.Case, l Lab, progress func(report.Progress)) ([]casestudies.Finding, error) {
	if progress == nil {
		progress = func(report.Progress) {}
	}
	base, err := catalog.FromCase(c, seeds()[0])
	if err != nil {
		return []casestudies.Finding{c.Finding("demo", "%v", err)}, nil
	}
	t := &tester{c: c, runs: &runs{ctx: ctx, lab: l, base: base, progress: progress, done: map[string]outcome{}}}
	for _, step := range framework.Steps() {
		t.planStep(step.ID)
	}
	t.do()
	for _, step := range framework.Steps() {
		if t.repeats(step) {
			t.claims(step.ID)
		}
	}
	t.faults()
	casestudies.SortFindings(t.findings)
	return t.findings, ctx.Err()
}

// planStep plans the runs that the claims of a step compare. Timings are measured later, one at a time.
func (t *tester) planStep(id framework.StepID) {
	step := t.c.Step(id)
	t.plan(id, nil, "", seeds()...)
	for _, d := range step.Decide {
		if isTiming(d.Metric) {
			continue
		}
		for _, o := range d.Options {
			if set, ok := d.Settings(o.ID); ok {
				t.plan(id, set, d.Metric, seeds()...)
			}
		}
	}
	for _, b := range step.Lab.Backed {
		if !isTiming(b.Metric) {
			t.plan(id, b.Set, b.Metric, seeds()...)
			t.plan(id, b.ThanSet, cmp.Or(b.ThanMetric, b.Metric), seeds()...)
		}
	}
	for _, p := range step.Lab.Predict {
		if !isTiming(p.Metric) {
			for _, set := range []settings{p.Set, p.To, p.From} {
				t.plan(id, set, p.Metric, seeds()[0])
			}
		}
	}
}

// claims checks what a step claims.
func (t *tester) claims(id framework.StepID) {
	step := t.c.Step(id)
	for i := range step.Decide {
		t.decision(id, fmt.Sprintf("%s.decide[%d]", fieldOf(id), i), &step.Decide[i])
	}
	for i, b := range step.Lab.Backed {
		t.backed(id, fmt.Sprintf("%s.lab.backed[%d]", fieldOf(id), i), b)
	}
	for i := range step.Lab.Predict {
		t.prediction(id, fmt.Sprintf("%s.lab.predict[%d]", fieldOf(id), i), &step.Lab.Predict[i])
	}
}

func (t *tester) bad(field, format string, args ...any) {
	if t.ctx.Err() == nil { // a run that was canceled says nothing about the case
		t.findings = append(t.findings, t.c.Finding(field, format, args...))
	}
}

// repeats runs the lab of a step a second time and compares the metrics.
func (t *tester) repeats(step framework.Step) bool {
	field := fieldOf(step.ID) + ".lab"
	p, err := t.at(step.ID, nil, seeds()[0], "")
	if err != nil {
		t.bad(field, "the lab can't be set up: %v", err)
		return false
	}
	first, again := t.done[p.key], t.once(p)
	if first.err != nil {
		t.bad(field, "the lab doesn't finish: %v", first.err)
		return false
	}
	if again.err != nil {
		t.bad(field, "the lab doesn't finish a second time: %v", again.err)
		return false
	}
	if len(first.metrics) == 0 {
		t.bad(field, "the lab reports no metric that repeats")
	}
	for _, id := range slices.Sorted(maps.Keys(first.metrics)) {
		if a, b := first.metrics[id], again.metrics[id]; a != b {
			t.bad(field, "the same seed gives %s = %v and then %v: metrics must repeat", id, a, b)
		}
	}
	if len(first.metrics) != len(again.metrics) {
		t.bad(field, "the same seed gives %d metrics and then %d", len(first.metrics), len(again.metrics))
	}
	return true
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
