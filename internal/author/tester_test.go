package author

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/report"
)

// rules is a lab that answers by rule, as a sound lab would for its case: the demo's choices are best, every knob moves
// every number, faults have their effect, and nothing depends on the hour.
type rules struct {
	c     *casestudies.Case
	runs  int
	spoil spoiler
}

// spoiler changes the report of a run, or fails it.
type spoiler func(run int, cfg catalog.Config, step framework.StepID, r *report.Step) error

func (l *rules) XRay(context.Context, catalog.Config, int) (report.XRay, error) {
	return report.XRay{}, nil
}

func (l *rules) Run(ctx context.Context, cfg catalog.Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.runs++
	progress(report.Progress{What: "running", Done: 1, Of: 1})
	r := &report.Step{Step: string(step), Metrics: map[string]float64{}, Timings: map[string]float64{}}
	for _, m := range catalog.MetricTable() {
		if catalog.Yields(cfg.World.Kind, step, m.ID) {
			into := r.Metrics
			if m.Timing {
				into = r.Timings
			}
			into[m.ID] = l.value(cfg, step, m)
		}
	}
	if f, ok := catalog.FaultByID(cfg.Fault); ok {
		for _, w := range f.Witness {
			r.Metrics[w.Metric] += float64(w.Sign) * 2 * w.Least
		}
	}
	if l.spoil != nil {
		if err := l.spoil(l.runs, cfg, step, r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (l *rules) Prove(ctx context.Context, cfg catalog.Config, fault string, seeds int, progress func(report.Progress)) (lab.Proof, error) {
	f, ok := catalog.FaultByID(fault)
	if !ok {
		return lab.Proof{}, errors.New("there is no such fault")
	}
	progress(report.Progress{What: "proving"})
	proof := lab.Proof{Fault: fault, Step: f.Step, Seeds: seeds, Holds: true}
	for _, w := range f.Witness {
		var changes []float64
		for seed := range seeds {
			cfg.Seed = int64(seed + 1)
			cfg.Fault = "none"
			without, err := l.Run(ctx, cfg, f.Step, func(report.Progress) {})
			if err != nil {
				return proof, err
			}
			cfg.Fault = fault
			with, err := l.Run(ctx, cfg, f.Step, func(report.Progress) {})
			if err != nil {
				return proof, err
			}
			changes = append(changes, with.Metrics[w.Metric]-without.Metrics[w.Metric])
		}
		proof.Witnesses = append(proof.Witnesses, lab.Judge(w, changes))
		proof.Holds = proof.Holds && proof.Witnesses[len(proof.Witnesses)-1].Holds
	}
	return proof, nil
}

func (l *rules) value(cfg catalog.Config, step framework.StepID, m catalog.Metric) float64 {
	v := 1.0
	for id, text := range cfg.Knobs {
		h := fnv.New32()
		h.Write([]byte(id + text))
		v += float64(h.Sum32() % 97)
	}
	for _, d := range l.c.Step(step).Decide {
		if d.Metric != m.ID {
			continue
		}
		if good := cfg.Knobs[d.Knob] == d.Options.Best(); good == (m.Direction == catalog.Higher) {
			v *= 1000
		}
	}
	return v
}

func TestASoundLabBearsTheCaseOut(t *testing.T) {
	c := changed(t, "Visual search", "Visual search")
	var told []string
	l := &rules{c: c}
	findings, err := Test(context.Background(), c, l, func(p report.Progress) { told = append(told, p.What) })
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v, %s", err, said(findings))
	}
	if l.runs < 7*2 || len(told) < 7*2 || !slices.Contains(told, "fault encoder-mismatch: proving") {
		t.Errorf("%d runs, progress told %d times", l.runs, len(told))
	}
}

// only spoils the runs of one step.
func only(step framework.StepID, spoil func(run int, cfg catalog.Config, r *report.Step)) spoiler {
	return func(run int, cfg catalog.Config, at framework.StepID, r *report.Step) error {
		if at == step {
			spoil(run, cfg, r)
		}
		return nil
	}
}

func TestWhatTheLabDoesNotBearOut(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil spoiler
		field string
		says  string
	}{
		"a lab that fails": {
			func(_ int, _ catalog.Config, step framework.StepID, _ *report.Step) error {
				if step == framework.Model {
					return errors.New("it ran out of memory")
				}
				return nil
			}, "steps.model.lab", "doesn't finish: it ran out of memory",
		},
		"a metric that doesn't repeat": {
			only(framework.Data, func(run int, _ catalog.Config, r *report.Step) { r.Metrics["gini"] = float64(run) }),
			"steps.data.lab", "the same seed gives gini",
		},
		"a poor choice that wins": {
			only(framework.Architecture, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Knobs["k"] == "20" {
					r.Metrics["stage1_recall_at_k"] = 1e9
				}
			}), "steps.architecture.decide[0]", "stage1_recall_at_k",
		},
		"a poor choice that is faster in the median": {
			only(framework.Requirements, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Knobs["engine"] == "exact" {
					r.Timings["speedup"] = 1e9
				}
			}), "steps.requirements.decide[0]", "higher is better",
		},
		"a metric that is missing": {
			only(framework.Serving, func(_ int, _ catalog.Config, r *report.Step) {
				delete(r.Metrics, "psi_max")
				r.Missing = []report.Missing{{Metric: "psi_max", Why: "nothing drifts"}}
			}), "steps.serving.lab.predict[0]", "psi_max is missing: nothing drifts",
		},
		"a number that no knob moves": {
			only(framework.Features, func(_ int, _ catalog.Config, r *report.Step) { r.Metrics["stage1_recall_at_k"] = 0.5 }),
			"steps.features.lab.predict[0]", "is 0.5 whatever the knob dim is set to",
		},
		"a fault that does nothing": {
			func(_ int, cfg catalog.Config, _ framework.StepID, r *report.Step) error {
				if f, ok := catalog.FaultByID(cfg.Fault); ok {
					r.Metrics[f.Witness[0].Metric] -= float64(f.Witness[0].Sign) * 2 * f.Witness[0].Least
				}
				return nil
			}, "curveballs[0].fault", "at 8 of 8 seeds",
		},
		"a fault that does too little": {
			func(_ int, cfg catalog.Config, _ framework.StepID, r *report.Step) error {
				if f, ok := catalog.FaultByID(cfg.Fault); ok {
					r.Metrics[f.Witness[0].Metric] -= float64(f.Witness[0].Sign) * 1.5 * f.Witness[0].Least
				}
				return nil
			}, "curveballs[0].fault", "the median of 8 seeds",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := changed(t, "Visual search", "Visual search")
			findings, err := Test(context.Background(), c, &rules{c: c, spoil: tc.spoil}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				if f.Field == tc.field && strings.Contains(f.Message, tc.says) && f.Line > 1 {
					return
				}
			}
			t.Errorf("no finding at %s with %q in:\n%s", tc.field, tc.says, said(findings))
		})
	}
}

// One slow moment of a machine must not turn a verdict: timings are compared by medians.
func TestASlowMomentProvesNothing(t *testing.T) {
	c := changed(t, "Visual search", "Visual search")
	slow := 0
	spoil := func(_ int, cfg catalog.Config, step framework.StepID, r *report.Step) error {
		if step == framework.Requirements && cfg.Knobs["engine"] == "hnsw" {
			if slow++; slow%3 == 0 {
				r.Timings["speedup"] = 1e-3
			}
		}
		return nil
	}
	findings, err := Test(context.Background(), c, &rules{c: c, spoil: spoil}, nil)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v, %s", err, said(findings))
	}
}

func TestAStoppedTestSaysNothingOfTheCase(t *testing.T) {
	c := changed(t, "Visual search", "Visual search")
	ctx, stop := context.WithCancel(context.Background())
	l := &rules{c: c, spoil: func(run int, _ catalog.Config, _ framework.StepID, _ *report.Step) error {
		if run == 10 {
			stop()
		}
		return nil
	}}
	findings, err := Test(ctx, c, l, nil)
	if !errors.Is(err, context.Canceled) || len(findings) > 0 || l.runs > 10 {
		t.Fatalf("%v after %d runs: %s", err, l.runs, said(findings))
	}
}
