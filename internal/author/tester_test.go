package author

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/report"
)

// rules is a lab that answers by rule, as a sound lab would: more candidates find more, trees are faster than a network, every
// knob moves every number a little, faults have their effect, and nothing depends on the hour.
type rules struct {
	spoil spoiler

	mu   sync.Mutex
	runs int
}

// spoiler changes the report of a run, or fails it.
type spoiler func(run int, cfg catalog.Config, step framework.StepID, r *report.Step) error

func (l *rules) Run(ctx context.Context, cfg catalog.Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs++
	progress(report.Progress{What: "running", Done: 1, Of: 1})
	r := &report.Step{Step: string(step), Metrics: map[string]float64{}, Timings: map[string]float64{}}
	for _, m := range reported()[step] {
		into := r.Metrics
		if m.Timing {
			into = r.Timings
		}
		into[m.ID] = value(cfg)
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

func (l *rules) Measure(ctx context.Context, cfg catalog.Config, progress func(report.Progress)) (*report.Step, error) {
	return l.Run(ctx, cfg, "", progress)
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

// value is about 0.6 at the demo, and a little different at each seed.
func value(cfg catalog.Config) float64 {
	k, err := strconv.Atoi(cfg.Knobs["k"])
	if err != nil {
		panic(err)
	}
	v := 0.2 + 0.002*float64(k) + 0.001*float64(cfg.Seed)
	if cfg.Knobs["ranker"] == "dcn" {
		v *= 3
	}
	return v
}

// reported are the metrics that each step of a world of images reports. To ask the catalog at each run takes most of a test.
var reported = sync.OnceValue(func() map[framework.StepID][]catalog.Metric {
	out := map[framework.StepID][]catalog.Metric{}
	for _, step := range framework.Steps() {
		for _, m := range catalog.MetricTable() {
			if catalog.Yields("images", step.ID, m.ID) {
				out[step.ID] = append(out[step.ID], m)
			}
			if len(m.Steps) == 0 && step.ID == framework.Requirements {
				out[""] = append(out[""], m) // what every step reports
			}
		}
	}
	return out
})

func TestASoundLabBearsTheCaseOut(t *testing.T) {
	c := small(t)
	var told []string
	l := &rules{}
	findings, err := Test(context.Background(), c, l, func(p report.Progress) { told = append(told, p.What) })
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v, %s", err, said(findings))
	}
	if l.runs < 7*5+3*5 || len(told) < 7*5+3*5 || !slices.Contains(told, "fault encoder-mismatch: proving") {
		t.Errorf("%d runs, progress told %d times", l.runs, len(told))
	}
}

// only spoils the runs of one step, and those without a step.
func only(step framework.StepID, spoil func(run int, cfg catalog.Config, r *report.Step)) spoiler {
	return func(run int, cfg catalog.Config, at framework.StepID, r *report.Step) error {
		if at == step || at == "" {
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
			}), "steps.architecture.decide[0]", "calls 200 best and 20 poor, and the runs don't say so: stage1_recall_at_k",
		},
		"a poor choice that loses at four seeds of five": {
			only(framework.Architecture, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Knobs["k"] == "20" && cfg.Seed == 3 {
					r.Metrics["stage1_recall_at_k"] = 0.9
				}
			}), "steps.architecture.decide[0]", "calls 200 best and 20 poor",
		},
		"an ok choice that is no better than a poor one": {
			only(framework.Data, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Knobs["k"] == "100" {
					r.Metrics["stage1_recall_at_k"] = 0.24
				}
			}), "steps.data.decide[0]", "calls 100 ok and 20 poor",
		},
		"an ok choice that beats the best": {
			only(framework.Model, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Knobs["k"] == "100" {
					r.Metrics["stage1_recall_at_k"] = 1
				}
			}), "steps.model.decide[0]", "200 best and 100 only ok, and the runs say the opposite",
		},
		"a poor choice that is faster in the median": {
			only(framework.Requirements, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Knobs["ranker"] == "dcn" {
					r.Timings["p99_ms"] = 1e-9
				}
			}), "steps.requirements.decide[1]", "lower is better",
		},
		"a fault that an option names and that costs nothing": {
			only(framework.Features, func(_ int, cfg catalog.Config, r *report.Step) {
				if cfg.Fault != "" {
					r.Metrics["stage1_recall_at_k"] = value(cfg)
				}
			}), "steps.features.decide[2]", "calls both best and at-once poor",
		},
		"a sentence that the runs deny": {
			only(framework.Serving, func(_ int, cfg catalog.Config, r *report.Step) { r.Metrics["stage1_recall_at_k"] = 0.5 }),
			"steps.serving.lab.backed[0]", "sentence 1 isn't backed: stage1_recall_at_k isn't higher",
		},
		"two measures that aren't the same": {
			only(framework.Serving, func(_ int, _ catalog.Config, r *report.Step) { r.Metrics["quality"] += 0.1 }),
			"steps.serving.lab.backed[1]", "quality isn't same",
		},
		"a metric that is missing": {
			only(framework.Serving, func(_ int, _ catalog.Config, r *report.Step) {
				delete(r.Metrics, "ndcg_at_10")
				r.Missing = []report.Missing{{Metric: "ndcg_at_10", Why: "nobody answered"}}
			}), "steps.serving.lab.predict[0]", "ndcg_at_10 is missing: nobody answered",
		},
		"a number that no knob moves": {
			only(framework.Features, func(_ int, _ catalog.Config, r *report.Step) { r.Metrics["ndcg_at_10"] = 0.5 }),
			"steps.features.lab.predict[0]", "is 1 whatever the knob k is set to",
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
			findings, err := Test(context.Background(), small(t), &rules{spoil: tc.spoil}, nil)
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
	slow := 0
	spoil := func(_ int, cfg catalog.Config, step framework.StepID, r *report.Step) error {
		if step == "" && cfg.Knobs["ranker"] == "trees" {
			if slow++; slow%3 == 0 {
				r.Timings["p99_ms"] = 1e3
			}
		}
		return nil
	}
	findings, err := Test(context.Background(), small(t), &rules{spoil: spoil}, nil)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v, %s", err, said(findings))
	}
}

func TestAStoppedTestSaysNothingOfTheCase(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	l := &rules{spoil: func(run int, _ catalog.Config, _ framework.StepID, _ *report.Step) error {
		if run == 10 {
			stop()
		}
		return nil
	}}
	findings, err := Test(ctx, small(t), l, nil)
	if !errors.Is(err, context.Canceled) || len(findings) > 0 || l.runs > 10+runtime.GOMAXPROCS(0) {
		t.Fatalf("%v after %d runs: %s", err, l.runs, said(findings))
	}
}
