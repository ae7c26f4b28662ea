package kind

import (
	"context"
	"fmt"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval/encode"
)

// images is a catalog of pictures, searched by pictures. Past requests have judged grades.
func images() Kind {
	return Kind{
		ID:      "images",
		Engines: vectorEngines(),
		Encoders: []Encoder{
			{"learned", trainLearned}, {"frozen", trainFrozen}, {"pca", trainPCA}, {"hog", trainEdges}, {"color", trainColors}, {"raw", trainRaw},
		},
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

// trainEdges takes the hand-made oriented gradients alone, trainColors the color histogram alone.
func trainEdges(ctx context.Context, in Input) (*Encoding, error) {
	return describe(ctx, in, "hog", problem.Descriptors.Edges)
}

func trainColors(ctx context.Context, in Input) (*Encoding, error) {
	return describe(ctx, in, "color", problem.Descriptors.Colors)
}

func describe(ctx context.Context, in Input, name string, at func(problem.Descriptors) (from, to int)) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	d, ok := inputs.(problem.Descriptors)
	if !ok {
		return nil, fmt.Errorf("encoding by %s: the content of the world %s holds no descriptors", name, in.Problem.Kind)
	}
	from, to := at(d)
	return embed(ctx, in, encode.Part{From: from, To: to}, name, to-from)
}

// The general-purpose encoder: how much it learned from, for how long, and from which seed. It is the same for every world.
const (
	foreignPairs  = 3000
	foreignEpochs = 12
	foreignSeed   = 1
)

// trainFrozen trains the same network on another catalog, and uses it here as it is: nothing of this catalog is learned.
func trainFrozen(ctx context.Context, in Input) (*Encoding, error) {
	inputs, err := inputsOf(in.Problem)
	if err != nil {
		return nil, err
	}
	elsewhere, ok := inputs.(problem.Foreign)
	if !ok {
		return nil, fmt.Errorf("training a general-purpose encoder: there is no other catalog like the content of the world %s", in.Problem.Kind)
	}
	in.Progress.Report("photographing another catalog", 0, foreignPairs)
	set := encode.PairSet{Width: inputs.Width()}
	if set.A, set.B, err = elsewhere.Foreign(ctx, foreignPairs, foreignSeed); err != nil {
		return nil, fmt.Errorf("photographing another catalog: %w", err)
	}
	report := in.Progress.Counter("training a general-purpose encoder")
	o := encode.Options{Dim: in.Dim, Epochs: foreignEpochs, Batch: 128, Temperature: 0.2, Seed: foreignSeed}
	v, err := encode.Train(ctx, set, o, func(epoch, of int, _ float64) { report(epoch, of) })
	if err != nil {
		return nil, err
	}
	c, err := embed(ctx, in, v, "frozen", in.Dim)
	if err != nil {
		return nil, err
	}
	c.Loss = v.Loss
	return c, nil
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
	collect := pairsOf
	if in.Mining == catalog.CategoryLoss {
		collect = classesOf
	}
	set, err := collect(ctx, in, inputs)
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

// classesOf gathers past requests, and the items that they were about, with their classes alone: all that a classifier knows.
func classesOf(ctx context.Context, in Input, inputs problem.Inputs) (encode.PairSet, error) {
	labels := in.Problem.TrainLabels
	if len(labels) == 0 {
		return encode.PairSet{}, fmt.Errorf("training an encoder by category: nothing says the classes of the world %s", in.Problem.Kind)
	}
	set, err := pairsOf(ctx, in, inputs)
	if err != nil || set.B == nil {
		return set, err
	}
	past := pastForEncoder(in.Problem)
	for i, q := range past[max(0, len(past)-pairsMost):] {
		set.Label[i] = labels[q.ID]
	}
	set.A, set.Label, set.B = append(set.A, set.B...), append(set.Label, set.Label...), nil
	return set, nil
}

// minedNegatives is how many of a photo's nearest mistakes are added to its batch where negatives are hard.
const minedNegatives = 2

func encoderOptions(in Input) encode.Options {
	o := encode.Options{Dim: in.Dim, Epochs: in.Epochs, Batch: 128, Temperature: 0.2, Seed: in.Seed}
	if in.Mining == catalog.HardNegatives {
		o.Hard = minedNegatives
	}
	return o
}
