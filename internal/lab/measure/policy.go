package measure

import (
	"context"
	"slices"

	"dryrun/internal/lab/build"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// Policy is one way to order the candidates of a live request.
type Policy struct {
	ID    string
	Words string        // what it learned from
	Model ranking.Model // nil keeps stage one's order
	Blank build.Columns // columns that it doesn't read
	Today bool          // live, it is the earlier system with candidates of its own; Model orders logged lists alone
}

// Order returns the candidates in the policy's order, by the scores of their rows of features, of a width each.
func (p Policy) Order(candidates []problem.Candidate, rows []float32, width int) []problem.Candidate {
	order := slices.Clone(candidates)
	if p.Model == nil {
		return order
	}
	scores := make([]float32, len(order))
	p.Model.Score(p.Blank.Cleared(rows, width), scores)
	for j := range order {
		order[j].Score = scores[j]
	}
	ranking.Sort(order)
	return order
}

// ColumnScore is a model that takes one column as the score: a system that somebody else built.
type ColumnScore struct{ Column, Width int }

// Score copies the column.
func (c ColumnScore) Score(rows, out []float32) {
	for i := range out {
		out[i] = rows[i*c.Width+c.Column]
	}
}

// MB is nothing: it has no parameters here.
func (ColumnScore) MB() float64 { return 0 }

// Live answers live requests by a pipeline's stage one and any policies.
type Live struct {
	pipeline *build.Pipeline
	features problem.Features // every column filled: each policy clears what it doesn't read
	width    int
}

// NewLive returns what answers live requests.
func NewLive(ctx context.Context, p *build.Pipeline) (*Live, error) {
	f, err := p.Scenario.ServingFeatures(ctx, p.Problem, p.Embedding)
	if err != nil {
		return nil, err
	}
	return &Live{p, f, len(f.Columns())}, nil
}

// Answer runs stage one once and orders its candidates by each policy; the earlier system is asked for its own list.
func (l *Live) Answer(ctx context.Context, play problem.Play, q problem.Query, policies []Policy) ([][]int32, error) {
	out := make([][]int32, len(policies))
	for k, policy := range policies {
		incumbent, ok := play.(problem.Incumbent)
		if !policy.Today || !ok {
			continue
		}
		var err error
		if out[k], err = incumbent.Today(ctx, &q); err != nil {
			return nil, err
		}
		out[k] = out[k][:min(l.pipeline.Scenario.Top, len(out[k]))]
	}
	if !slices.ContainsFunc(out, func(list []int32) bool { return list == nil }) {
		return out, nil
	}
	p := l.pipeline
	if p.Embedding != nil {
		q.Vec = make([]float32, p.Embedding.Dim)
		p.Embedding.Encode(&q, q.Vec)
	}
	candidates, err := p.Index.Retrieve(ctx, q, p.Scenario.K, nil)
	if err != nil {
		return nil, err
	}
	rows := l.Rows(&q, candidates)
	for k, policy := range policies {
		if out[k] != nil {
			continue
		}
		order := policy.Order(candidates, rows, l.width)
		for _, c := range order[:min(p.Scenario.Top, len(order))] {
			out[k] = append(out[k], c.Item)
		}
	}
	return out, nil
}

// Rows are the features of a request's candidates, row-major.
func (l *Live) Rows(q *problem.Query, candidates []problem.Candidate) []float32 {
	rows := make([]float32, len(candidates)*l.width)
	for j, c := range candidates {
		l.features.Fill(q, c, rows[j*l.width:(j+1)*l.width])
	}
	return rows
}

// Width is how many features a candidate has.
func (l *Live) Width() int { return l.width }
