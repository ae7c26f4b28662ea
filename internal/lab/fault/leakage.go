package fault

import (
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// leakTruth is the share of pairs for which the leaked column tells the truth.
const leakTruth = 0.95

// leakage adds a column that is written after the outcome.
func leakage() Fault {
	return Fault{ID: catalog.Leakage, Features: func(f problem.Features, p *problem.Problem) problem.Features {
		return leaky{Features: f, prob: p}
	}}
}

// leaky is features with the leaked column last. Offline it is there; when a request is served nothing has happened yet, and
// it is 0.
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
