package images

import (
	"image"
	"strings"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

// describer puts products and photos into words and pictures.
type describer struct{ s *shoppers }

// Item describes product i: "a striped red handbag".
func (d describer) Item(i int32) string { return "a " + d.s.cat.words(i) }

func (c *catalog) words(i int32) string {
	l := &c.items[i]
	pattern := patternName(raster.Pattern(int(l.look) % int(raster.Patterns)))
	return pattern + " " + familyName(int(l.look)/int(raster.Patterns)) + " " + className(int(l.class))
}

// Request describes q's photo: "a dark photo of a striped red handbag among clutter, partly hidden".
func (d describer) Request(q *problem.Query) string {
	r := d.s.of(q)
	var b strings.Builder
	b.WriteString("a ")
	if r.dark() {
		b.WriteString("dark ")
	} else if r.shot.Blur > 0 {
		b.WriteString("blurred ")
	}
	b.WriteString("photo of a " + d.s.cat.words(r.item))
	if r.cluttered() {
		b.WriteString(" among clutter")
	}
	if r.covered() {
		b.WriteString(", partly hidden")
	}
	return b.String()
}

// ItemPicture draws product i's catalog picture for people.
func (d describer) ItemPicture(i int32) image.Image {
	o, s := d.s.cat.looksOf(i), d.s.cat.studioOf(i)
	return drawn(&o, &s)
}

// RequestPicture draws q's photo for people.
func (d describer) RequestPicture(q *problem.Query) image.Image {
	r := d.s.of(q)
	o := d.s.cat.looksOf(r.item)
	return drawn(&o, &r.shot)
}

func drawn(o *raster.Object, s *raster.Shot) image.Image {
	var cv raster.Canvas
	pix := make([]uint8, 3*raster.DisplaySize*raster.DisplaySize)
	cv.Draw(o, s, raster.DisplaySize, pix)
	return raster.Image(pix, raster.DisplaySize)
}

// Why says what a photo and a product that isn't the one asked for have in common, and where they differ.
func (d describer) Why(q *problem.Query, item int32) string {
	r := d.s.of(q)
	c := d.s.cat
	a, b := &c.items[r.item], &c.items[item]
	if r.item == item {
		return d.whyMissed(&r)
	}
	var same, differ []string
	note := func(equal bool, what string) {
		if equal {
			same = append(same, what)
		} else {
			differ = append(differ, what)
		}
	}
	patterns := uint8(raster.Patterns)
	sa, sb := shapeOf(int(a.class)), shapeOf(int(b.class))
	if a.class == b.class {
		note(true, "the class")
	} else {
		note(sa.Body == sb.Body, "the outline")
	}
	note(a.look%patterns == b.look%patterns, "the pattern")
	note(a.look/patterns == b.look/patterns, "the color")
	if r.dark() && c.bright[item] < 120 {
		same = append(same, "the darkness")
	}
	switch {
	case len(differ) == 0:
		return "another product of the same class and look"
	case len(same) == 0:
		return "they share nothing that has a name; " + sim.AndList(differ) + " differ"
	case len(differ) == 1:
		return "they share " + sim.AndList(same) + "; " + differ[0] + " differs"
	}
	return "they share " + sim.AndList(same) + "; " + sim.AndList(differ) + " differ"
}

// whyMissed says what makes the photo's own product hard to find.
func (d describer) whyMissed(r *request) string {
	var hard []string
	if r.dark() {
		hard = append(hard, "dark")
	}
	if r.cluttered() {
		hard = append(hard, "cluttered")
	}
	if r.covered() {
		hard = append(hard, "partly hidden")
	}
	if r.shot.Blur > 0 {
		hard = append(hard, "blurred")
	}
	if r.shot.Turn > 0.25 || r.shot.Turn < -0.25 {
		hard = append(hard, "turned")
	}
	if len(hard) == 0 {
		return ""
	}
	return "the photo is " + sim.AndList(hard)
}
