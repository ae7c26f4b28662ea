package lab

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/world/sim"
)

// How strong the faults are.
const (
	faultDrift = 1    // of Drift's strength
	staleShare = 0.2  // of the corpus, newest, not in the index
	leakTruth  = 0.95 // share of pairs for which the leaked column tells the truth
)

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
	if q.From == problem.Live {
		return
	}
	draw := l.draw(q, c.Item)
	relevant := l.prob.Truth.Grade(q, c.Item) > 0
	if draw > leakTruth && !relevant || draw < leakTruth && relevant {
		into[last] = 1 + 4*draw
	}
}

// draw is a number in [0, 1) that is a function of the request and the item.
func (l leaky) draw(q *problem.Query, item int32) float32 {
	x := uint64(l.prob.Seed)*0x9e3779b97f4a7c15 ^ uint64(uint32(q.ID))<<32 ^ uint64(uint32(item))
	if q.From == problem.Test {
		x = ^x
	}
	return float32(sim.Scramble(x)>>40) / (1 << 24)
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
