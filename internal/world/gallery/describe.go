package gallery

import (
	"fmt"
	"image"
	"math"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/read"
	"dryrun/internal/world/sim"

	"golang.org/x/image/draw"
)

// describer shows the pictures as they are kept.
type describer struct{ g *dataset }

func (d describer) words(pic int32) string {
	return fmt.Sprintf("%s (%s)", d.g.set.classes[d.g.set.labels[pic]], read.Printable(d.g.set.names[pic]))
}

// Item names the class and the file of item i.
func (d describer) Item(i int32) string { return d.words(d.g.corpus[i]) }

// Request names the class and the file of q's picture.
func (d describer) Request(q *problem.Query) string { return d.words(d.g.pictureOf(q)) }

// ItemPicture returns item i's picture, enlarged from what is kept of it.
func (d describer) ItemPicture(i int32) image.Image {
	return enlarged(d.g.set.picture(d.g.corpus[i]))
}

// RequestPicture returns q's picture, enlarged from what is kept of it.
func (d describer) RequestPicture(q *problem.Query) image.Image {
	var pix [photoBytes]uint8
	d.g.photo(q, pix[:])
	return enlarged(pix[:])
}

func enlarged(pix []uint8) image.Image {
	small := raster.Image(pix, photoSide)
	m := image.NewNRGBA(image.Rect(0, 0, raster.DisplaySize, raster.DisplaySize))
	draw.BiLinear.Scale(m, m.Rect, small, small.Bounds(), draw.Src, nil)
	return m
}

// Why says what two pictures have in common in light, colors and outlines.
func (d describer) Why(q *problem.Query, item int32) string {
	var pix [photoBytes]uint8
	d.g.photo(q, pix[:])
	a, b := sketchPhoto(pix[:]), sketchPhoto(d.g.set.picture(d.g.corpus[item]))
	var same, differ []string
	note := func(equal bool, what string) {
		if equal {
			same = append(same, what)
		} else {
			differ = append(differ, what)
		}
	}
	colors, edges := raster.CompareSketches(a.sketch, b.sketch)
	note(math.Abs(float64(a.bright-b.bright)) < 0.1, "the light")
	note(colors > 0.6, "the colors")
	note(edges > 0.85, "the outlines")
	note(d.g.set.labels[d.g.pictureOf(q)] == d.g.set.labels[d.g.corpus[item]], "the class")
	switch {
	case len(same) == 0:
		return "light, colors, outlines and class all differ"
	case len(differ) == 0:
		return "light, colors, outlines and class all agree"
	}
	return "alike: " + sim.AndList(same) + "; not alike: " + sim.AndList(differ)
}
