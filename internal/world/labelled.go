package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
)

const (
	purposeSplit purpose = iota + 100
	purposeTrain
)

// heldOut is one in how many pictures of a class is a judged request.
const heldOut = 5

// gallery is a problem of labelled pictures: the corpus is most of them, requests are the held-out ones. It is immutable;
// later is the strength of the photometric drift of the held-out pictures.
type gallery struct {
	set   *labelled
	corp  []int32 // picture of each item
	asked []int32 // picture of each judged request
	past  []int32 // item of each past request
	later float64
	byCls [][]problem.Graded // items of each class, ascending
}

// problem parts the pictures by class and makes the problem of them.
func (l *labelled) problem(s Spec) (*problem.Problem, error) {
	const least = 20
	if len(l.labels) < least {
		return nil, fmt.Errorf("making a problem of %q: %d pictures, at least %d are needed", s.Path, len(l.labels), least)
	}
	g := &gallery{set: l, byCls: make([][]problem.Graded, len(l.classes))}
	g.split(s)
	if len(g.asked) == 0 {
		return nil, fmt.Errorf("making a problem of %q: no class has two pictures", s.Path)
	}
	for i, pic := range g.corp {
		c := l.labels[pic]
		g.byCls[c] = append(g.byCls[c], problem.Graded{Item: int32(i), Grade: 1})
	}
	return g.problem(s), nil
}

// split holds out one in heldOut of each class at random from the seed, at most s.Queries in all, and keeps at most
// s.Items of the others, in the order of the files.
func (g *gallery) split(s Spec) {
	byClass := make([][]int32, len(g.set.classes))
	for i, c := range g.set.labels {
		byClass[c] = append(byClass[c], int32(i))
	}
	for c, of := range byClass {
		rng := stream(s.Seed, purposeSplit, uint64(c))
		rng.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		out := len(of) / heldOut
		if len(of) >= 2 {
			out = max(out, 1)
		}
		g.asked = append(g.asked, of[:out]...)
		g.corp = append(g.corp, of[out:]...)
	}
	g.asked = sample(g.asked, s.Queries, stream(s.Seed, purposeSplit, 1<<32))
	g.corp = sample(g.corp, s.Items, stream(s.Seed, purposeSplit, 1<<33))
	g.past = make([]int32, len(g.corp))
	for i := range g.past {
		g.past[i] = int32(i)
	}
	g.past = sample(g.past, pastRequests(s.Queries), stream(s.Seed, purposeTrain, 0))
}

// sample keeps at most n of ids (0: all), at random, ascending.
func sample(ids []int32, n int, rng *rand.Rand) []int32 {
	if n > 0 && len(ids) > n {
		rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		ids = ids[:n]
	}
	slices.Sort(ids)
	return ids
}

func (g *gallery) problem(s Spec) *problem.Problem {
	out := &problem.Problem{
		Kind: "images", Seed: s.Seed, Items: len(g.corp),
		Words: problem.Words{
			Query: "a held-out picture", Corpus: "the other pictures", Positive: "a picture of the same class",
			K:          "pictures handed to the ranker",
			Split:      fmt.Sprintf("one in %d pictures of each class held out, at random from the seed", heldOut),
			Candidates: "all pictures but the request's own", Success: "a picture of the same class",
		},
		Truth: galleryTruth{g}, Judge: metrics.NDCGAt(10), Positive: 1, Inputs: newGalleryInputs(g), Pairs: &galleryPairs{g},
		Drift: galleryDrift{g, s}, Look: galleryLook{g}, Slices: g.slices(),
		Labels: g.labelsOf(g.corp), TestLabels: g.labelsOf(g.asked), Classes: g.set.classes, Notes: g.set.notes,
		Missing: map[string]string{},
	}
	for _, metric := range []string{"ctr", "ctr_lift", "revenue_lift", "retention_lift", "queries_per_arm"} {
		out.Missing[metric] = "recorded pictures have no people who answer what they are shown"
	}
	for i, item := range g.past {
		out.Train = append(out.Train, problem.Query{ID: int32(i), User: -1, Seen: []int32{item}})
		out.TrainLabels = append(out.TrainLabels, out.Labels[item])
	}
	for i := range g.asked {
		out.Test = append(out.Test, problem.Query{ID: int32(i), From: problem.Test, User: -1})
	}
	return out
}

func (g *gallery) labelsOf(pictures []int32) []int32 {
	labels := make([]int32, len(pictures))
	for i, pic := range pictures {
		labels[i] = g.set.labels[pic]
	}
	return labels
}

// own returns the picture behind q.
func (g *gallery) own(q *problem.Query) int32 {
	if q.From == problem.Test {
		return g.asked[q.ID]
	}
	return g.corp[g.past[q.ID]]
}

// photo fills into with q's picture, changed by the drift if it is a judged one.
func (g *gallery) photo(q *problem.Query, into []uint8) {
	copy(into[:photoBytes], g.set.picture(g.own(q)))
	if q.From == problem.Test && g.later > 0 {
		raster.Weather(into[:photoBytes], photoSide, float32(g.later), mixed(uint64(q.ID)))
	}
}

// slices are the dark held-out pictures, and each of up to twelve classes.
func (g *gallery) slices() []problem.Slice {
	var bright []float32
	for _, pic := range g.asked {
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
			Has:  func(q *problem.Query) bool { return int(g.set.labels[g.own(q)]) == c },
		})
	}
	return out
}

// galleryTruth judges by class; a picture isn't its own answer.
type galleryTruth struct{ g *gallery }

// Grade returns 1 for a picture of the same class.
func (t galleryTruth) Grade(q *problem.Query, item int32) uint8 {
	own, pic := t.g.own(q), t.g.corp[item]
	if own != pic && t.g.set.labels[own] == t.g.set.labels[pic] {
		return 1
	}
	return 0
}

// Positives returns the other pictures of the class.
func (t galleryTruth) Positives(q *problem.Query) []problem.Graded {
	all := t.g.byCls[t.g.set.labels[t.g.own(q)]]
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

// galleryInputs are pixels and descriptors, as a generated world has them.
type galleryInputs struct {
	g    *gallery
	room *sync.Pool // of *[photoBytes]uint8
}

func newGalleryInputs(g *gallery) galleryInputs {
	return galleryInputs{g, &sync.Pool{New: func() any { return new([photoBytes]uint8) }}}
}

// PixelWidth is the number of values that are plain pixels.
func (in galleryInputs) PixelWidth() int { return photoBytes }

// Width is the number of values of a picture.
func (in galleryInputs) Width() int {
	return photoBytes + raster.CentredWidth + raster.HOGWidth(photoCells)
}

// Item fills into from item i's picture.
func (in galleryInputs) Item(i int32, into []float32) {
	fromPixels(in.g.set.picture(in.g.corp[i]), photoSide, photoCells, into)
}

// Request fills into from q's picture.
func (in galleryInputs) Request(q *problem.Query, into []float32) {
	pix := in.room.Get().(*[photoBytes]uint8)
	defer in.room.Put(pix)
	in.g.photo(q, pix[:])
	fromPixels(pix[:], photoSide, photoCells, into)
}

// galleryDrift darkens, blurs and yellows the held-out pictures themselves: real pictures, an invented season. The
// corpus and the labels stay.
type galleryDrift struct {
	g *gallery
	s Spec
}

// At returns the problem with the judged pictures changed by strength.
func (d galleryDrift) At(ctx context.Context, strength float64) (*problem.Problem, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	moved := *d.g
	moved.later = min(max(strength, 0), 1)
	out := moved.problem(d.s)
	out.Words.Query = "a held-out picture, made darker, yellower and less sharp"
	return out, nil
}
