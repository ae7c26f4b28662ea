package world

import (
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
)

// imageTruth judges a product against a photo: 2 for the same product, 1 for the same class and look (pattern and colour
// family), 0 otherwise and for what wasn't listed yet on the day.
type imageTruth struct{ s *shoppers }

// Grade returns the relevance of item for q.
func (t imageTruth) Grade(q *problem.Query, item int32) uint8 {
	r := t.s.of(q)
	return t.s.cat.grade(&r, item, q.Day)
}

func (c *catalogue) grade(r *request, item int32, day float64) uint8 {
	a, b := &c.items[r.item], &c.items[item]
	switch {
	case item == r.item:
		return 2
	case a.class == b.class && a.look == b.look && float64(b.born) <= day:
		return 1
	}
	return 0
}

// Positives returns the product itself, then its look-alikes.
func (t imageTruth) Positives(q *problem.Query) []problem.Graded {
	r := t.s.of(q)
	c := t.s.cat
	l := &c.items[r.item]
	alike := c.bucket(int(l.class), int(l.look))
	out := make([]problem.Graded, 1, len(alike))
	out[0] = problem.Graded{Item: r.item, Grade: 2}
	for _, i := range alike {
		if i != r.item && float64(c.items[i].born) <= q.Day {
			out = append(out, problem.Graded{Item: i, Grade: 1})
		}
	}
	return out
}

// imageInputs are pixels and descriptors of catalogue pictures and photos.
type imageInputs struct {
	s      *shoppers
	canvas *sync.Pool // of *pixelRoom
}

// pixelRoom is one goroutine's working memory.
type pixelRoom struct {
	raster.Canvas
	pix [thumbBytes]uint8
}

func newImageInputs(s *shoppers) imageInputs {
	return imageInputs{s, &sync.Pool{New: func() any { return new(pixelRoom) }}}
}

// PixelWidth is the number of values that are plain pixels.
func (in imageInputs) PixelWidth() int { return thumbBytes }

// Width is the number of values of a picture.
func (in imageInputs) Width() int {
	return thumbBytes + raster.CentredWidth + raster.HOGWidth(hogCells)
}

// Item fills into from product i's catalogue picture.
func (in imageInputs) Item(i int32, into []float32) {
	room := in.canvas.Get().(*pixelRoom)
	defer in.canvas.Put(room)
	in.s.cat.picture(&room.Canvas, i, room.pix[:])
	fromPixels(room.pix[:], thumb, hogCells, into)
}

// Request fills into from q's photo.
func (in imageInputs) Request(q *problem.Query, into []float32) {
	room := in.canvas.Get().(*pixelRoom)
	defer in.canvas.Put(room)
	r := in.s.of(q)
	in.s.photo(&room.Canvas, &r, thumb, room.pix[:])
	fromPixels(room.pix[:], thumb, hogCells, into)
}

// fromPixels fills into with the pixels, scaled to [0, 1], then the centred thumbnail and the oriented gradients that
// follow from them. Measured on 20,000 products with 64 dimensions, the product is among the nearest 200 of a photo for
// 0.70 by pixels as they are, 0.70 by PCA of everything (0.36 where the photo is dark: its axes follow the light), 0.80 by
// PCA of the descriptors alone, 0.92 by an encoder that learned from pairs.
func fromPixels(pix []uint8, size, cells int, into []float32) {
	n := 3 * size * size
	for k, v := range pix[:n] {
		into[k] = float32(v) * (1.0 / 255)
	}
	raster.Centred(pix, size, into[n:])
	raster.HOG(pix, size, cells, into[n+raster.CentredWidth:])
}
