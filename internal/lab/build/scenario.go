// Package build makes what an experiment measures: world, vectors, index, training rows, ranker, requests. One comparable
// Scenario says everything that the result depends on. Each Stage declares the fields that it needs, is built from a scenario
// that has no others, and is kept under exactly that scenario: no key is written anywhere, and a variant of a pipeline is
// another Scenario.
package build

import (
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/kind"
	"dryrun/internal/problem"
)

// Scenario is everything that what is built depends on. It is comparable; a field that doesn't apply is zero.
type Scenario struct {
	World problem.Spec // generated, or files, with the seed of everything else
	Files string       // what the files are, by OfFiles; "" for a generated world
	Fault Planted

	Past         Past    // which part of the past the models learn from
	LearnedDrift float64 // how far the requests had drifted when the models learned
	Drift        float64 // how far those that are answered have drifted

	StageOne
	StageTwo
	K   int // candidates that stage one hands over
	Top int // items of an answer
}

// StageOne is how candidates are found. Engines of ids have no encoder.
type StageOne struct {
	Engine      string
	Items       int // how many items are indexed, the first ones; 0: all of them
	Encoder     string
	Dim, Epochs int
	Mining      string // what the loss of a learned encoder sets each request against
}

// StageTwo is how the ranker is trained.
type StageTwo struct {
	Ranker    string
	Loss      string // of trees
	Features  string // as the knob writes them
	Rates     string // how past success enters the features
	Negatives string
	Label     string  // what counts as a positive
	Position  string  // where rows come from, and what their slot does
	Score     string  // what the score estimates
	Log       float64 // share of the past requests, newest
	Trees     int     // at most; 0: kind.Trees
	Rate      float64 // of learning; 0: kind.Rate
}

// Planted is a fault, and the stages at which it is in force.
type Planted struct {
	ID string
	At fault.Hooks
}

// Past is a part of the past.
type Past string

// The parts of the past. SplitBy makes others.
const (
	WholePast    Past = ""
	BeforeRanker Past = "before the ranker's requests" // what was known when the requests that the ranker learns from were made
)

const splitPrefix = "split by "

// SplitBy is what a split of the history leaves to learn from.
func SplitBy(split string) Past { return Past(splitPrefix + split) }

// NewScenario is the scenario of a configuration's settings, with its fault.
func NewScenario(cfg catalog.Config, set catalog.Settings) Scenario {
	s := Scenario{
		World: cfg.Spec(set),
		StageTwo: StageTwo{
			Ranker: set.Ranker, Loss: set.Loss, Features: set.Features, Negatives: set.Negatives, Log: set.Log,
			Rates: set.Rates, Label: set.Label, Position: set.Position, Score: set.Score,
		},
		K: set.K, Top: set.Top,
	}
	s.Mining = set.Mining
	s = s.WithEngine(set.Engine).WithEncoder(set.Encoder, set.Dim, set.Epochs)
	f := fault.ByID(cfg.FaultInForce())
	s.Drift = f.Drift
	if at := f.Hooks(); at != 0 {
		s.Fault = Planted{f.ID, at}
	}
	return s
}

// WithEngine is the scenario with another engine; one that searches no vectors has no encoder.
func (s Scenario) WithEngine(id string) Scenario {
	s.Engine = id
	if !s.HasVectors() {
		s.Encoder, s.Dim, s.Epochs, s.Mining = "", 0, 0, ""
	}
	return s
}

// WithEncoder is the scenario with another encoder, where its engine searches vectors.
func (s Scenario) WithEncoder(id string, dim, epochs int) Scenario {
	if s.HasVectors() {
		s.Encoder, s.Dim, s.Epochs = id, dim, epochs
	}
	return s
}

// HasVectors says whether stage one searches vectors.
func (s Scenario) HasVectors() bool {
	e, ok := kind.ByID(s.World.Kind).Engine(s.Engine)
	return ok && e.Vectors
}

// WithoutFault is the scenario with its fault not in force at some stages.
func (s Scenario) WithoutFault(at fault.Hooks) Scenario {
	if s.Fault.At &^= at; s.Fault.At == 0 {
		s.Fault.ID = ""
	}
	return s
}

// faultAt is the fault that is in force at a stage; one that does nothing where none is.
func (s Scenario) faultAt(at fault.Hooks) fault.Fault {
	if s.Fault.At&at == 0 {
		return fault.Fault{}
	}
	return fault.ByID(s.Fault.ID)
}
