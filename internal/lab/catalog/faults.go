package catalog

import (
	"math/rand/v2"
	"slices"
	"strings"

	"dryrun/framework"
	"dryrun/internal/lab/seed"
)

// The faults' ids.
const (
	Leakage         = "leakage"
	Skew            = "skew"
	Drift           = "drift"
	StaleIndex      = "stale-index"
	EncoderMismatch = "encoder-mismatch"
	PositionBias    = "position-bias"
	PopularityLoop  = "popularity-loop"
	ColdStart       = "cold-start"
)

// NoFault and Mystery are what a configuration's Fault may also be: none, or one drawn from the seed.
const (
	NoFault = "none"
	Mystery = "mystery"
)

// Witness is a metric that gives a fault away: the sign of its change and the least median change that counts.
type Witness struct {
	Metric string  `json:"metric"`
	Sign   int     `json:"sign"` // +1 rises, -1 falls
	Least  float64 `json:"least"`
	Kind   string  `json:"kind,omitempty"` // of world, where worlds differ
}

// Fault is a change to the world or to the pipeline, never to the report.
type Fault struct {
	ID      string           `json:"id"`
	Line    string           `json:"line"`
	Kinds   []string         `json:"kinds"` // of world in which it makes sense
	Step    framework.StepID `json:"step"`  // that shows it
	Witness []Witness        `json:"witness"`
	Live    bool             `json:"live,omitempty"` // it takes a world that goes on: recorded data can't have it
}

// Witnesses are those that count in a kind of world.
func (f Fault) Witnesses(kind string) []Witness {
	var out []Witness
	for _, w := range f.Witness {
		if w.Kind == "" || w.Kind == kind {
			out = append(out, w)
		}
	}
	return out
}

// FaultTable returns every fault.
func FaultTable() []Fault {
	const images, feeds = "images", "interactions"
	every, feed := []string{images, feeds}, []string{feeds}
	both := func(metric string, sign int, least float64) Witness { return Witness{metric, sign, least, ""} }
	return []Fault{
		{
			ID: Leakage, Kinds: every, Step: framework.Evaluation,
			Line:    "the ranker learns from a column that is written after the outcome, and is empty when a request is served",
			Witness: []Witness{both("quality", +1, 0.03), {"revenue_lift", -1, 0.05, images}},
		},
		{
			ID: Skew, Kinds: every, Step: framework.Features,
			Line:    "features from the store are there in training and arrive as zeros at serving",
			Witness: []Witness{both("quality", -1, 0.005)},
		},
		{
			ID: Drift, Kinds: every, Step: framework.Serving, Live: true,
			Line:    "the requests have changed since the models learned",
			Witness: []Witness{{"stage1_recall_at_k", -1, 0.02, images}, {"quality", -1, 0.02, images}, {"stage1_recall_at_k", -1, 0.01, feeds}},
		},
		{
			ID: StaleIndex, Kinds: every, Step: framework.Architecture,
			Line:    "the newest fifth of the items has not reached the index",
			Witness: []Witness{both("stage1_recall_at_k", -1, 0.02), both("ceiling_loss", +1, 0.01)},
		},
		{
			ID: EncoderMismatch, Kinds: every, Step: framework.Architecture,
			Line:    "requests are encoded by another version of the encoder than the corpus",
			Witness: []Witness{both("stage1_recall_at_k", -1, 0.2), {"quality", -1, 0.2, images}, {"quality", -1, 0.1, feeds}},
		},
		{
			ID: PositionBias, Kinds: feed, Step: framework.Evaluation, Live: true,
			Line:    "the ranker learns from clicks as logged, as if people had looked at every position alike",
			Witness: []Witness{both("quality", -1, 0.02)},
		},
		{
			ID: PopularityLoop, Kinds: feed, Step: framework.Data, Live: true,
			Line:    "the page has been showing what its own log calls popular, and learning from that",
			Witness: []Witness{both("gini", +1, 0.01), both("clicks_top_1pct", +1, 0.02)},
		},
		{
			ID: ColdStart, Kinds: feed, Step: framework.Features,
			Line:    "the newest fifth of the items is in the index, and nothing has been learned of it",
			Witness: []Witness{both("stage1_recall_at_k", -1, 0.05)},
		},
	}
}

// FaultByID returns the fault called id.
func FaultByID(id string) (Fault, bool) {
	for _, f := range FaultTable() {
		if f.ID == id {
			return f, true
		}
	}
	return Fault{}, false
}

// FaultsOf returns the ids of the faults that make sense in a kind of world.
func FaultsOf(kind string) []string {
	var ids []string
	for _, f := range FaultTable() {
		if slices.Contains(f.Kinds, kind) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// Faults are the ids of the faults that the configuration's world or data can have: recorded data can't have those that take
// a world that goes on.
func (c Config) Faults() []string {
	ids := FaultsOf(c.World.Kind)
	if c.World.Format == "" {
		return ids
	}
	return slices.DeleteFunc(ids, func(id string) bool { f, _ := FaultByID(id); return f.Live })
}

// Mystery is the fault that the seed draws from those that the configuration can have, or NoFault. A run of Fault Mystery
// plants it.
func (c Config) Mystery() string {
	ids := append([]string{NoFault}, c.Faults()...)
	rng := rand.New(rand.NewPCG(seed.Of(c.Seed, "mystery"), uint64(len(ids))))
	return ids[rng.IntN(len(ids))]
}

// FaultInForce is the id of the fault that a run of the configuration has, "" for none.
func (c Config) FaultInForce() string {
	f := c.Fault
	if f == Mystery {
		f = c.Mystery()
	}
	if f == NoFault {
		f = ""
	}
	return f
}

// CheckFault returns a *BadKnob where the configuration can't have its fault.
func (c Config) CheckFault() error {
	if c.Fault == "" || c.Fault == NoFault || c.Fault == Mystery {
		return nil
	}
	ids := c.Faults()
	if slices.Contains(ids, c.Fault) {
		return nil
	}
	ids = append(ids, NoFault, Mystery)
	return &BadKnob{Knob: "fault", Value: c.Fault, Near: Near(c.Fault, ids), Line: "is not among " + strings.Join(ids, ", ")}
}
