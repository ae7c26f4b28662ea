// Package lab runs the seven experiments, one file each, on a problem's two stages: it turns a case's demo and the
// candidate's knobs into a pipeline, measures it, and returns a report. It never prints. Problems, indexes and models
// are cached by their parameters for the life of a Lab.
package lab

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"dryrun/framework"
	"dryrun/internal/report"
	"dryrun/internal/retrieval/milvus"
)

// Runner is what a face needs of a lab.
type Runner interface {
	// Run runs one step's experiment. It stops within 100 ms of ctx's end.
	Run(ctx context.Context, cfg Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error)
	// XRay says where the best positive of test query n was lost.
	XRay(ctx context.Context, cfg Config, query int) (report.XRay, error)
}

// keptBytes is how much of what was built is kept for later runs.
const keptBytes = 2 << 30

// Options are what a lab may use. The zero value is a lab of its own on this machine.
type Options struct {
	Workers int            // goroutines that it builds on; 0 leaves one processor to the screen
	Limit   int64          // bytes that a run may need by its own estimate; 0: DefaultLimit
	Milvus  milvus.Options // where Milvus is and what to ask of it
	Python  string         // interpreter that has LightGBM's package; "": what is on PATH
}

// Lab runs experiments and keeps what it built. It is safe for concurrent use.
type Lab struct {
	limit   int64
	workers int
	cache   *cache
	field   *field
}

var _ Runner = (*Lab)(nil)

// New returns a lab.
func New(o Options) *Lab {
	if o.Workers <= 0 {
		o.Workers = max(runtime.GOMAXPROCS(0)-1, 1)
	}
	if o.Limit <= 0 {
		o.Limit = DefaultLimit()
	}
	return &Lab{limit: o.Limit, workers: o.Workers, cache: newCache(keptBytes), field: &field{python: o.Python, at: o.Milvus}}
}

// experiment is one step's: it fills the run's report.
type experiment func(context.Context, *run) error

func experimentOf(step framework.StepID) (experiment, bool) {
	e, ok := map[framework.StepID]experiment{
		framework.Requirements: runRequirements,
		framework.Architecture: runArchitecture,
		framework.Data:         runData,
		framework.Features:     runFeatures,
		framework.Model:        runModel,
		framework.Evaluation:   runEvaluation,
		framework.Serving:      runServing,
	}[step]
	return e, ok
}

// Run runs one step's experiment and returns its report. The metrics repeat for the configuration's seed.
func (l *Lab) Run(ctx context.Context, cfg Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error) {
	experiment, ok := experimentOf(step)
	if !ok {
		return nil, fmt.Errorf("running the lab: unknown step %q", step)
	}
	return l.run(ctx, cfg, step, experiment, &teller{to: progress})
}

// run builds the pipeline, measures it, and runs the experiment; nil stops after what every step reports.
func (l *Lab) run(ctx context.Context, cfg Config, step framework.StepID, experiment experiment, tell *teller) (*report.Step, error) {
	began := time.Now()
	p, err := l.pipeline(ctx, cfg, tell)
	if err != nil {
		return nil, fmt.Errorf("building the pipeline for %s: %w", step, err)
	}
	r := &run{lab: l, cfg: cfg, set: p.set, step: step, pipe: p, tell: tell, rep: newReport(cfg, p, step)}
	if err := r.measure(ctx); err != nil {
		return nil, fmt.Errorf("measuring the pipeline for %s: %w", step, err)
	}
	if experiment != nil {
		if err := experiment(ctx, r); err != nil {
			return nil, fmt.Errorf("running the experiment of %s: %w", step, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("running the experiment of %s: %w", step, err)
	}
	r.missWorld()
	r.rep.ElapsedMS = millis(time.Since(began))
	return r.rep, nil
}

// newReport starts the report: what the numbers will be about.
func newReport(cfg Config, p *pipeline, step framework.StepID) *report.Step {
	w := p.prob.Words
	setup := report.Setup{
		World: p.prob.Kind, Items: p.prob.Items, Queries: len(p.prob.Test), Query: w.Query, Corpus: w.Corpus, Positive: w.Positive,
		Quality: p.prob.Judge.Name, Split: w.Split, Candidates: w.Candidates, Seed: cfg.Seed, Fault: cfg.Fault, Knobs: map[string]any{},
	}
	if cfg.World.Format != "" {
		setup.Data = cfg.World.Format + ":" + cfg.World.Path
	}
	all, _ := cfg.Settings() // the pipeline is built: they resolve
	for _, k := range KnobTable() {
		if k.Pipeline || k.Step == step {
			setup.Knobs[k.ID] = all.Get(k.ID)
		}
	}
	setup.Knobs["items"] = p.prob.Items
	return &report.Step{Step: string(step), Setup: setup, Metrics: map[string]float64{}, Timings: map[string]float64{}, Missing: []report.Missing{}}
}
