package kind

import (
	"context"
	"fmt"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval/encode"
)

// images is a catalog of pictures, searched by pictures. Past requests have judged grades.
func images() Kind {
	return Kind{
		ID:       "images",
		Engines:  vectorEngines(),
		Encoders: []Encoder{{"learned", trainLearned}, {"pca", trainPCA}, {"raw", trainRaw}},
		Training: TrainingSize{Requests: 1200, Positives: 10, Negatives: 32, Leaves: 31, MinLeaf: 40},
		Copies:   Copies{Vectors: 1, Indexes: 1},
	}
}

// trainRaw takes the raw content as it is: for pictures their pixels alone.
func trainRaw(ctx context.Context, in Input) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	width := inputs.Width()
	if px, ok := inputs.(problem.Pixels); ok {
		width = px.PixelWidth()
	}
	return embed(ctx, in, encode.Raw{Width: width}, "raw", width)
}

// pcaRows is how many items the principal components are computed from.
const pcaRows = 4000

// trainPCA computes principal components of a sample of the corpus.
func trainPCA(ctx context.Context, in Input) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	width, n := inputs.Width(), min(pcaRows, in.Problem.Items)
	rows := make([]float32, n*width)
	in.Progress.Report("computing principal components", 0, n)
	err = parallel.For(ctx, in.Workers, n, func(_, i int) error {
		inputs.Item(int32(i*in.Problem.Items/n), rows[i*width:(i+1)*width])
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sampling the corpus for principal components: %w", err)
	}
	dim := min(in.Dim, width, n)
	v, err := encode.TrainPCA(ctx, rows, width, dim, in.Seed)
	if err != nil {
		return nil, err
	}
	return embed(ctx, in, v, "pca", dim)
}

// trainLearned learns an embedding by contrast from past requests.
func trainLearned(ctx context.Context, in Input) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	set, err := pairsOf(ctx, in, inputs)
	if err != nil {
		return nil, err
	}
	report := in.Progress.Counter("training the encoder")
	v, err := encode.Train(ctx, set, encoderOptions(in), func(epoch, of int, _ float64) { report(epoch, of) })
	if err != nil {
		return nil, err
	}
	c, err := embed(ctx, in, v, "learned", in.Dim)
	if err != nil {
		return nil, err
	}
	c.Loss = v.Loss
	return c, nil
}

// pairsMost bounds what the encoder learns from, so that training stays within seconds.
const pairsMost = 4000

// pairsOf gathers what the encoder learns from: past requests with the item that each was about, or where every item of
// a class is as good as another, past requests with their classes.
func pairsOf(ctx context.Context, in Input, inputs problem.Inputs) (encode.PairSet, error) {
	past := pastForEncoder(in.Problem)
	past = past[max(0, len(past)-pairsMost):]
	width := inputs.Width()
	set := encode.PairSet{Width: width, A: make([]float32, len(past)*width), Label: make([]int32, len(past))}
	byClass := in.Problem.Positive == 1 && len(in.Problem.TrainLabels) > 0
	if !byClass {
		set.B = make([]float32, len(past)*width)
	}
	in.Progress.Report("collecting pairs", 0, len(past))
	err := parallel.For(ctx, in.Workers, len(past), func(_, i int) error {
		q := &past[i]
		inputs.Request(q, set.A[i*width:(i+1)*width])
		if byClass {
			set.Label[i] = in.Problem.TrainLabels[q.ID]
			return nil
		}
		positives := in.Problem.Truth.Positives(q)
		if len(positives) == 0 {
			return fmt.Errorf("past request %d has no item that it was about", q.ID)
		}
		set.Label[i] = positives[0].Item
		inputs.Item(positives[0].Item, set.B[i*width:(i+1)*width])
		return nil
	})
	if err != nil {
		return set, fmt.Errorf("collecting pairs for the encoder: %w", err)
	}
	return set, nil
}

func encoderOptions(in Input) encode.Options {
	return encode.Options{Dim: in.Dim, Epochs: in.Epochs, Batch: 128, Temperature: 0.2, Seed: in.Seed}
}
