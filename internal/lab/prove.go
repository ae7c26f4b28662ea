package lab

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/progress"
	"dryrun/internal/lab/step/data"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
	"dryrun/internal/world"
)

// Proof is what paired runs say about a fault: for each witness, the change that the fault made under every seed.
type Proof struct {
	Fault     string           `json:"fault"`
	Step      framework.StepID `json:"step"`
	Seeds     int              `json:"seeds"`
	Witnesses []Proved         `json:"witnesses"`
	Holds     bool             `json:"holds"` // every witness does
}

// Proved is one witness: all changes must have its sign, and their median must reach its least effect.
type Proved struct {
	catalog.Witness
	Changes []float64 `json:"changes"` // with the fault less without, by seed
	Median  float64   `json:"median"`
	Holds   bool      `json:"holds"`
}

// A fault is proven on a small world of the case's kind, so that eight seeds with and without take seconds.
const (
	proofItems   = 2000
	proofQueries = 120
	proofUsers   = 2000
	proofTraffic = 3000
)

// Prove runs the step that shows a fault with and without it, under each of a number of seeds, and judges the changes.
func (l *Lab) Prove(ctx context.Context, cfg catalog.Config, fault string, seeds int, to func(report.Progress)) (Proof, error) {
	f, ok := catalog.FaultByID(fault)
	if !ok {
		ids := catalog.FaultsOf(cfg.World.Kind)
		return Proof{}, &catalog.BadKnob{Knob: "fault", Value: fault, Near: catalog.Near(fault, ids), Line: "is unknown"}
	}
	cfg, err := proofConfig(cfg)
	if err != nil {
		return Proof{}, err
	}
	return l.prove(ctx, cfg, f, seeds, progress.New(to), func(cfg catalog.Config) catalog.Config {
		cfg.Fault = fault
		return cfg
	})
}

// planting is a configuration with a fault.
type planting func(catalog.Config) catalog.Config

// prove compares cfg with broken(cfg), which a test may make a fault that does nothing.
func (l *Lab) prove(
	ctx context.Context, cfg catalog.Config, f catalog.Fault, seeds int, to *progress.Sink, broken planting,
) (Proof, error) {
	out := Proof{Fault: f.ID, Step: f.Step, Seeds: seeds, Holds: true}
	witnesses := f.Witnesses(cfg.World.Kind)
	changes := make([][]float64, len(witnesses))
	alone := l.builder.Alone(keptBytes / 4) // sixteen worlds would push out what the screen uses
	experiment := leastExperiment(f.Step, witnesses)
	for seed := range int64(seeds) {
		to.Report("proving "+f.ID, int(seed), seeds)
		cfg.Seed, cfg.Fault = seed+1, "none"
		without, err := l.run(ctx, alone, cfg, f.Step, experiment)
		if err != nil {
			return out, fmt.Errorf("proving %s, seed %d without it: %w", f.ID, seed+1, err)
		}
		with, err := l.run(ctx, alone, broken(cfg), f.Step, experiment)
		if err != nil {
			return out, fmt.Errorf("proving %s, seed %d with it: %w", f.ID, seed+1, err)
		}
		for i, w := range witnesses {
			a, okA := without.Metrics[w.Metric]
			b, okB := with.Metrics[w.Metric]
			if !okA || !okB {
				return out, fmt.Errorf("proving %s, seed %d: the step %s doesn't yield %s", f.ID, seed+1, f.Step, w.Metric)
			}
			changes[i] = append(changes[i], b-a)
		}
	}
	for i, w := range witnesses {
		out.Witnesses = append(out.Witnesses, Judge(w, changes[i]))
		out.Holds = out.Holds && out.Witnesses[i].Holds
	}
	return out, nil
}

// leastExperiment is as much of a step's experiment as yields the witnesses: nothing where every step reports them, and of the
// data step, which would take minutes, what it says of the tail.
func leastExperiment(step framework.StepID, witnesses []catalog.Witness) experiment {
	all := func(in func(metric string) bool) bool {
		return !slices.ContainsFunc(witnesses, func(w catalog.Witness) bool { return !in(w.Metric) })
	}
	switch {
	case all(func(id string) bool { m, _ := catalog.MetricByID(id); return len(m.Steps) == 0 }):
		return nil
	case all(func(id string) bool { return slices.Contains(data.TailMetrics(), id) }):
		return data.Tail
	}
	whole, _ := experimentOf(step)
	return whole
}

// Judge says whether changes bear a witness out.
func Judge(w catalog.Witness, changes []float64) Proved {
	p := Proved{Witness: w, Changes: changes, Median: metrics.Quantile(changes, 0.5)}
	p.Holds = p.Against() == 0 && float64(w.Sign)*p.Median >= w.Least
	return p
}

// Against is how many of the changes haven't the witness's sign.
func (p *Proved) Against() int {
	n := 0
	for _, c := range p.Changes {
		if float64(p.Sign)*c <= 0 {
			n++
		}
	}
	return n
}

// proofConfig is the configuration at the proof's size.
func proofConfig(cfg catalog.Config) (catalog.Config, error) {
	set, err := cfg.Settings()
	if err != nil {
		return cfg, err
	}
	cfg.World.Queries = max(proofQueries, kind.ByID(cfg.World.Kind).ProofQueries)
	if w, _ := world.KindByID(cfg.World.Kind); cfg.World.Users == 0 {
		cfg.World.Users = w.Default.Users
	}
	cfg.World.Users = min(cfg.World.Users, proofUsers)
	knobs := catalog.Knobs{"traffic": strconv.Itoa(min(set.Traffic, proofTraffic))}
	if cfg.World.Format == "" {
		knobs["items"] = strconv.Itoa(min(set.Items, proofItems))
	}
	return cfg.With(knobs)
}
