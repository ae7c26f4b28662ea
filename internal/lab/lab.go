// Package lab runs the seven experiments on a problem's two stages. A configuration and a step come in; the pipeline is built, or
// what of it isn't kept yet, measured, and handed to the step's experiment, which fills a report. It never prints. What was
// built is kept by what it depends on for the life of a Lab.
//
// The parts, from the bottom: catalog (tables that run nothing), kind (what a kind of world can be built from), fault (what goes
// wrong), build (the stages of a pipeline), measure (a pipeline's answers), step (the experiments; none sees another).
package lab

import (
	"context"
	"fmt"
	"time"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/disk"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/measure"
	"dryrun/internal/lab/progress"
	"dryrun/internal/lab/step/architecture"
	"dryrun/internal/lab/step/data"
	"dryrun/internal/lab/step/evaluation"
	"dryrun/internal/lab/step/features"
	"dryrun/internal/lab/step/model"
	"dryrun/internal/lab/step/requirements"
	"dryrun/internal/lab/step/serving"
	"dryrun/internal/parallel"
	"dryrun/internal/report"
	"dryrun/internal/retrieval/milvus"
)

// keptBytes is how much of what was built is kept for later runs.
const keptBytes = 2 << 30

// Options are what a lab may use. The zero value is a lab of its own on this machine.
type Options struct {
	Workers int            // goroutines that it builds on; 0 leaves one processor to the screen
	Limit   int64          // bytes that a run may need by its own estimate; 0: kind.DefaultLimit
	Milvus  milvus.Options // where Milvus is and what to ask of it
	Python  string         // interpreter that has LightGBM's package; "": what is on PATH
	Disk    *disk.Folder   // what takes long to build is kept here for other processes; nil: nowhere
}

// Lab runs experiments and keeps what it built. It is safe for concurrent use.
type Lab struct {
	limit   int64
	python  string
	servers *kind.Servers
	builder *build.Builder
}

// New returns a lab.
func New(o Options) *Lab {
	if o.Limit <= 0 {
		o.Limit = kind.DefaultLimit()
	}
	l := &Lab{limit: o.Limit, python: o.Python, servers: kind.NewServers(o.Milvus)}
	l.builder = build.New(build.Options{
		Workers: parallel.Workers(o.Workers), Servers: l.servers, Python: o.Python, Bytes: keptBytes, Disk: o.Disk,
	})
	return l
}

// Close drops what runs made on servers and leaves them. What lies in memory needs no closing.
func (l *Lab) Close() error { return l.servers.Close() }

// experiment is one step's: it fills the run's report.
type experiment func(context.Context, *measure.Run) error

func experimentOf(step framework.StepID) (experiment, bool) {
	e, ok := map[framework.StepID]experiment{
		framework.Requirements: requirements.Run,
		framework.Architecture: architecture.Run,
		framework.Data:         data.Run,
		framework.Features:     features.Run,
		framework.Model:        model.Run,
		framework.Evaluation:   evaluation.Run,
		framework.Serving:      serving.Run,
	}[step]
	return e, ok
}

// Run runs one step's experiment and returns its report. The metrics repeat for the configuration's seed. It stops within 100 ms
// of ctx's end.
func (l *Lab) Run(ctx context.Context, cfg catalog.Config, step framework.StepID, to func(report.Progress)) (*report.Step, error) {
	experiment, ok := experimentOf(step)
	if !ok {
		return nil, fmt.Errorf("running the lab: unknown step %q", step)
	}
	return l.run(ctx, l.builder.Reporting(progress.New(to)), cfg, step, experiment)
}

// Measure runs both stages and returns what every step reports, without a step's experiment: it takes a fraction of a run. Its
// numbers are those of any step's report.
func (l *Lab) Measure(ctx context.Context, cfg catalog.Config, to func(report.Progress)) (*report.Step, error) {
	return l.run(ctx, l.builder.Reporting(progress.New(to)), cfg, framework.Architecture, nil)
}

// run builds the pipeline, measures it, and runs the experiment; nil stops after what every step reports.
func (l *Lab) run(ctx context.Context, b *build.Builder, cfg catalog.Config, step framework.StepID, do experiment) (*report.Step, error) {
	began := time.Now()
	p, err := l.pipeline(ctx, b, cfg)
	if err != nil {
		return nil, fmt.Errorf("building the pipeline for %s: %w", step, err)
	}
	r, err := measure.New(ctx, b, cfg, step, p)
	if err != nil {
		return nil, fmt.Errorf("measuring the pipeline for %s: %w", step, err)
	}
	if do != nil {
		err := do(ctx, r)
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("running the experiment of %s: %w", step, ctx.Err())
		case err != nil && catalog.IsExternal(r.Settings):
			return nil, fmt.Errorf("running the experiment of %s: %w", step, err)
		case err != nil:
			r.Impossible(err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("running the experiment of %s: %w", step, err)
	}
	r.Finish()
	r.Report.ElapsedMS = measure.Millis(time.Since(began))
	return r.Report, nil
}

// pipeline checks the configuration, refuses what this machine lacks or what wouldn't fit before anything is made, and builds
// the pipeline. What it builds is kept for the next step as far as another such run, with other knobs, would fit beside it.
func (l *Lab) pipeline(ctx context.Context, b *build.Builder, cfg catalog.Config) (*build.Pipeline, error) {
	set, err := cfg.Settings()
	if err != nil {
		return nil, err
	}
	if err := cfg.CheckFault(); err != nil {
		return nil, err
	}
	if err := kind.CheckPresent(ctx, set.Engine, set.Ranker, l.python); err != nil {
		return nil, err
	}
	need, err := kind.Fits(cfg.Spec(set), set, l.limit)
	if err != nil {
		return nil, err
	}
	b.Allow(keptFor(need, l.limit))
	s, err := build.NewScenario(cfg, set).OfFiles(ctx)
	if err != nil {
		return nil, err
	}
	return b.Pipeline(ctx, s)
}

// keptFor is how much of what a run builds is kept for the next: as much as the run needs, as far as another such run fits
// beside it.
func keptFor(need, limit int64) int64 { return min(need, limit-need) }

// Estimate is roughly how much memory a run needs at its peak. It allocates nothing.
func Estimate(cfg catalog.Config) (int64, error) {
	set, err := cfg.Settings()
	if err != nil {
		return 0, err
	}
	return kind.Estimate(cfg.Spec(set), set), nil
}
