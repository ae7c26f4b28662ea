package world

import (
	"context"
	"fmt"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
)

// photoSketch is the coarse descriptor of a real picture.
type photoSketch struct {
	sketch        []uint8
	bright, vivid float32
}

func sketchPhoto(pix []uint8) photoSketch {
	wide := make([]float32, sketchBytes)
	out := photoSketch{sketch: make([]uint8, sketchBytes)}
	raster.Colours(pix, photoSide, wide)
	raster.HOG(pix, photoSide, sketchCells, wide[raster.Hues:])
	for k, v := range wide {
		out.sketch[k] = uint8(v*255 + 0.5)
	}
	out.bright, out.vivid = raster.Light(pix, photoSide)
	return out
}

// galleryPairs are stage two's features of two pictures.
type galleryPairs struct{ g *gallery }

// Groups returns the columns by hypothesis.
func (p *galleryPairs) Groups() []problem.FeatureGroup {
	return []problem.FeatureGroup{
		{ID: "similarity", Why: "Pictures that look alike are of one class.", Columns: []string{"embedding_dot", "colour_overlap", "edge_cosine"}},
		{ID: "quality", Why: "Light and saturation belong to the photo, not to the class: a ranker should learn to look past them.", Columns: []string{"brightness", "brightness_apart", "saturation", "saturation_apart"}},
	}
}

// Bind returns the features with similarities read from emb, which may be nil. The items' sketches are made here, once.
func (p *galleryPairs) Bind(ctx context.Context, emb *problem.Embedding) (problem.Features, error) {
	f := &galleryFeatures{g: p.g, emb: emb, items: make([]photoSketch, len(p.g.corp))}
	err := inBatches(ctx, len(f.items), 256, workers(), nil, func(from, to int) error {
		for i := from; i < to; i++ {
			f.items[i] = sketchPhoto(p.g.set.picture(p.g.corp[i]))
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

type galleryFeatures struct {
	g       *gallery
	emb     *problem.Embedding
	items   []photoSketch
	columns []string
	cache   remembered[photoSketch]
}

// Columns names what Fill fills.
func (f *galleryFeatures) Columns() []string { return f.columns }

// Fill fills the columns in the order of Groups.
func (f *galleryFeatures) Fill(q *problem.Query, c problem.Candidate, into []float32) {
	facts := f.cache.of(q, f.emb, func() photoSketch {
		var pix [photoBytes]uint8
		f.g.photo(q, pix[:])
		return sketchPhoto(pix[:])
	})
	item := &f.items[c.Item]
	_ = into[6]
	into[0] = facts.dot(q, f.emb, c.Item)
	into[1], into[2] = compare(facts.own.sketch, item.sketch)
	into[3] = item.bright
	into[4] = facts.own.bright - item.bright
	into[5] = item.vivid
	into[6] = facts.own.vivid - item.vivid
}
