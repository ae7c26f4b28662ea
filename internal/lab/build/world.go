package build

import (
	"context"
	"errors"
	"fmt"

	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

// World is a problem with the memory that it keeps beside what it shares with the one that it was made of.
type World struct {
	*problem.Problem
	size int64
}

// Bytes is roughly the memory of the problem.
func (w World) Bytes() int64 { return w.size }

// madeFields are what a world is made or read from.
const madeFields = FieldWorld | FieldFiles

// worldFields are what a world depends on before any drift.
const worldFields = madeFields | FaultAtWorld

// worldStage makes or reads the world.
func worldStage() Stage[World] {
	return Stage[World]{Name: "world", Needs: madeFields, Build: makeWorld}
}

func makeWorld(ctx context.Context, b *Builder, s Scenario) (World, error) {
	b.progress.Report("making the world", 0, 0)
	p, err := b.options.Make(ctx, s.World, b.progress.Report)
	if err != nil {
		return World{}, err
	}
	kind, _ := world.KindByID(s.World.Kind)
	spec := s.World
	spec.Items = p.Items
	return World{p, kind.Bytes(spec)}, nil
}

// faultyWorldStage is the world as a fault has changed it.
func faultyWorldStage() Stage[World] {
	return Stage[World]{Name: "world with its fault", Needs: worldFields, Build: plantInWorld}
}

func plantInWorld(ctx context.Context, b *Builder, s Scenario) (World, error) {
	w, err := Get(ctx, b, worldStage(), s)
	if err != nil {
		return World{}, err
	}
	p, err := s.faultAt(fault.AtWorld).World(ctx, w.Problem, seed.Of(s.World.Seed, "loop"), b.progress)
	if err != nil {
		return World{}, err
	}
	return World{p, ownBytes(p, w.Problem)}, nil
}

// driftedWorldStage is the world with its requests drifted.
func driftedWorldStage() Stage[World] {
	return Stage[World]{Name: "drifted world", Needs: worldFields | FieldDrift, Build: driftWorld}
}

func driftWorld(ctx context.Context, b *Builder, s Scenario) (World, error) {
	base, err := b.undrifted(ctx, s)
	if err != nil {
		return World{}, err
	}
	if base.Drift == nil {
		return World{}, errors.New("letting the requests drift: this data has no later time")
	}
	b.progress.Report("letting the requests drift", 0, 0)
	p, err := base.Drift.At(ctx, s.Drift)
	if err != nil {
		return World{}, fmt.Errorf("letting the requests drift: %w", err)
	}
	return World{p, ownBytes(p, base)}, nil
}

// undrifted is the scenario's world with its fault, before any drift.
func (b *Builder) undrifted(ctx context.Context, s Scenario) (*problem.Problem, error) {
	stage := worldStage()
	if s.Fault.At&fault.AtWorld != 0 {
		stage = faultyWorldStage()
	}
	w, err := Get(ctx, b, stage, s)
	return w.Problem, err
}

// Answered returns the problem whose test requests are answered.
func (b *Builder) Answered(ctx context.Context, s Scenario) (*problem.Problem, error) {
	if s.Drift == 0 {
		return b.undrifted(ctx, s)
	}
	w, err := Get(ctx, b, driftedWorldStage(), s)
	return w.Problem, err
}

// Learned returns the problem that the models learn from, with the whole of its past.
func (b *Builder) Learned(ctx context.Context, s Scenario) (*problem.Problem, error) {
	s.Drift = s.LearnedDrift
	return b.Answered(ctx, s)
}

// queryBytes is the memory of a request without its vector and what it has seen.
const queryBytes = 72

// ownBytes is roughly the memory of what a problem doesn't share with the one that it was made of: requests, history, log and
// labels.
func ownBytes(p, base *problem.Problem) int64 {
	total := queriesBytes(p.Train, base.Train) + queriesBytes(p.Test, base.Test)
	for _, labels := range [][2][]int32{{p.Labels, base.Labels}, {p.TrainLabels, base.TrainLabels}, {p.TestLabels, base.TestLabels}} {
		total += own(labels[0], labels[1], 4)
	}
	if h := p.History; h != nil && h != base.History {
		was := base.History
		if was == nil {
			was = &problem.History{}
		}
		total += own(h.Start, was.Start, 4) + own(h.Item, was.Item, 4) + own(h.Weight, was.Weight, 4) + own(h.Day, was.Day, 4)
	}
	if l := p.Log; l != nil && l != base.Log {
		var was []problem.Impression
		if base.Log != nil {
			was = base.Log.Impressions
		}
		total += own(l.Impressions, was, 20)
	}
	return total
}

func queriesBytes(queries, base []problem.Query) int64 {
	total := own(queries, base, queryBytes)
	if total == 0 {
		return 0
	}
	for i := range queries {
		var was []int32
		if i < len(base) {
			was = base[i].Filter.Except
		}
		total += own(queries[i].Filter.Except, was, 4)
	}
	return total
}

// own is the memory of a slice that isn't shared with another.
func own[T any](values, base []T, size int64) int64 {
	if len(values) == 0 || len(base) > 0 && &values[0] == &base[0] {
		return 0
	}
	return size * int64(len(values))
}
