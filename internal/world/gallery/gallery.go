// Package gallery reads real pictures with classes: a folder of pictures for each class, or IDX files of the MNIST family.
// Files come in; a problem comes out whose requests are held-out pictures and whose items are the others.
package gallery

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

const (
	purposeTrain sim.Purpose = 101
)

// heldOut is one in how many pictures of a class is a judged request.
const heldOut = 5

// dataset is a problem of labeled pictures: the corpus is most of them, requests are the held-out ones. It is immutable;
// drift is the strength of the photometric drift of the held-out pictures.
type dataset struct {
	set     *pictureSet
	corpus  []int32 // picture of each item
	judged  []int32 // picture of each judged request
	past    []int32 // item of each past request
	drift   float64
	byClass [][]problem.Graded // items of each class, ascending
}

// problem splits the pictures by class and makes the problem.
func (l *pictureSet) problem(s problem.Spec) (*problem.Problem, error) {
	const least = 20
	if len(l.labels) < least {
		return nil, fmt.Errorf("making a problem of %q: %d pictures, at least %d are needed", s.Path, len(l.labels), least)
	}
	g := &dataset{set: l, byClass: make([][]problem.Graded, len(l.classes))}
	g.split(s)
	if len(g.judged) == 0 {
		return nil, fmt.Errorf("making a problem of %q: no class has two pictures", s.Path)
	}
	for i, pic := range g.corpus {
		c := l.labels[pic]
		g.byClass[c] = append(g.byClass[c], problem.Graded{Item: int32(i), Grade: 1})
	}
	return g.problem(s), nil
}

// split holds out one in heldOut of each class at random from the seed, at most s.Queries in all, and keeps at most
// s.Items of the others, in file order.
func (g *dataset) split(s problem.Spec) {
	byClass := make([][]int32, len(g.set.classes))
	for i, c := range g.set.labels {
		byClass[c] = append(byClass[c], int32(i))
	}
	for c, of := range byClass {
		rng := sim.Stream(s.Seed, sim.PurposeSplit, uint64(c))
		rng.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		out := len(of) / heldOut
		if len(of) >= 2 {
			out = max(out, 1)
		}
		g.judged = append(g.judged, of[:out]...)
		g.corpus = append(g.corpus, of[out:]...)
	}
	g.judged = sim.Sample(g.judged, s.Queries, sim.Stream(s.Seed, sim.PurposeSplit, 1<<32))
	g.corpus = sim.Sample(g.corpus, s.Items, sim.Stream(s.Seed, sim.PurposeSplit, 1<<33))
	g.past = make([]int32, len(g.corpus))
	for i := range g.past {
		g.past[i] = int32(i)
	}
	rng := sim.Stream(s.Seed, purposeTrain, 0)
	g.past = sim.Sample(g.past, sim.PastRequests(s.Queries), rng)
	// Files come class by class. What learns from the first part of the past would learn some classes, and what learns from the rest
	// the others.
	rng.Shuffle(len(g.past), func(i, j int) { g.past[i], g.past[j] = g.past[j], g.past[i] })
}

func (g *dataset) problem(s problem.Spec) *problem.Problem {
	out := &problem.Problem{
		Kind: "images", Seed: s.Seed, Items: len(g.corpus),
		Words: problem.Words{
			Query: "a held-out picture", Corpus: "the other pictures", Positive: "a picture of the same class",
			K:          "pictures handed to the ranker",
			Split:      fmt.Sprintf("one in %d pictures of each class held out, at random from the seed", heldOut),
			Candidates: "all pictures but the request's own", Success: "a picture of the same class",
		},
		Truth: truth{g}, Judge: metrics.NDCGAt(10), Positive: 1, Inputs: newInputs(g), Pairs: &pairs{g},
		Drift: drift{g, s}, Look: describer{g}, Slices: g.slices(),
		Labels: g.labelsOf(g.corpus), TestLabels: g.labelsOf(g.judged), Classes: g.set.classes, Notes: g.set.notes,
		Missing: map[string]string{},
	}
	for _, metric := range []string{"ctr", "ctr_lift", "revenue_lift", "retention_lift", "queries_per_arm"} {
		out.Missing[metric] = "recorded pictures have no people who answer what they are shown"
	}
	for i, item := range g.past {
		out.Train = append(out.Train, problem.Query{ID: int32(i), User: -1, Filter: problem.Filter{Except: []int32{item}}})
		out.TrainLabels = append(out.TrainLabels, out.Labels[item])
	}
	for i := range g.judged {
		out.Test = append(out.Test, problem.Query{ID: int32(i), From: problem.Test, User: -1})
	}
	return out
}

func (g *dataset) labelsOf(pictures []int32) []int32 {
	labels := make([]int32, len(pictures))
	for i, pic := range pictures {
		labels[i] = g.set.labels[pic]
	}
	return labels
}

// pictureOf returns the picture behind q.
func (g *dataset) pictureOf(q *problem.Query) int32 {
	if q.From == problem.Test {
		return g.judged[q.ID]
	}
	return g.corpus[g.past[q.ID]]
}

// photo fills into with q's picture, changed by the drift if q is judged.
func (g *dataset) photo(q *problem.Query, into []uint8) {
	copy(into[:photoBytes], g.set.picture(g.pictureOf(q)))
	if q.From == problem.Test && g.drift > 0 {
		raster.Weather(into[:photoBytes], photoSide, float32(g.drift), sim.Mix(uint64(q.ID)))
	}
}

// slices returns the darkest held-out pictures, and each of up to twelve classes.
func (g *dataset) slices() []problem.Slice {
	var bright []float32
	for _, pic := range g.judged {
		b, _ := raster.Light(g.set.picture(pic), photoSide)
		bright = append(bright, b)
	}
	sorted := slices.Clone(bright)
	slices.Sort(sorted)
	fifth := sorted[len(sorted)/5]
	out := []problem.Slice{{Name: "darkest fifth", Has: func(q *problem.Query) bool { return q.From == problem.Test && bright[q.ID] < fifth }}}
	const most = 12
	for c := range min(len(g.set.classes), most) {
		out = append(out, problem.Slice{
			Name: g.set.classes[c],
			Has:  func(q *problem.Query) bool { return int(g.set.labels[g.pictureOf(q)]) == c },
		})
	}
	return out
}

// truth judges by class; a picture isn't its own answer.
type truth struct{ g *dataset }

// Grade returns 1 for a picture of the same class.
func (t truth) Grade(q *problem.Query, item int32) uint8 {
	own, pic := t.g.pictureOf(q), t.g.corpus[item]
	if own != pic && t.g.set.labels[own] == t.g.set.labels[pic] {
		return 1
	}
	return 0
}

// Positives returns the other pictures of the class.
func (t truth) Positives(q *problem.Query) []problem.Graded {
	all := t.g.byClass[t.g.set.labels[t.g.pictureOf(q)]]
	if q.From == problem.Test {
		return all
	}
	self := t.g.past[q.ID]
	out := make([]problem.Graded, 0, len(all))
	for _, p := range all {
		if p.Item != self {
			out = append(out, p)
		}
	}
	return out
}

// inputs are pixels and descriptors, as a generated world has them.
type inputs struct {
	g    *dataset
	room *sync.Pool // of *[photoBytes]uint8
}

func newInputs(g *dataset) inputs {
	return inputs{g, &sync.Pool{New: func() any { return new([photoBytes]uint8) }}}
}

// PixelWidth is the number of values that are plain pixels.
func (in inputs) PixelWidth() int { return photoBytes }

// Width is the number of values of a picture.
func (in inputs) Width() int {
	return raster.InputWidth(photoSide, photoCells)
}

// Edges is where the oriented gradients are.
func (in inputs) Edges() (from, to int) { return raster.EdgesAt(photoSide, photoCells) }

// Colors is where the color histogram is.
func (in inputs) Colors() (from, to int) { return raster.ColorsAt(photoSide, photoCells) }

// Foreign makes pairs of a generated catalog, of the same size.
func (in inputs) Foreign(ctx context.Context, n int, seed uint64) (a, b []float32, err error) {
	return raster.ForeignPairs(ctx, photoSide, photoCells, n, seed)
}

// Item fills into from item i's picture.
func (in inputs) Item(i int32, into []float32) {
	raster.FillInputs(in.g.set.picture(in.g.corpus[i]), photoSide, photoCells, into)
}

// Request fills into from q's picture.
func (in inputs) Request(q *problem.Query, into []float32) {
	pix := in.room.Get().(*[photoBytes]uint8)
	defer in.room.Put(pix)
	in.g.photo(q, pix[:])
	raster.FillInputs(pix[:], photoSide, photoCells, into)
}

// drift darkens, blurs and yellows the held-out pictures: real pictures in a simulated season. The corpus and the labels
// stay as they are.
type drift struct {
	g *dataset
	s problem.Spec
}

// At returns the problem with the judged pictures changed by strength.
func (d drift) At(ctx context.Context, strength float64) (*problem.Problem, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	moved := *d.g
	moved.drift = min(max(strength, 0), 1)
	out := moved.problem(d.s)
	out.Words.Query = "a held-out picture, made darker, yellower and less sharp"
	return out, nil
}
