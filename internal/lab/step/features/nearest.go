package features

import (
	"context"
	"slices"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/encode"
)

// Five-nearest-neighbor accuracy.
const (
	knnK        = 5
	knnFolds    = 5
	knnPictures = 1000 // at most; more would train five encoders for minutes
)

// fiveNearest compares raw thumbnails with the learned embedding on recorded pictures: five stratified folds, the encoder
// trained anew on each fold's own training pictures, nothing learned from those held out.
func (r run) fiveNearest(ctx context.Context) error {
	p := r.Pipeline.Problem
	if r.Config.World.Format == "" || len(p.Labels) == 0 || p.Inputs == nil {
		r.Miss("knn_accuracy", "it is for recorded pictures with classes")
		r.Miss("knn_gain", "it is for recorded pictures with classes")
		return nil
	}
	set := picturesOf(p)
	folds := stratified(set.labels, knnFolds)
	raw, pca, learned := make([]float64, len(set.labels)), make([]float64, len(set.labels)), make([]float64, len(set.labels))
	for f := range knnFolds {
		r.Progress.Report("five nearest neighbors, fold", f, knnFolds)
		if err := r.fold(ctx, set, folds, f, raw, pca, learned); err != nil {
			return err
		}
	}
	gain := metrics.PairedBootstrap(ctx, raw, learned, measure.Resamples, r.Seed("knn"))
	rawShare, pcaShare, share := metrics.Mean(raw), metrics.Mean(pca), metrics.Mean(learned)
	r.Metric("knn_accuracy.raw", rawShare)
	r.Metric("knn_accuracy.pca", pcaShare)
	r.Metric("knn_accuracy.learned", share)
	r.Interval("knn_gain", gain)
	r.Block(report.Block{
		Kind: report.Bars, Title: nearestTitle(len(set.labels)), Unit: "accuracy",
		Rows: []report.Row{
			measure.Row(report.Text("raw thumbnails"), rawShare),
			measure.Row(report.ID("pca"), pcaShare),
			measure.Row(report.Text("learned"), share),
		},
		Alt: nearestAlt(rawShare, pcaShare, share, gain),
	})
	r.Report.Headline = nearestHeadline(rawShare, share, gain)
	return nil
}

// pictures are labeled inputs, row-major.
type pictures struct {
	x      []float32
	width  int
	pixels int
	labels []int32
}

func (s *pictures) row(i int) []float32 { return s.x[i*s.width : (i+1)*s.width] }

// picturesOf gathers at most knnPictures of a problem's items and test requests.
func picturesOf(p *problem.Problem) *pictures {
	s := &pictures{width: p.Inputs.Width(), pixels: p.Inputs.Width()}
	if px, ok := p.Inputs.(problem.Pixels); ok {
		s.pixels = px.PixelWidth()
	}
	all := p.Items + len(p.Test)
	n := min(all, knnPictures)
	s.x = make([]float32, n*s.width)
	for i := range n {
		at := i * all / n
		if at < p.Items {
			p.Inputs.Item(int32(at), s.row(i))
			s.labels = append(s.labels, p.Labels[at])
			continue
		}
		p.Inputs.Request(&p.Test[at-p.Items], s.row(i))
		s.labels = append(s.labels, p.TestLabels[at-p.Items])
	}
	return s
}

// stratified deals each class's pictures to the folds in turn.
func stratified(labels []int32, folds int) []int {
	next := map[int32]int{}
	out := make([]int, len(labels))
	for i, l := range labels {
		out[i] = next[l] % folds
		next[l]++
	}
	return out
}

// fold judges the pictures of one fold by those of the others.
func (r run) fold(ctx context.Context, set *pictures, folds []int, fold int, raw, pca, learned []float64) error {
	var train, held []int
	for i, f := range folds {
		if f == fold {
			held = append(held, i)
		} else {
			train = append(train, i)
		}
	}
	x := make([]float32, 0, len(train)*set.width)
	labels := make([]int32, 0, len(train))
	for _, i := range train {
		x, labels = append(x, set.row(i)...), append(labels, set.labels[i])
	}
	dim := min(r.Settings.Dim, len(train)/2)
	components, err := encode.TrainPCA(ctx, x, set.width, dim, r.Seed("fold"))
	if err != nil {
		return err
	}
	// A fold is a few hundred labeled pictures: smaller steps than on thousands of pairs.
	o := encode.Options{Dim: r.Settings.Dim, Epochs: r.Settings.Epochs, Batch: 64, Seed: r.Seed("fold")}
	encoder, err := encode.Train(ctx, encode.PairSet{Width: set.width, A: x, Label: labels}, o, nil)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		v   encode.Vectorizer
		dim int
		out []float64
	}{{encode.Raw{Width: set.pixels}, set.pixels, raw}, {components, dim, pca}, {encoder, r.Settings.Dim, learned}} {
		if err := r.vote(ctx, set, train, held, c.v, c.dim, c.out); err != nil {
			return err
		}
	}
	return nil
}

// vote fills out for the held-out pictures: 1 where their nearest training pictures name the right class by majority,
// ties for the class of the nearer.
func (r run) vote(ctx context.Context, set *pictures, train, held []int, v encode.Vectorizer, dim int, out []float64) error {
	codes := make([]float32, len(set.labels)*dim)
	if err := r.Builder.Each(ctx, len(set.labels), func(i int) error {
		v.Encode(set.row(i), codes[i*dim:(i+1)*dim])
		return nil
	}); err != nil {
		return err
	}
	return r.Builder.Each(ctx, len(held), func(h int) error {
		i := held[h]
		var top retrieval.TopK
		top.Reset(knnK)
		for _, j := range train {
			top.Push(int32(j), float32(measure.Dot(codes[i*dim:(i+1)*dim], codes[j*dim:(j+1)*dim])))
		}
		votes := map[int32]int{}
		best, most := int32(-1), 0
		near := top.Append(nil)
		for _, c := range near {
			votes[set.labels[c.Item]]++
			most = max(most, votes[set.labels[c.Item]])
		}
		at := slices.IndexFunc(near, func(c problem.Candidate) bool { return votes[set.labels[c.Item]] == most })
		if at >= 0 {
			best = set.labels[near[at].Item]
		}
		if best == set.labels[i] {
			out[i] = 1
		}
		return nil
	})
}
