package build

import (
	"context"
	"fmt"
	"math"

	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/kind"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
)

// Requests are a problem's test requests, ready to be answered.
type Requests struct {
	Queries   []problem.Query // with vectors
	Inputs    [][]float32     // raw content, for timing the encoder; nil where there is none
	Positives [][]problem.Graded
	Targets   []int // how many of the positives reach Problem.Positive
}

// Bytes is the memory of the requests.
func (r *Requests) Bytes() int64 {
	total := 0
	for i := range r.Queries {
		total += 4*(len(r.Queries[i].Vec)+len(r.Inputs[i])) + 8*len(r.Positives[i]) + 120
	}
	return int64(total)
}

// requestFields are what requests depend on.
const requestFields = vectorFields | FieldDrift | FaultAtEncode

// requestStage encodes the test requests and looks up what would be right for each.
func requestStage() Stage[*Requests] {
	return Stage[*Requests]{Name: "requests", Needs: requestFields, Build: encodeRequests}
}

func encodeRequests(ctx context.Context, b *Builder, s Scenario) (*Requests, error) {
	p, err := b.Answered(ctx, s)
	if err != nil {
		return nil, err
	}
	encoding, err := b.Encoding(ctx, s)
	if err != nil {
		return nil, err
	}
	n := len(p.Test)
	r := &Requests{
		Queries: make([]problem.Query, n), Inputs: make([][]float32, n),
		Positives: make([][]problem.Graded, n), Targets: make([]int, n),
	}
	encode := s.requestEncoder(encoding, p)
	b.progress.Report("encoding the requests", 0, n)
	err = b.Each(ctx, n, func(i int) error {
		q := p.Test[i]
		if p.Inputs != nil {
			r.Inputs[i] = make([]float32, p.Inputs.Width())
			p.Inputs.Request(&q, r.Inputs[i])
		}
		if encoding != nil {
			q.Vec = make([]float32, encoding.Embedding.Dim)
			encode(&q, r.Inputs[i], q.Vec)
		}
		r.Positives[i] = p.Truth.Positives(&q)
		for _, g := range r.Positives[i] {
			if g.Grade >= p.Positive {
				r.Targets[i]++
			}
		}
		r.Queries[i] = q
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the test requests: %w", err)
	}
	return r, nil
}

// requestEncoder returns what fills a request's vector: from its raw content x where that is what the encoder reads, else by the
// embedding of serving.
func (s Scenario) requestEncoder(e *kind.Encoding, p *problem.Problem) func(q *problem.Query, x, into []float32) {
	if e == nil {
		return nil
	}
	serving := s.servingEmbedding(e, p).Encode
	fromContent := e.Vectorizer != nil && s.faultAt(fault.AtEncode).Encode == nil
	return func(q *problem.Query, x, into []float32) {
		if fromContent && x != nil {
			e.Vectorizer.Encode(x, into)
			return
		}
		serving(q, into)
	}
}

// servingEmbedding is the embedding with its requests read from p, encoded as serving does; nil without vectors.
func (s Scenario) servingEmbedding(e *kind.Encoding, p *problem.Problem) *problem.Embedding {
	if e == nil {
		return nil
	}
	emb := e.EmbeddingFor(p)
	if broken := s.faultAt(fault.AtEncode).Encode; broken != nil {
		emb.Encode = broken(emb.Encode, emb.Dim)
	}
	return emb
}

// Candidates are stage one's answers to the test requests, as it returned them.
type Candidates [][]problem.Candidate

// Bytes is the memory of the candidates.
func (c Candidates) Bytes() int64 {
	total := 24 * len(c)
	for _, list := range c {
		total += 8 * len(list)
	}
	return int64(total)
}

// candidateFields are what stage one's answers depend on.
const candidateFields = IndexFields | requestFields | FieldK

// CandidateStage answers the test requests by stage one. A measured pipeline has done that already: it keeps what it found.
func CandidateStage() Stage[Candidates] {
	return Stage[Candidates]{Name: "candidates", Needs: candidateFields, Build: findCandidates}
}

func findCandidates(ctx context.Context, b *Builder, s Scenario) (Candidates, error) {
	requests, err := Get(ctx, b, requestStage(), s)
	if err != nil {
		return nil, err
	}
	index, err := b.Index(ctx, s)
	if err != nil {
		return nil, err
	}
	out := make(Candidates, len(requests.Queries))
	err = b.Each(ctx, len(out), func(i int) (err error) {
		out[i], err = index.Retrieve(ctx, requests.Queries[i], s.K, nil)
		return err
	})
	return out, err
}

// Matrix is the features of every test request's candidates, so that many models can be compared on them.
type Matrix struct {
	Depth int // how much of an answer is judged

	width int
	from  []int     // rows of request i are from[i] to from[i+1]
	x     []float32 // row-major
	items []int32
}

// Bytes is the memory of the matrix.
func (m *Matrix) Bytes() int64 { return int64(4 * (len(m.x) + len(m.items))) }

// matrixFields are what the features of candidates depend on.
const matrixFields = candidateFields | FieldRates | FaultAtFeatures | FaultAtServing

// matrixStage fills the features of stage one's candidates as serving computes them, with every column filled.
func matrixStage() Stage[*Matrix] {
	return Stage[*Matrix]{Name: "features of candidates", Needs: matrixFields, Build: fillMatrix}
}

func fillMatrix(ctx context.Context, b *Builder, s Scenario) (*Matrix, error) {
	requests, err := Get(ctx, b, requestStage(), s)
	if err != nil {
		return nil, err
	}
	found, err := Get(ctx, b, CandidateStage(), s)
	if err != nil {
		return nil, err
	}
	p, err := b.Answered(ctx, s)
	if err != nil {
		return nil, err
	}
	encoding, err := b.Encoding(ctx, s)
	if err != nil {
		return nil, err
	}
	features, err := s.ServingFeatures(ctx, p, s.servingEmbedding(encoding, p))
	if err != nil {
		return nil, err
	}
	m := &Matrix{width: len(features.Columns()), Depth: s.Depth(&p.Judge), from: make([]int, len(found)+1)}
	for i, list := range found {
		m.from[i+1] = m.from[i] + len(list)
	}
	total := m.from[len(found)]
	m.x, m.items = make([]float32, total*m.width), make([]int32, total)
	err = b.Each(ctx, len(found), func(i int) error {
		for j, c := range found[i] {
			row := m.from[i] + j
			m.items[row] = c.Item
			features.Fill(&requests.Queries[i], c, m.x[row*m.width:(row+1)*m.width])
		}
		return nil
	})
	return m, err
}

// Matrix returns the features of the scenario's candidates.
func (b *Builder) Matrix(ctx context.Context, s Scenario) (*Matrix, error) {
	return Get(ctx, b, matrixStage(), s)
}

// First is the matrix of the first n requests alone.
func (m *Matrix) First(n int) *Matrix {
	out := *m
	out.from = m.from[:min(n+1, len(m.from))]
	return &out
}

// Missing is the matrix with a group's columns missing.
func (m *Matrix) Missing(groups []problem.FeatureGroup, id string) *Matrix {
	out := *m
	out.x = append([]float32(nil), m.x[:m.from[len(m.from)-1]*m.width]...)
	gone := Columns{}.Without(groups, id)
	for i := range out.x {
		if gone.blank[i%m.width] {
			out.x[i] = float32(math.NaN())
		}
	}
	return &out
}

// Ranked orders each request's candidates by a model's scores of their rows with the blank columns cleared, and returns as
// much of each answer as is judged.
func (m *Matrix) Ranked(ctx context.Context, b *Builder, model ranking.Model, blank Columns) ([][]problem.Candidate, error) {
	out := make([][]problem.Candidate, len(m.from)-1)
	err := b.Each(ctx, len(out), func(i int) error {
		from, to := m.from[i], m.from[i+1]
		candidates, scores := make([]problem.Candidate, to-from), make([]float32, to-from)
		model.Score(blank.Cleared(m.x[from*m.width:to*m.width], m.width), scores)
		for j := range candidates {
			candidates[j] = problem.Candidate{Item: m.items[from+j], Score: scores[j]}
		}
		ranking.Sort(candidates)
		out[i] = candidates[:min(m.Depth, len(candidates))]
		return nil
	})
	return out, err
}
