package study

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/compare"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// caseLab implements rehearse.Lab for one case.
type caseLab struct {
	lab Lab
	c   *casestudies.Case
}

// Run runs the candidate's pipeline, the reference's where it differs, what the decisions do one by one, and each prediction's
// own setting. Only the candidate's pipeline has the fault. Equal settings are run once.
func (l caseLab) Run(ctx context.Context, r rehearse.RunLab, progress func(report.Progress)) (rehearse.LabResult, error) {
	base, err := catalog.FromCase(l.c, r.Seed)
	if err != nil {
		return rehearse.LabResult{}, err
	}
	ref, err := base.With(r.Reference)
	if err != nil {
		return rehearse.LabResult{}, err
	}
	yours, err := base.With(r.Yours)
	if err != nil {
		return rehearse.LabResult{}, err
	}
	yours.Fault = r.Fault
	runs := &memo{lab: l.lab, step: r.Step, progress: progress, planned: 2 + len(r.Decisions) + len(r.Predictions)}
	out := rehearse.LabResult{}
	if out.Yours, err = runs.run(ctx, yours); err != nil {
		return rehearse.LabResult{}, err
	}
	if !r.Same && !catalog.Same(yours, ref, r.Step) {
		if out.Reference, err = runs.run(ctx, ref); err != nil {
			return rehearse.LabResult{}, err
		}
		c := compare.Steps(ctx, out.Yours, out.Reference)
		out.Comparison = &c
	}
	for _, d := range r.Decisions {
		verdict, other, err := runs.decision(ctx, ref, d)
		if err != nil {
			return rehearse.LabResult{}, err
		}
		out.Decisions = append(out.Decisions, verdict)
		if out.Comparison == nil && other != nil {
			c := compare.Steps(ctx, out.Yours, other)
			c.Other = "the wrong choice, " + casestudies.OptionWords(d.Other)
			out.Comparison = &c
		}
	}
	answers, err := runs.predictions(ctx, ref, r.Predictions)
	if err != nil || len(answers) == 0 {
		return out, err
	}
	out.Results = map[string]float64{}
	for _, a := range answers {
		out.Results[a.ID] = a.result
	}
	shown := *out.Yours
	shown.Blocks = append([]report.Block{askedBlock(answers)}, shown.Blocks...)
	out.Yours = &shown
	return out, nil
}

// XRay follows one query's best match through the candidate's pipeline.
func (l caseLab) XRay(ctx context.Context, r rehearse.RunXRay) (report.XRay, error) {
	cfg, err := catalog.FromCase(l.c, r.Seed)
	if err != nil {
		return report.XRay{}, err
	}
	if cfg, err = cfg.With(r.Knobs); err != nil {
		return report.XRay{}, err
	}
	cfg.Fault = r.Fault
	return l.lab.XRay(ctx, cfg, r.Query)
}

// memo runs a step for several configurations, each distinct pipeline once.
type memo struct {
	lab      Lab
	step     framework.StepID
	progress func(report.Progress)

	planned int // runs at most: of how many the progress is a part
	cfgs    []catalog.Config
	reports []*report.Step
}

// part passes a run's progress on as a part of all runs, so that it never starts again.
func (m *memo) part() func(report.Progress) {
	if m.progress == nil {
		return nil
	}
	done, planned := float64(len(m.cfgs)), float64(max(m.planned, len(m.cfgs)+1))
	return func(p report.Progress) {
		p.Share = (done + p.Share) / planned
		m.progress(p)
	}
}

func (m *memo) run(ctx context.Context, cfg catalog.Config) (*report.Step, error) {
	for i, done := range m.cfgs {
		if catalog.Same(cfg, done, m.step) {
			return m.reports[i], nil
		}
	}
	r, err := m.lab.Run(ctx, cfg, m.step, m.part())
	if err != nil {
		return nil, err
	}
	m.cfgs, m.reports = append(m.cfgs, cfg), append(m.reports, r)
	return r, nil
}

// decision runs the reference's pipeline with one option's settings and with another's, and compares them on the decision's own
// metric. other is the report of the second; nil, with the reason in the verdict, where the lab can't run one of them.
func (m *memo) decision(
	ctx context.Context, ref catalog.Config, d rehearse.DecisionRun,
) (v rehearse.DecisionVerdict, other *report.Step, err error) {
	v = rehearse.DecisionVerdict{Decision: d.Decision, Option: d.Option, Other: d.Other, Role: d.Role}
	run := func(settings map[string]string) (*report.Step, error) {
		cfg, err := ref.Under(settings)
		if err != nil {
			return nil, err
		}
		return m.run(ctx, cfg)
	}
	yours, err := run(d.Settings)
	if err == nil {
		other, err = run(d.OtherSettings)
	}
	why := ""
	if err != nil {
		why = err.Error()
	}
	switch {
	case ctx.Err() != nil:
		return v, nil, ctx.Err()
	case why != "":
		v.Verdict = report.Verdict{Metric: d.Metric, Outcome: report.Incomparable, Why: why}
		return v, nil, nil
	}
	v.Verdict = compare.Metrics(ctx, yours, d.Metric, other, d.Metric)
	return v, other, ctx.Err()
}

// predictions returns what each prediction is about, under the reference's knobs and the prediction's own. If the runs don't have
// it, the prediction is left out and isn't scored.
func (m *memo) predictions(ctx context.Context, ref catalog.Config, wanted map[string]casestudies.Prediction) ([]answer, error) {
	var answers []answer
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		a := answer{Prediction: wanted[id]}
		a.ID = id
		var failed error // of a run, as against a report that lacks the number
		var err error
		a.result, err = a.Value(func(settings map[string]string) (float64, error) {
			cfg, err := ref.Under(settings)
			if err != nil {
				failed = fmt.Errorf("setting up the run of prediction %s: %w", id, err)
				return 0, failed
			}
			r, err := m.run(ctx, cfg)
			if err != nil {
				failed = err
				return 0, err
			}
			v, ok := valueOf(r, a.Metric)
			if !ok {
				return 0, fmt.Errorf("the run has no %s", a.Metric)
			}
			a.measured = append(a.measured, measured{settings, v})
			return v, nil
		})
		if failed != nil {
			return nil, failed
		}
		if err == nil {
			answers = append(answers, a)
		}
	}
	return answers, nil
}

func valueOf(r *report.Step, metric string) (float64, bool) {
	if v, ok := r.Metrics[metric]; ok {
		return v, true
	}
	v, ok := r.Timings[metric]
	return v, ok
}

// knobs implements rehearse.Knobs.
type knobs struct{}

func (knobs) Check(c *casestudies.Case, set map[string]string) error {
	cfg, err := catalog.FromCase(c, 1)
	if err != nil {
		return err
	}
	_, err = cfg.With(set)
	return err
}

func (knobs) Sketch(c *casestudies.Case, line string) ([]string, map[string]string, error) {
	return catalog.Sketch(c.Demo.World.Kind, line)
}

func (knobs) Mystery(c *casestudies.Case, seed int64) string {
	return catalog.World(c, seed).Mystery()
}

func (knobs) Faults(c *casestudies.Case) []string { return catalog.World(c, 1).Faults() }
