package gallery

import (
	"context"
	"fmt"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

// photoSketch is the coarse descriptor of a real picture.
type photoSketch struct {
	sketch        []uint8
	bright, vivid float32
}

func sketchPhoto(pix []uint8) photoSketch {
	wide := make([]float32, raster.SketchBytes)
	out := photoSketch{sketch: make([]uint8, raster.SketchBytes)}
	raster.Sketch(pix, photoSide, wide, out.sketch)
	out.bright, out.vivid = raster.Light(pix, photoSide)
	return out
}

// pairs are stage two's features of two pictures.
type pairs struct{ g *dataset }

// Groups returns the columns by hypothesis.
func (p *pairs) Groups() []problem.FeatureGroup {
	return []problem.FeatureGroup{
		{ID: "similarity", Why: "Pictures that look alike are of one class.", Columns: []string{"embedding_dot", "color_overlap", "edge_cosine"}},
		{
			ID: "quality", Why: "Light and saturation belong to the photo, not to the class: a ranker should learn to look past them.",
			Columns: []string{"brightness", "brightness_apart", "saturation", "saturation_apart"},
		},
	}
}

// Bind returns the features with similarities read from emb, which may be nil. It sketches all items once.
func (p *pairs) Bind(ctx context.Context, emb *problem.Embedding) (problem.Features, error) {
	f := &features{g: p.g, emb: emb, items: make([]photoSketch, len(p.g.corpus))}
	err := parallel.Batches(ctx, parallel.Workers(0), len(f.items), 256, nil, func(_, from, to int) error {
		for i := from; i < to; i++ {
			f.items[i] = sketchPhoto(p.g.set.picture(p.g.corpus[i]))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("describing %d pictures for stage two: %w", len(f.items), err)
	}
	for _, g := range p.Groups() {
		f.columns = append(f.columns, g.Columns...)
	}
	return f, nil
}

type features struct {
	g       *dataset
	emb     *problem.Embedding
	items   []photoSketch
	columns []string
	cache   sim.RequestCache[photoSketch]
}

// Columns names what Fill fills.
func (f *features) Columns() []string { return f.columns }

// Fill fills the columns in the order of Groups.
func (f *features) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	facts := f.cache.Get(q, f.emb, func() photoSketch {
		var pix [photoBytes]uint8
		f.g.photo(q, pix[:])
		return sketchPhoto(pix[:])
	})
	item := &f.items[c.Item]
	_ = into[6]
	into[0] = facts.Dot(q, f.emb, c.Item)
	into[1], into[2] = raster.CompareSketches(facts.Own.sketch, item.sketch)
	into[3] = item.bright
	into[4] = facts.Own.bright - item.bright
	into[5] = item.vivid
	into[6] = facts.Own.vivid - item.vivid
}
