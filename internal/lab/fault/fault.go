// Package fault plants what goes wrong: each fault is a value with hooks at named stages of the build, in a file of its own. A
// stage asks for its own hook and for nothing else; what a fault does not hook into stays as it is. The catalog says in
// words what each fault is, and by which metrics it shows.
package fault

import (
	"context"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/progress"
	"dryrun/internal/problem"
)

// Hooks is a set of stages at which a fault does something.
type Hooks uint8

// The stages that have hooks.
const (
	AtWorld    Hooks = 1 << iota // the problem, after it is made or read
	AtIndex                      // which items reach the index
	AtRows                       // what the ranker's rows are labeled by
	AtFeatures                   // a ranker's features, in training and at serving
	AtServing                    // the features at serving alone
	AtEncode                     // how requests are encoded at serving
)

// Fault is one thing that goes wrong. A nil hook leaves its stage as it is.
type Fault struct {
	ID string

	World    func(ctx context.Context, p *problem.Problem, seed uint64, to *progress.Sink) (*problem.Problem, error)
	Index    func(p *problem.Problem, seed uint64) []int32 // the items that are indexed, ascending
	Clicks   bool                                          // rows are the log's impressions, labeled by click, and not judged requests
	Features func(f problem.Features, p *problem.Problem) problem.Features
	Serving  func(groups []problem.FeatureGroup) []string // feature groups that arrive as zeros
	Encode   func(encode Encode, dim int) Encode

	Drift float64 // how far the requests have drifted since the models learned
}

// Encode fills a request's vector.
type Encode func(q *problem.Query, into []float32)

// Hooks says at which stages the fault does something.
func (f Fault) Hooks() Hooks {
	var h Hooks
	for _, has := range []struct {
		hook Hooks
		set  bool
	}{
		{AtWorld, f.World != nil},
		{AtIndex, f.Index != nil},
		{AtRows, f.Clicks},
		{AtFeatures, f.Features != nil},
		{AtServing, f.Serving != nil},
		{AtEncode, f.Encode != nil},
	} {
		if has.set {
			h |= has.hook
		}
	}
	return h
}

// All returns every fault.
func All() []Fault {
	return []Fault{leakage(), skew(), drift(), staleIndex(), encoderMismatch(), positionBias(), popularityLoop(), coldStart()}
}

// ByID returns the fault called id; for "", a fault that does nothing.
func ByID(id string) Fault {
	for _, f := range All() {
		if f.ID == id {
			return f
		}
	}
	return Fault{}
}

// drift moves the requests as far as the world can; the models don't follow.
func drift() Fault { return Fault{ID: catalog.Drift, Drift: 1} }

// positionBias lets the ranker learn from clicks as if people had looked at every position alike.
func positionBias() Fault { return Fault{ID: catalog.PositionBias, Clicks: true} }

// skew lets every feature that comes from a store arrive as zeros: the groups of features but the first. Similarity is computed on
// the spot.
func skew() Fault {
	return Fault{ID: catalog.Skew, Serving: func(groups []problem.FeatureGroup) []string {
		var ids []string
		for _, g := range groups[min(1, len(groups)):] {
			ids = append(ids, g.ID)
		}
		return ids
	}}
}
