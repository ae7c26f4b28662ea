package images

import (
	"context"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
)

// truth judges a product against a photo: 2 for the same product, 1 for the same class and look (pattern and color
// family), 0 otherwise and for what wasn't listed yet on the day.
type truth struct{ s *shoppers }

// Grade returns the relevance of item for q.
func (t truth) Grade(q *problem.Query, item int32) uint8 {
	r := t.s.of(q)
	return t.s.cat.grade(&r, item, q.Day)
}

func (c *catalog) grade(r *request, item int32, day float64) uint8 {
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
func (t truth) Positives(q *problem.Query) []problem.Graded {
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

// inputs are pixels and descriptors of catalog pictures and photos.
type inputs struct {
	s      *shoppers
	canvas *sync.Pool // of *pixelRoom
}

// pixelRoom is one goroutine's working memory.
type pixelRoom struct {
	raster.Canvas
	pix [thumbBytes]uint8
}

func newInputs(s *shoppers) inputs {
	return inputs{s, &sync.Pool{New: func() any { return new(pixelRoom) }}}
}

// PixelWidth is the number of values that are plain pixels.
func (in inputs) PixelWidth() int { return thumbBytes }

// Width is the number of values of a picture.
func (in inputs) Width() int {
	return raster.InputWidth(thumb, hogCells)
}

// Item fills into from product i's catalog picture.
func (in inputs) Item(i int32, into []float32) {
	room := in.canvas.Get().(*pixelRoom)
	defer in.canvas.Put(room)
	in.s.cat.picture(&room.Canvas, i, room.pix[:])
	raster.FillInputs(room.pix[:], thumb, hogCells, into)
}

// Request fills into from q's photo.
func (in inputs) Request(q *problem.Query, into []float32) {
	room := in.canvas.Get().(*pixelRoom)
	defer in.canvas.Put(room)
	r := in.s.of(q)
	in.s.photo(&room.Canvas, &r, thumb, room.pix[:])
	raster.FillInputs(room.pix[:], thumb, hogCells, into)
}

// Edges is where the oriented gradients are.
func (in inputs) Edges() (from, to int) { return raster.EdgesAt(thumb, hogCells) }

// Colors is where the color histogram is.
func (in inputs) Colors() (from, to int) { return raster.ColorsAt(thumb, hogCells) }

// Foreign makes pairs of another catalog, of the same size.
func (in inputs) Foreign(ctx context.Context, n int, seed uint64) (a, b []float32, err error) {
	return raster.ForeignPairs(ctx, thumb, hogCells, n, seed)
}
