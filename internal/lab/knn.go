package lab

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/encode"
)

// Five-nearest-neighbour accuracy.
const (
	knnK        = 5
	knnFolds    = 5
	knnPictures = 1000 // at most; more would train five encoders for minutes
)

// fiveNearest compares raw thumbnails with the learned embedding on recorded pictures: five stratified folds, the encoder
// trained anew on each fold's own training pictures, nothing learned from those held out.
func (r *run) fiveNearest(ctx context.Context) error {
	p := r.pipe.prob
	if r.cfg.World.Format == "" || len(p.Labels) == 0 || p.Inputs == nil {
		r.miss("knn_accuracy", "it is for recorded pictures with classes")
		r.miss("knn_gain", "it is for recorded pictures with classes")
		return nil
	}
	set := picturesOf(p)
	folds := stratified(set.labels, knnFolds)
	raw, pca, learned := make([]float64, len(set.labels)), make([]float64, len(set.labels)), make([]float64, len(set.labels))
	for f := range knnFolds {
		r.tell.say("five nearest neighbours, fold", f, knnFolds)
		if err := r.fold(ctx, set, folds, f, raw, pca, learned); err != nil {
			return err
		}
	}
	gain := metrics.PairedBootstrap(ctx, raw, learned, resamples, r.seed("knn"))
	r.metric("knn_accuracy.raw", metrics.Mean(raw))
	r.metric("knn_accuracy.pca", metrics.Mean(pca))
	r.metric("knn_accuracy.learned", metrics.Mean(learned))
	r.interval("knn_gain", gain)
	r.block(report.Block{
		Kind: report.Bars, Title: fmt.Sprintf("Five nearest neighbours, five folds of %d pictures", len(set.labels)), Unit: "accuracy",
		Rows: []report.Row{{report.Text("raw thumbnails"), report.Num(metrics.Mean(raw))}, {report.ID("pca"), report.Num(metrics.Mean(pca))}, {report.Text("learned"), report.Num(metrics.Mean(learned))}},
		Alt: fmt.Sprintf("Five nearest neighbours name the right class for %s of pictures by raw thumbnails, %s by principal components and %s by the learned embedding, a gain of %s.",
			share(metrics.Mean(raw)), share(metrics.Mean(pca)), share(metrics.Mean(learned)), paired(gain)),
	})
	verb := "beats"
	if gain.Lo <= 0 {
		verb = "doesn't clearly beat"
	}
	r.rep.Headline = fmt.Sprintf("The learned embedding %s raw thumbnails: %s against %s of pictures get the right class from their five neighbours", verb, share(metrics.Mean(learned)), share(metrics.Mean(raw)))
	return nil
}

// pictures are labelled inputs, row-major.
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
func (r *run) fold(ctx context.Context, set *pictures, folds []int, fold int, raw, pca, learned []float64) error {
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
	dim := min(r.set.dim, len(train)/2)
	components, err := encode.TrainPCA(ctx, x, set.width, dim, r.seed("fold"))
	if err != nil {
		return err
	}
	encoder, err := encode.Train(ctx, encode.PairSet{Width: set.width, A: x, Label: labels}, foldOptions(r.set, r.seed("fold")), nil)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		v   encode.Vectorizer
		dim int
		out []float64
	}{{encode.Raw{Width: set.pixels}, set.pixels, raw}, {components, dim, pca}, {encoder, r.set.dim, learned}} {
		if err := vote(ctx, set, train, held, c.v, c.dim, r.lab.workers, c.out); err != nil {
			return err
		}
	}
	return nil
}

// vote fills out for the held-out pictures: 1 where their nearest training pictures name the right class by majority,
// ties for the class of the nearer.
func vote(ctx context.Context, set *pictures, train, held []int, v encode.Vectorizer, dim, workers int, out []float64) error {
	codes := make([]float32, len(set.labels)*dim)
	if err := each(ctx, len(set.labels), workers, func(i int) error {
		v.Encode(set.row(i), codes[i*dim:(i+1)*dim])
		return nil
	}); err != nil {
		return err
	}
	return each(ctx, len(held), workers, func(h int) error {
		i := held[h]
		var top retrieval.TopK
		top.Reset(knnK)
		for _, j := range train {
			top.Push(int32(j), float32(dot(codes[i*dim:(i+1)*dim], codes[j*dim:(j+1)*dim])))
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
		out[i] = float64(one(best == set.labels[i]))
		return nil
	})
}

// Small pieces of linear algebra for what isn't hot.

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

// unit scales x to length 1.
func unit(x []float32) {
	n := math.Sqrt(dot(x, x))
	if n == 0 {
		return
	}
	for i := range x {
		x[i] = float32(float64(x[i]) / n)
	}
}

// centre removes the mean of x and scales it to length 1.
func centre(x []float32) {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	m := float32(sum / float64(len(x)))
	for i := range x {
		x[i] -= m
	}
	unit(x)
}
