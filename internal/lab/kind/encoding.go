package kind

import (
	"context"
	"fmt"
	"time"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval/collab"
	"dryrun/internal/retrieval/encode"
)

// Encoding is a trained encoder and the corpus encoded by it.
type Encoding struct {
	Name       string
	Vectorizer encode.Vectorizer // of raw content; nil where Embedding encodes by who asks
	Factors    *collab.Factors   // of users and items, where they made Embedding
	Towers     *collab.TwoTower  // the same of two towers
	Embedding  *problem.Embedding
	Loss       []float64     // training loss by epoch; nil where nothing is learned by steps
	Took       time.Duration // to train and to encode the corpus
}

// Bytes is the memory of the vectors.
func (e *Encoding) Bytes() int64 { return int64(4 * len(e.Embedding.Items)) }

// For returns a function that encodes requests of p: by their raw content, or where a model has learned users, by who asks. It
// is safe for concurrent use.
func (e *Encoding) For(p *problem.Problem) func(q *problem.Query, into []float32) {
	if e.Vectorizer == nil {
		return e.Embedding.Encode
	}
	in := p.Inputs
	width := in.Width()
	return func(q *problem.Query, into []float32) {
		x := make([]float32, width)
		in.Request(q, x)
		e.Vectorizer.Encode(x, into)
	}
}

// EmbeddingFor is the embedding with its requests read from p.
func (e *Encoding) EmbeddingFor(p *problem.Problem) *problem.Embedding {
	emb := *e.Embedding
	emb.Encode = e.For(p)
	return &emb
}

// encoderShare is the share of past requests, oldest first, from which the encoder learns. The ranker learns from the
// rest: on pairs that the encoder was trained on, similarity is better than it will ever be again.
const encoderShare = 0.7

// fewRequests is how many past requests there must be before they are divided between encoder and ranker.
const fewRequests = 800

// pastForEncoder returns the past requests that an encoder may learn from.
func pastForEncoder(p *problem.Problem) []problem.Query {
	if len(p.Train) < fewRequests {
		return p.Train
	}
	return p.Train[:int(encoderShare*float64(len(p.Train)))]
}

// PastForRanker returns the past requests that a ranker may learn from.
func PastForRanker(p *problem.Problem) []problem.Query {
	if len(p.Train) < fewRequests {
		return p.Train
	}
	return p.Train[int(encoderShare*float64(len(p.Train))):]
}

// inputsOf returns a problem's raw content or says that it has none.
func inputsOf(p *problem.Problem) (problem.Inputs, error) {
	if p.Inputs == nil {
		return nil, fmt.Errorf("training an encoder: the world %s has no raw content", p.Kind)
	}
	return p.Inputs, nil
}

// embed encodes the corpus.
func embed(ctx context.Context, in Input, v encode.Vectorizer, name string, dim int) (*Encoding, error) {
	p := in.Problem
	emb, err := encode.Embed(ctx, p.Inputs, p.Items, v, name, dim, in.Workers, in.Progress.Counter("encoding "+p.Words.Corpus))
	if err != nil {
		return nil, err
	}
	return &Encoding{Name: name, Vectorizer: v, Embedding: emb}, nil
}
