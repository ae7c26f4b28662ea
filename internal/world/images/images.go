// Package images generates rendered products and the photos that shoppers take of them. A Spec comes in; a problem comes out
// whose requests are photos, whose items are products, and whose log, people and drift follow from one seed.
package images

import (
	"context"
	"fmt"

	"dryrun/internal/metrics"
	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

// Kind describes the world.
func Kind() problem.Kind {
	return problem.Kind{
		ID:       "images",
		Line:     "rendered products, found by a shopper's photo; clicks by position, relevance and beauty, purchases by relevance and price",
		Formats:  []string{"folders", "idx"},
		Default:  problem.Spec{Kind: "images", Items: 20_000, Queries: 400, Classes: 40, Users: 20_000, Days: 28},
		MaxItems: sim.MaxItems,
		Bytes:    estimateBytes,
	}
}

// estimateBytes estimates what a generated world keeps: per item the picture (up to maxKept), the sketch and about 60
// bytes of listing and index; per request the photo's parameters, its sketch and its logged list. Readers of real data have
// limits of their own.
func estimateBytes(s problem.Spec) int64 {
	s = Kind().Fill(s)
	item := int64(raster.SketchBytes + 60)
	if s.Items <= maxKept {
		item += thumbBytes
	}
	requests := int64(sim.PastRequests(s.Queries) + s.Queries)
	return int64(s.Items)*item + requests*int64(240+raster.SketchBytes+sim.ListLength*36) + int64(s.Users)*4
}

func check(s problem.Spec) error {
	for _, c := range []struct {
		what        string
		n, low, top int
	}{
		{"items", s.Items, max(1000, s.Classes), sim.MaxItems},
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

// generate makes the world on n workers; the same Spec gives the same world at any n.
func generate(ctx context.Context, s problem.Spec, n int, p problem.Progress) (*problem.Problem, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	cat, err := newCatalog(ctx, s, n, p.Step("drawing products"))
	if err != nil {
		return nil, fmt.Errorf("drawing %d products: %w", s.Items, err)
	}
	w := &world{spec: s, cat: cat, prototypes: prototypesOf(cat)}
	return w.problemAt(ctx, 0, n, p)
}

// world is what a problem and its drifted copies share.
type world struct {
	spec       problem.Spec
	cat        *catalog
	prototypes []float32
}

// problemAt makes the problem with requests drifted by strength.
func (w *world) problemAt(ctx context.Context, strength float64, n int, p problem.Progress) (*problem.Problem, error) {
	s := &shoppers{cat: w.cat, drift: strength}
	if p != nil {
		p("taking shoppers' photos", 0, w.spec.Queries)
	}
	past, judged, err := s.makeRequests(ctx, sim.PastRequests(w.spec.Queries), w.spec.Queries, n)
	if err != nil {
		return nil, fmt.Errorf("taking shoppers' photos: %w", err)
	}
	log, pastLists, judgedLists, err := s.logOf(ctx, past, judged, n)
	if err != nil {
		return nil, fmt.Errorf("playing the old system's log: %w", err)
	}
	tallies, err := sim.CountLog(ctx, log, func(request int32) float64 { return past[request].Day }, w.spec.Items)
	if err != nil {
		return nil, fmt.Errorf("counting the old system's log: %w", err)
	}
	cat := w.cat
	out := &problem.Problem{
		Kind: "images", Seed: w.spec.Seed, Items: w.spec.Items,
		Words: problem.Words{
			Query: "a shopper's photo", Corpus: "catalog pictures of products", Positive: "the same product",
			K:          "products handed to the ranker",
			Split:      fmt.Sprintf("by time: the first %d days to learn from, the %d days after judged", w.spec.Days, sim.TestDays),
			Candidates: "all products", Success: "a purchase after the search",
		},
		Train: past, Test: judged, Truth: truth{s}, Judge: metrics.NDCGAt(10), Positive: 2,
		Inputs: newInputs(s), Log: log,
		Pairs:  &pairs{s: s, counts: tallies, pastLists: pastLists, testLists: judgedLists, prototypes: w.prototypes},
		People: people{s: s, users: w.spec.Users, looked: sim.Examination(sim.ListLength)},
		Drift:  drift{w}, Look: describer{s}, Slices: slicesOf(s),
		Value: func(i int32) float64 { return float64(cat.items[i].price) },
		Born:  func(i int32) float64 { return float64(cat.items[i].born) },
	}
	w.label(out, s)
	return out, nil
}

// label fills the classes.
func (w *world) label(out *problem.Problem, s *shoppers) {
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

// slicesOf returns the parts of the judged requests where an average could hide a failure.
func slicesOf(s *shoppers) []problem.Slice {
	c := s.cat
	half := c.classes / 2
	return []problem.Slice{
		{Name: "dark", Has: func(q *problem.Query) bool { r := s.of(q); return r.dark() }},
		{Name: "cluttered", Has: func(q *problem.Query) bool { r := s.of(q); return r.cluttered() }},
		{Name: "rare class", Has: func(q *problem.Query) bool { return int(c.items[s.of(q).item].class) >= half }},
		{Name: "new product", Has: func(q *problem.Query) bool { return q.Day-float64(c.items[s.of(q).item].born) < 14 }},
	}
}

// drift is a darker season with other cameras and another class mix. At makes its own past and judged requests for the
// same days, so nothing but the requests changes.
type drift struct{ w *world }

// At returns the problem with requests drifted by strength; 0 gives the same requests.
func (d drift) At(ctx context.Context, strength float64) (*problem.Problem, error) {
	return d.w.problemAt(ctx, min(max(strength, 0), 1), parallel.Workers(0), nil)
}

// Make generates the world.
func Make(ctx context.Context, s problem.Spec, p problem.Progress) (*problem.Problem, error) {
	return generate(ctx, s, parallel.Workers(0), p)
}
