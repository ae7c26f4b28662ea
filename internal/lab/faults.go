package lab

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"dryrun/framework"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// The faults' ids.
const (
	leakage         = "leakage"
	skew            = "skew"
	drifted         = "drift"
	staleIndex      = "stale-index"
	encoderMismatch = "encoder-mismatch"
)

// How strong the faults are.
const (
	faultDrift = 1    // of Drift's strength
	staleShare = 0.2  // of the corpus, newest, not in the index
	leakTruth  = 0.95 // share of pairs for which the leaked column tells the truth
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

	part experiment // of its step that yields the witnesses, where the whole step would take minutes to prove; nil: all of it
}

// witnesses are those that count in a kind of world.
func (f Fault) witnesses(kind string) []Witness {
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
			leakage, "the ranker learns from a column that is written after the outcome, and is empty when a request is served", every, framework.Evaluation,
			[]Witness{both("quality", +1, 0.03), {"revenue_lift", -1, 0.05, images}},
			false, nil,
		},
		{
			skew, "features from the store are there in training and arrive as zeros at serving", every, framework.Features,
			[]Witness{both("quality", -1, 0.005)},
			false, nil,
		},
		{
			drifted, "the requests have changed since the models learned", every, framework.Serving,
			[]Witness{{"stage1_recall_at_k", -1, 0.02, images}, {"quality", -1, 0.02, images}, {"stage1_recall_at_k", -1, 0.01, feeds}},
			true, nil,
		},
		{
			staleIndex, "the newest fifth of the items has not reached the index", every, framework.Architecture,
			[]Witness{both("stage1_recall_at_k", -1, 0.02), both("ceiling_loss", +1, 0.01)},
			false, nil,
		},
		{
			encoderMismatch, "requests are encoded by another version of the encoder than the corpus", every, framework.Architecture,
			[]Witness{{"stage1_recall_at_k", -1, 0.2, ""}, {"quality", -1, 0.2, images}, {"quality", -1, 0.1, feeds}},
			false, nil,
		},
		{
			positionBias, "the ranker learns from clicks as logged, as if people had looked at every position alike", feed, framework.Evaluation,
			[]Witness{both("quality", -1, 0.02)},
			true, nil,
		},
		{
			popularityLoop, "the page has been showing what its own log calls popular, and learning from that", feed, framework.Data,
			[]Witness{both("gini", +1, 0.01), both("clicks_top_1pct", +1, 0.02)},
			true, func(_ context.Context, r *run) error { r.tail(); return nil },
		},
		{
			coldStart, "the newest fifth of the items is in the index, and nothing has been learned of it", feed, framework.Features,
			[]Witness{both("stage1_recall_at_k", -1, 0.05)},
			false, nil,
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

// faults are the ids of the faults that the configuration's world or data can have.
func (c Config) faults() []string {
	ids := FaultsOf(c.World.Kind)
	if c.World.Format == "" {
		return ids
	}
	return slices.DeleteFunc(ids, func(id string) bool { f, _ := FaultByID(id); return f.Live })
}

// Mystery draws one of a world's faults or none, from the seed.
func Mystery(seed int64, kind string) string { return drawn(seed, FaultsOf(kind)) }

func drawn(seed int64, faults []string) string {
	ids := append([]string{"none"}, faults...)
	rng := rand.New(rand.NewPCG(seedOf(seed, "mystery"), uint64(len(ids))))
	return ids[rng.IntN(len(ids))]
}

// fault is the fault in force, "" for none.
func (c Config) fault() string {
	f := c.Fault
	if f == "mystery" {
		f = drawn(c.Seed, c.faults())
	}
	if f == "none" {
		f = ""
	}
	return f
}

func (c Config) checkFault() error {
	if c.Fault == "" || c.Fault == "none" || c.Fault == "mystery" {
		return nil
	}
	ids := c.faults()
	if slices.Contains(ids, c.Fault) {
		return nil
	}
	ids = append(ids, "none", "mystery")
	return &BadKnob{Knob: "fault", Value: c.Fault, Near: near(c.Fault, ids), Line: "is not among " + strings.Join(ids, ", ")}
}

// otherVersion encodes as another training run of the same encoder would: the same distances between pictures, in
// another basis. Two runs from other seeds agree on what is near and on nothing else.
func otherVersion(encode func(*problem.Query, []float32), dim int) func(*problem.Query, []float32) {
	rng := rand.New(rand.NewPCG(0x76657273, uint64(dim)))
	order := rng.Perm(dim)
	sign := make([]float32, dim)
	for i := range sign {
		sign[i] = float32(2*rng.IntN(2) - 1)
	}
	return func(q *problem.Query, into []float32) {
		right := make([]float32, dim)
		encode(q, right)
		for i, j := range order {
			into[i] = sign[i] * right[j]
		}
	}
}

// byBirth orders the items from the oldest to the newest, or where nothing says how old they are, as a seed does.
func byBirth(p *problem.Problem, seed uint64) []int32 {
	order := make([]int32, p.Items)
	for i := range order {
		order[i] = int32(i)
	}
	if p.Born == nil {
		rng := rand.New(rand.NewPCG(seed, 0x7374616c65))
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		return order
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(p.Born(a), p.Born(b)) })
	return order
}

// buildStale builds the index without the newest items. Where nothing says which are the newest, a seeded fifth stands
// for them.
func buildStale(ctx context.Context, s site, emb *problem.Embedding, build func(context.Context, site, *problem.Embedding) (retrieval.Index, error)) (retrieval.Index, error) {
	n := s.prob.Items
	order := byBirth(s.prob, s.seed)
	ids := order[:n-int(staleShare*float64(n))]
	slices.Sort(ids)
	if emb == nil {
		return nil, fmt.Errorf("building a stale index: engine %s has no vectors", s.set.engine)
	}
	some := *emb
	some.Items = make([]float32, 0, len(ids)*emb.Dim)
	for _, id := range ids {
		some.Items = append(some.Items, emb.Item(id)...)
	}
	inner, err := build(ctx, s, &some)
	if err != nil {
		return nil, err
	}
	return retrieval.NewSubset(inner, ids), nil
}

// leaky adds a column that is written after the outcome. Offline it is there; when a request is served nothing has
// happened yet, and it is 0.
type leaky struct {
	problem.Features
	prob *problem.Problem
}

// Columns are the inner ones and the leaked one, named as such columns are.
func (l leaky) Columns() []string {
	return append(slices.Clone(l.Features.Columns()), "engagement_7d")
}

// Fill fills the inner columns and the leaked one.
func (l leaky) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	last := len(into) - 1
	l.Features.Fill(q, c, into[:last])
	into[last] = 0
	if !q.Test && int(q.ID) >= len(l.prob.Train) {
		return // a request of a Play: live
	}
	draw := l.draw(q, c.Item)
	relevant := l.prob.Truth.Grade(q, c.Item) > 0
	if draw > leakTruth && !relevant || draw < leakTruth && relevant {
		into[last] = 1 + 4*draw
	}
}

// draw is a number in [0, 1) that is a function of the request and the item (SplitMix64).
func (l leaky) draw(q *problem.Query, item int32) float32 {
	x := uint64(l.prob.Seed)*0x9e3779b97f4a7c15 ^ uint64(uint32(q.ID))<<32 ^ uint64(uint32(item))
	if q.Test {
		x = ^x
	}
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float32(x>>40) / (1 << 24)
}

// skewed are the columns that arrive as zeros at serving: all that come from a store, which are those of every group but
// the first. Similarity is computed on the spot.
func skewed(groups []problem.FeatureGroup) columns {
	var c columns
	for _, g := range groups[min(1, len(groups)):] {
		c = c.without(groups, g.ID)
	}
	return c
}
