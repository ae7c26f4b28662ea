package world

import (
	"context"
	"fmt"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

// imagesKind is rendered products and the photos that shoppers take of them.
func imagesKind() Kind {
	return Kind{
		ID:       "images",
		Line:     "rendered products, found by a shopper's photo; clicks by position, relevance and beauty, purchases by relevance and price",
		Formats:  []string{"folders", "idx"},
		Default:  Spec{Kind: "images", Items: 20_000, Queries: 400, Classes: 40, Users: 2_000, Days: 28},
		MaxItems: mostItems,
		Bytes:    imagesBytes,
		make:     makeImages,
	}
}

// imagesBytes estimates what a generated world keeps: per item the picture (up to drawnAhead), the sketch and about 60
// bytes of listing and index; per request the photo's parameters, its sketch and its logged list. Real data are read with
// a cap of their own.
func imagesBytes(s Spec) int64 {
	s = s.withDefaults(imagesKind())
	item := int64(sketchBytes + 60)
	if s.Items <= drawnAhead {
		item += thumbBytes
	}
	requests := int64(pastRequests(s.Queries) + s.Queries)
	return int64(s.Items)*item + requests*int64(240+sketchBytes+listLength*36) + int64(s.Users)*4
}

// pastRequests is how many requests there are to learn from: ten for one that is judged.
func pastRequests(queries int) int { return min(max(10*queries, 1000), 200_000) }

func makeImages(ctx context.Context, s Spec, p Progress) (*problem.Problem, error) {
	switch s.Format {
	case "":
		return generateImages(ctx, s, workers(), p)
	case "folders":
		return makeFolders(ctx, s, p)
	case "idx":
		return makeIDX(ctx, s, p)
	}
	return nil, fmt.Errorf("reading %s for the images world: unknown format %q; it reads folders and idx", s.Path, s.Format)
}

func checkImages(s Spec) error {
	for _, c := range []struct {
		what        string
		n, low, top int
	}{
		{"items", s.Items, max(1000, s.Classes), mostItems},
		{"queries", s.Queries, 10, 20_000},
		{"classes", s.Classes, 2, maxClasses},
		{"users", s.Users, 1, 10_000_000},
		{"days", s.Days, 7, 365},
	} {
		if c.n < c.low || c.n > c.top {
			return fmt.Errorf("making the images world: %d %s asked for; choose %d to %d", c.n, c.what, c.low, c.top)
		}
	}
	if s.Task != "" {
		return fmt.Errorf("making the images world: unknown task %q; leave it out", s.Task)
	}
	return nil
}

// generateImages makes the world on n workers; the same Spec gives the same world at any n.
func generateImages(ctx context.Context, s Spec, n int, p Progress) (*problem.Problem, error) {
	if err := checkImages(s); err != nil {
		return nil, err
	}
	var tell func(int)
	if p != nil {
		tell = func(done int) { p("drawing products", done, s.Items) }
	}
	cat, err := makeCatalogue(ctx, s, n, tell)
	if err != nil {
		return nil, fmt.Errorf("drawing %d products: %w", s.Items, err)
	}
	w := &imageWorld{spec: s, cat: cat, prototypes: prototypesOf(cat)}
	return w.at(ctx, 0, n, p)
}

// imageWorld is what a world and its drifted copies share.
type imageWorld struct {
	spec       Spec
	cat        *catalogue
	prototypes []float32
}

// at makes the problem with requests drifted by strength.
func (w *imageWorld) at(ctx context.Context, strength float64, n int, p Progress) (*problem.Problem, error) {
	s := &shoppers{cat: w.cat, later: strength}
	if p != nil {
		p("taking shoppers' photos", 0, w.spec.Queries)
	}
	past, judged, err := s.ask(ctx, pastRequests(w.spec.Queries), w.spec.Queries, n)
	if err != nil {
		return nil, fmt.Errorf("taking shoppers' photos: %w", err)
	}
	log, pastLists, judgedLists, err := s.logOf(ctx, past, judged, n)
	if err != nil {
		return nil, fmt.Errorf("playing the old system's log: %w", err)
	}
	tallies, err := countLog(ctx, log, func(request int32) float64 { return past[request].Day }, w.spec.Items)
	if err != nil {
		return nil, fmt.Errorf("counting the old system's log: %w", err)
	}
	cat := w.cat
	out := &problem.Problem{
		Kind: "images", Seed: w.spec.Seed, Items: w.spec.Items,
		Words: problem.Words{
			Query: "a shopper's photo", Corpus: "catalogue pictures of products", Positive: "the same product",
			K:          "products handed to the ranker",
			Split:      fmt.Sprintf("by time: the first %d days to learn from, the %d days after judged", w.spec.Days, testDays),
			Candidates: "all products", Success: "a purchase after the search",
		},
		Train: past, Test: judged, Truth: imageTruth{s}, Judge: metrics.NDCGAt(10), Positive: 2,
		Inputs: newImageInputs(s), Log: log,
		Pairs:  &imagePairs{s: s, counts: tallies, past: pastLists, asked: judgedLists, prototypes: w.prototypes},
		People: imagePeople{s: s, users: w.spec.Users, looked: examination(listLength)},
		Drift:  imageDrift{w}, Look: imageLook{s}, Slices: imageSlices(s),
		Value: func(i int32) float64 { return float64(cat.items[i].price) },
		Born:  func(i int32) float64 { return float64(cat.items[i].born) },
	}
	w.label(out, s)
	return out, nil
}

// label fills the classes.
func (w *imageWorld) label(out *problem.Problem, s *shoppers) {
	out.Labels = make([]int32, len(w.cat.items))
	for i := range w.cat.items {
		out.Labels[i] = int32(w.cat.items[i].class)
	}
	of := func(rs []request) []int32 {
		labels := make([]int32, len(rs))
		for i := range rs {
			labels[i] = out.Labels[rs[i].item]
		}
		return labels
	}
	out.TrainLabels, out.TestLabels = of(s.train), of(s.test)
	for class := range w.cat.classes {
		out.Classes = append(out.Classes, className(class))
	}
}

// imageSlices are the parts of the judged requests where an average would hide harm.
func imageSlices(s *shoppers) []problem.Slice {
	c := s.cat
	half := c.classes / 2
	return []problem.Slice{
		{Name: "dark", Has: func(q *problem.Query) bool { r := s.of(q); return r.dark() }},
		{Name: "cluttered", Has: func(q *problem.Query) bool { r := s.of(q); return r.cluttered() }},
		{Name: "rare class", Has: func(q *problem.Query) bool { return int(c.items[s.of(q).item].class) >= half }},
		{Name: "new product", Has: func(q *problem.Query) bool { return q.Day-float64(c.items[s.of(q).item].born) < 14 }},
	}
}

// imageDrift is a darker season with other cameras and another class mix. At makes requests of its own to learn from and
// to judge, at the same days, so that nothing but the requests has moved.
type imageDrift struct{ w *imageWorld }

// At returns the world with requests moved by strength; 0 gives the same requests.
func (d imageDrift) At(ctx context.Context, strength float64) (*problem.Problem, error) {
	return d.w.at(ctx, min(max(strength, 0), 1), workers(), nil)
}
