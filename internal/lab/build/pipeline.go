package build

import (
	"context"
	"errors"

	"dryrun/internal/lab/kind"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// Pipeline is both stages, built for a scenario, and the requests that they answer.
type Pipeline struct {
	Scenario Scenario
	Learned  *problem.Problem // what the models learned from
	Problem  *problem.Problem // whose requests are answered: Learned, unless they have drifted
	Requests *Requests

	Encoding  *kind.Encoding     // encoder and vectors; nil where the engine searches none
	Embedding *problem.Embedding // its vectors, encoding requests as serving does
	Index     Index              // stage one

	Columns  Columns          // the feature columns that the ranker reads
	Model    *Trained         // of stage two; nil keeps stage one's order
	Unranked string           // why there is no model although the scenario has a ranker; "" where there is one
	Features problem.Features // as they reach the ranker at serving; nil where the problem has none
	Ranker   ranking.Ranker   // stage two
}

// PipelineFields are what a pipeline, and every answer that it gives, depend on; how many items of an answer are shown is left.
const PipelineFields = modelFields | matrixFields

// Pipeline builds the scenario's pipeline, or what of it isn't kept yet.
func (b *Builder) Pipeline(ctx context.Context, s Scenario) (*Pipeline, error) {
	p := &Pipeline{Scenario: s, Ranker: ranking.Identity{}}
	var err error
	if p.Learned, err = b.Learned(ctx, s); err != nil {
		return nil, err
	}
	if p.Encoding, err = b.Encoding(ctx, s); err != nil {
		return nil, err
	}
	if p.Index, err = b.Index(ctx, s); err != nil {
		return nil, err
	}
	if p.Columns, err = s.Columns(p.Learned); err != nil {
		return nil, err
	}
	if s.HasRanker(p.Learned) {
		p.Model, err = b.Ranker(ctx, s)
		switch {
		case errors.Is(err, errNoRows):
			p.Unranked = err.Error()
		case err != nil:
			return nil, err
		}
	}
	if p.Problem, err = b.Answered(ctx, s); err != nil {
		return nil, err
	}
	p.Embedding = s.servingEmbedding(p.Encoding, p.Problem)
	if p.Requests, err = Get(ctx, b, requestStage(), s); err != nil {
		return nil, err
	}
	all, err := s.ServingFeatures(ctx, p.Problem, p.Embedding)
	if err != nil {
		return nil, err
	}
	p.Features = p.Columns.Reading(all)
	if p.Model != nil {
		p.Ranker = ranking.NewRanker(p.Model.Model, p.Features)
	}
	return p, nil
}

// Truth is what is known about the i-th test request.
func (p *Pipeline) Truth(i int) problem.GroundTruth {
	return problem.GroundTruth{Query: &p.Requests.Queries[i], Truth: p.Problem.Truth, Positives: p.Requests.Positives[i]}
}

// Judge judges an answer to the i-th test request.
func (p *Pipeline) Judge(i int, answer []problem.Candidate) problem.Outcome {
	return p.Problem.Judge.Answer(p.Truth(i), answer)
}

// Recall is the share of the i-th test request's positives among candidates.
func (p *Pipeline) Recall(i int, candidates []problem.Candidate) float64 {
	return metrics.Recall(metrics.Found(p.Truth(i), candidates, p.Problem.Positive), p.Requests.Targets[i])
}

// Judged judges answers to the test requests, in order.
func (p *Pipeline) Judged(answers [][]problem.Candidate) metrics.Judged {
	out := metrics.Judged{Judge: &p.Problem.Judge, Outcomes: make([]problem.Outcome, len(answers))}
	for i, a := range answers {
		out.Outcomes[i] = p.Judge(i, a)
	}
	return out
}

// Cutoff is how much of an answer recall@10 looks at, and the least that is kept of one.
const Cutoff = 10

// Depth is how much of an answer a world's judge and recall@10 look at.
func (s Scenario) Depth(j *problem.Judge) int {
	if j.Cut == 0 {
		return s.K
	}
	return max(Cutoff, j.Cut)
}

// Groups are the feature groups of what the models learned from.
func (p *Pipeline) Groups() []problem.FeatureGroup {
	if p.Learned.Pairs == nil {
		return nil
	}
	return p.Learned.Pairs.Groups()
}

// KindOfRanker is the ranker in force, or trees where there is none.
func (s Scenario) KindOfRanker() string {
	if s.Ranker == "none" {
		return "trees"
	}
	return s.Ranker
}

// WithColumns is the scenario with a ranker that reads these columns.
func (p *Pipeline) WithColumns(c Columns) Scenario {
	s := p.Scenario
	if c != p.Columns {
		s.Features = c.Text(p.Groups())
	}
	return s
}
