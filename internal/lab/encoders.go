package lab

import (
	"context"
	"fmt"
	"time"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval/encode"
)

// coded is an encoder with the corpus encoded by it.
type coded struct {
	name  string
	vec   encode.Vectorizer // of raw content; nil where emb encodes by who asks
	emb   *problem.Embedding
	curve []float64     // training loss by epoch; nil where nothing is learned by steps
	took  time.Duration // training and encoding the corpus
}

func (c *coded) bytes() int64 { return int64(4 * len(c.emb.Items)) }

// encoderOf returns a function that encodes requests of prob: by their raw content, or where a model has learned users, by
// who asks. It is safe for concurrent use.
func (c *coded) encoderOf(prob *problem.Problem) func(q *problem.Query, into []float32) {
	if c.vec == nil {
		return c.emb.Encode
	}
	in := prob.Inputs
	width := in.Width()
	return func(q *problem.Query, into []float32) {
		x := make([]float32, width)
		in.Request(q, x)
		c.vec.Encode(x, into)
	}
}

// encoderShare is the share of past requests, oldest first, from which the encoder learns. The ranker learns from the
// rest: on pairs that the encoder was trained on, similarity is better than it will ever be again.
const encoderShare = 0.7

// fewRequests is how many past requests there must be to part them between encoder and ranker.
const fewRequests = 800

// forEncoder returns the past requests that the encoder may learn from.
func forEncoder(p *problem.Problem) []problem.Query {
	if len(p.Train) < fewRequests {
		return p.Train
	}
	return p.Train[:int(encoderShare*float64(len(p.Train)))]
}

// forRanker returns the past requests that the ranker may learn from.
func forRanker(p *problem.Problem) []problem.Query {
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
func embed(ctx context.Context, s site, v encode.Vectorizer, name string, dim int) (*coded, error) {
	emb, err := encode.Embed(ctx, s.prob.Inputs, s.prob.Items, v, name, dim, s.workers, func(done, of int) { s.tell.say("encoding "+s.prob.Words.Corpus, done, of) })
	if err != nil {
		return nil, err
	}
	return &coded{name: name, vec: v, emb: emb}, nil
}

// trainRaw takes the raw content as it is: for pictures their pixels alone.
func trainRaw(ctx context.Context, s site) (*coded, error) {
	in, err := inputsOf(s.prob)
	if err != nil {
		return nil, err
	}
	width := in.Width()
	if px, ok := in.(problem.Pixels); ok {
		width = px.PixelWidth()
	}
	return embed(ctx, s, encode.Raw{Width: width}, "raw", width)
}

// pcaRows is how many items the principal components are computed from.
const pcaRows = 4000

// trainPCA computes principal components of a sample of the corpus.
func trainPCA(ctx context.Context, s site) (*coded, error) {
	in, err := inputsOf(s.prob)
	if err != nil {
		return nil, err
	}
	width, n := in.Width(), min(pcaRows, s.prob.Items)
	rows := make([]float32, n*width)
	s.tell.say("computing principal components", 0, n)
	err = each(ctx, n, s.workers, func(i int) error {
		in.Item(int32(i*s.prob.Items/n), rows[i*width:(i+1)*width])
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sampling the corpus for principal components: %w", err)
	}
	dim := min(s.set.dim, width, n)
	v, err := encode.TrainPCA(ctx, rows, width, dim, s.seed)
	if err != nil {
		return nil, err
	}
	return embed(ctx, s, v, "pca", dim)
}

// trainLearned learns an embedding by contrast from past requests.
func trainLearned(ctx context.Context, s site) (*coded, error) {
	in, err := inputsOf(s.prob)
	if err != nil {
		return nil, err
	}
	set, err := pairsOf(ctx, s, in)
	if err != nil {
		return nil, err
	}
	v, err := encode.Train(ctx, set, encoderOptions(s), func(epoch, of int, _ float64) { s.tell.say("training the encoder", epoch, of) })
	if err != nil {
		return nil, err
	}
	c, err := embed(ctx, s, v, "learned", s.set.dim)
	if err != nil {
		return nil, err
	}
	c.curve = v.Loss
	return c, nil
}

// pairsMost bounds what the encoder learns from, so that training stays within seconds.
const pairsMost = 4000

// pairsOf gathers what the encoder learns from: past requests with the item that each was about, or where every item of
// a class is as good as another, past requests with their classes.
func pairsOf(ctx context.Context, s site, in problem.Inputs) (encode.PairSet, error) {
	past := forEncoder(s.prob)
	past = past[max(0, len(past)-pairsMost):]
	width := in.Width()
	set := encode.PairSet{Width: width, A: make([]float32, len(past)*width), Label: make([]int32, len(past))}
	byClass := s.prob.Positive == 1 && len(s.prob.TrainLabels) > 0
	if !byClass {
		set.B = make([]float32, len(past)*width)
	}
	s.tell.say("collecting pairs", 0, len(past))
	err := each(ctx, len(past), s.workers, func(i int) error {
		q := &past[i]
		in.Request(q, set.A[i*width:(i+1)*width])
		if byClass {
			set.Label[i] = s.prob.TrainLabels[q.ID]
			return nil
		}
		positives := s.prob.Truth.Positives(q)
		if len(positives) == 0 {
			return fmt.Errorf("past request %d has no item that it was about", q.ID)
		}
		set.Label[i] = positives[0].Item
		in.Item(positives[0].Item, set.B[i*width:(i+1)*width])
		return nil
	})
	if err != nil {
		return set, fmt.Errorf("collecting pairs for the encoder: %w", err)
	}
	return set, nil
}

func encoderOptions(s site) encode.Options {
	return encode.Options{Dim: s.set.dim, Epochs: s.set.epochs, Batch: 128, Temperature: 0.2, Seed: s.seed}
}

// foldOptions are for a few hundred labelled pictures: smaller steps.
func foldOptions(set settings, seed uint64) encode.Options {
	return encode.Options{Dim: set.dim, Epochs: set.epochs, Batch: 64, Seed: seed}
}
