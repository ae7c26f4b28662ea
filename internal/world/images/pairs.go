package images

import (
	"context"
	"math"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

// pairs are stage two's features of a photo and a product.
type pairs struct {
	s                    *shoppers
	counts               *sim.LogCounts
	pastLists, testLists []sim.List // the old system's lists, of past and of judged requests
	prototypes           []float32  // mean sketch of each class's catalog pictures, classes x sketchBytes
	rates                problem.Rates
}

// Rated returns the features with past success written in another way.
func (p *pairs) Rated(as problem.Rates) problem.PairSource {
	out := *p
	out.rates = as
	return &out
}

// Groups returns the columns by hypothesis.
func (p *pairs) Groups() []problem.FeatureGroup {
	return []problem.FeatureGroup{
		{
			ID: "similarity", Why: "A product that looks like the photo is more likely the one.",
			Columns: []string{"embedding_dot", "color_overlap", "edge_cosine", "class_guessed"},
		},
		{
			ID: "popularity", Why: "What many wanted before, the next one may want.",
			Columns: []string{"views_before_log", "impressions", "clicks", "ctr_smoothed"},
		},
		{ID: "price", Why: "Shoppers buy at the price of the thing they saw, or below.", Columns: []string{"price_log", "price_to_class"}},
		{
			ID: "freshness", Why: "New products have no history yet; their counts must be read with their age.",
			Columns: []string{"age_days_log", "listed_this_week"},
		},
		{
			ID: "quality", Why: "A good picture draws clicks, whether or not it sells.",
			Columns: []string{"photo_quality", "brightness", "saturation"},
		},
		{
			ID: "logged", Why: "The old system knew something, and its positions and choices are in every click.",
			Columns: []string{"old_score", "old_position"},
		},
	}
}

// Bind returns the features with similarities read from emb, which may be nil.
func (p *pairs) Bind(ctx context.Context, emb *problem.Embedding) (problem.Features, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &features{pairs: p, emb: emb}
	for _, g := range p.Groups() {
		f.columns = append(f.columns, g.Columns...)
	}
	return f, nil
}

type features struct {
	*pairs
	emb     *problem.Embedding
	columns []string
	cache   sim.RequestCache[photoFacts]
}

// photoFacts is what is computed once for each request.
type photoFacts struct {
	r      request
	sketch []uint8
	guess  int
	old    []int32 // the old system's list; nil for a live request
}

// Columns names what Fill fills.
func (f *features) Columns() []string { return f.columns }

func (f *features) work(q *problem.Query) photoFacts {
	facts := photoFacts{r: f.s.of(q), sketch: f.s.sketchOf(q, make([]uint8, raster.SketchBytes))}
	facts.guess = f.guess(facts.sketch)
	switch q.From {
	case problem.Test:
		facts.old = f.testLists[q.ID].Items
	case problem.Past:
		facts.old = f.pastLists[q.ID].Items
	}
	return facts
}

// guess returns the class whose mean catalog picture is nearest to the photo's sketch: often wrong, and known before
// the test.
func (p *pairs) guess(sketch []uint8) int {
	best, least := 0, float32(math.MaxFloat32)
	for class := range p.s.cat.classes {
		var d float32
		mean := p.prototypes[class*raster.SketchBytes : (class+1)*raster.SketchBytes]
		for k := raster.Hues; k < raster.SketchBytes; k++ {
			diff := float32(sketch[k]) - mean[k]
			d += diff * diff
		}
		if d < least {
			best, least = class, d
		}
	}
	return best
}

func prototypesOf(c *catalog) []float32 {
	sums := make([]float32, c.classes*raster.SketchBytes)
	for class := range c.classes {
		of := c.bucket(class, -1)
		mean := sums[class*raster.SketchBytes : (class+1)*raster.SketchBytes]
		for _, i := range of[:min(len(of), 500)] { // 500 pictures estimate a mean well enough
			for k, v := range c.sketchOf(i) {
				mean[k] += float32(v)
			}
		}
		for k := range mean {
			mean[k] /= float32(max(min(len(of), 500), 1))
		}
	}
	return sums
}

// Fill fills the columns in the order of Groups.
func (f *features) Fill(q *problem.Query, cand problem.Candidate, into []float32) {
	known := f.cache.Get(q, f.emb, func() photoFacts { return f.work(q) })
	facts := &known.Own
	c, i := f.s.cat, cand.Item
	l := &c.items[i]
	_ = into[16]
	into[0] = known.Dot(q, f.emb, i)
	into[1], into[2] = raster.CompareSketches(facts.sketch, c.sketchOf(i))
	into[3] = sim.Indicator(int(l.class) == facts.guess)

	had := f.counts.Before(i, q.Day)
	into[4] = sim.Log1p(float64(l.prior))
	into[5] = sim.Log1p(float64(had.Impressions))
	into[6] = sim.Log1p(float64(had.Clicks))
	into[7], _ = had.Rates(5, 0) // smoothed toward 5%: ten impressions say little
	sim.WriteRates(f.rates, had, into[4:7], into[7:8])

	into[8] = sim.Log1p(float64(l.price))
	into[9] = l.price / float32(c.median[l.class])

	age := max(q.Day-float64(l.born), 0)
	into[10] = sim.Log1p(age)
	into[11] = sim.Indicator(age < 7)

	into[12] = float32(l.photo) / 255
	into[13] = float32(c.bright[i]) / 255
	into[14] = float32(c.vivid[i]) / 255

	into[15] = textSearch{f.s}.score(q, &facts.r, i)
	into[16] = float32(math.NaN())
	for p, item := range facts.old {
		if item == i {
			into[16] = float32(p)
			break
		}
	}
}
