package world

import (
	"context"
	"math"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
)

// imagePairs are stage two's features of a photo and a product.
type imagePairs struct {
	s           *shoppers
	counts      *counts
	past, asked []shown   // the old system's lists, of past and of judged requests
	prototypes  []float32 // mean sketch of each class's catalogue pictures, classes x sketchBytes
}

// Groups returns the columns by hypothesis.
func (p *imagePairs) Groups() []problem.FeatureGroup {
	return []problem.FeatureGroup{
		{ID: "similarity", Why: "A product that looks like the photo is more likely the one.", Columns: []string{"embedding_dot", "colour_overlap", "edge_cosine", "class_guessed"}},
		{ID: "popularity", Why: "What many wanted before, the next one may want.", Columns: []string{"views_before_log", "impressions", "clicks", "ctr_smoothed"}},
		{ID: "price", Why: "Shoppers buy at the price of the thing they saw, or below.", Columns: []string{"price_log", "price_to_class"}},
		{ID: "freshness", Why: "New products have no history yet; their counts must be read with their age.", Columns: []string{"age_days_log", "listed_this_week"}},
		{ID: "quality", Why: "A good picture draws clicks, whether or not it sells.", Columns: []string{"photo_quality", "brightness", "saturation"}},
		{ID: "logged", Why: "The old system knew something, and its positions and choices are in every click.", Columns: []string{"old_score", "old_position"}},
	}
}

// Bind returns the features with similarities read from emb, which may be nil.
func (p *imagePairs) Bind(ctx context.Context, emb *problem.Embedding) (problem.Features, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &imageFeatures{imagePairs: p, emb: emb}
	for _, g := range p.Groups() {
		f.columns = append(f.columns, g.Columns...)
	}
	return f, nil
}

type imageFeatures struct {
	*imagePairs
	emb     *problem.Embedding
	columns []string
	cache   remembered[photoFacts]
}

// photoFacts is what is worked out once a request.
type photoFacts struct {
	r      request
	sketch []uint8
	guess  int
	old    []int32 // the old system's list; nil where it wasn't asked
}

// Columns names what Fill fills.
func (f *imageFeatures) Columns() []string { return f.columns }

func (f *imageFeatures) work(q *problem.Query) photoFacts {
	made := photoFacts{r: f.s.of(q), sketch: f.s.sketchOf(q, make([]uint8, sketchBytes))}
	made.guess = f.guess(made.sketch)
	switch q.From {
	case problem.Test:
		made.old = f.asked[q.ID].items
	case problem.Past:
		made.old = f.past[q.ID].items
	}
	return made
}

// guess returns the class whose mean catalogue picture is nearest to the photo's sketch: often wrong, and known before
// the test.
func (p *imagePairs) guess(sketch []uint8) int {
	best, least := 0, float32(math.MaxFloat32)
	for class := range p.s.cat.classes {
		var d float32
		mean := p.prototypes[class*sketchBytes : (class+1)*sketchBytes]
		for k := raster.Hues; k < sketchBytes; k++ {
			diff := float32(sketch[k]) - mean[k]
			d += diff * diff
		}
		if d < least {
			best, least = class, d
		}
	}
	return best
}

func prototypesOf(c *catalogue) []float32 {
	sums := make([]float32, c.classes*sketchBytes)
	for class := range c.classes {
		of := c.bucket(class, -1)
		mean := sums[class*sketchBytes : (class+1)*sketchBytes]
		for _, i := range of[:min(len(of), 500)] { // five hundred tell a mean well enough
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
func (f *imageFeatures) Fill(q *problem.Query, cand problem.Candidate, into []float32) {
	known := f.cache.of(q, f.emb, func() photoFacts { return f.work(q) })
	facts := &known.own
	c, i := f.s.cat, cand.Item
	l := &c.items[i]
	_ = into[16]
	into[0] = known.dot(q, f.emb, i)
	into[1], into[2] = compare(facts.sketch, c.sketchOf(i))
	into[3] = indicator(int(l.class) == facts.guess)

	had := f.counts.before(i, q.Day)
	into[4] = log1p(float64(l.prior))
	into[5] = log1p(float64(had.impressions))
	into[6] = log1p(float64(had.clicks))
	into[7] = (float32(had.clicks) + 0.5) / (float32(had.impressions) + 10) // shrunk towards 5%, as ten impressions are little

	into[8] = log1p(float64(l.price))
	into[9] = l.price / float32(c.median[l.class])

	age := max(q.Day-float64(l.born), 0)
	into[10] = log1p(age)
	into[11] = indicator(age < 7)

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

// compare returns the overlap of two sketches' colours (histogram intersection, Swain and Ballard 1991) and the cosine of
// their gradients.
func compare(a, b []uint8) (colours, edges float32) {
	var overlap, dot, aa, bb int32
	for k := range raster.Hues {
		overlap += int32(min(a[k], b[k]))
	}
	for k := raster.Hues; k < len(a) && k < len(b); k++ {
		x, y := int32(a[k]), int32(b[k])
		dot += x * y
		aa += x * x
		bb += y * y
	}
	if aa > 0 && bb > 0 {
		edges = float32(float64(dot) / math.Sqrt(float64(aa)*float64(bb)))
	}
	return float32(overlap) / 255, edges
}

func log1p(x float64) float32 { return float32(math.Log1p(x)) }

func indicator(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
