package raster

import (
	"math"
)

// sketchCells is the grid of a sketch's gradients.
const sketchCells = 2

// SketchBytes is the size of a picture's sketch: colors, then coarse gradients, a byte each.
const SketchBytes = Hues + sketchCells*sketchCells*orientations

// Sketch fills into with the coarse descriptor of a picture of size x size RGB bytes; wide is working memory of
// SketchBytes values.
func Sketch(pix []uint8, size int, wide []float32, into []uint8) {
	colors(pix, size, wide)
	hog(pix, size, sketchCells, wide[Hues:])
	for k, v := range wide {
		into[k] = uint8(v*255 + 0.5)
	}
}

// CompareSketches returns the overlap of two sketches' colors (histogram intersection, Swain and Ballard 1991) and the cosine of
// their gradients.
func CompareSketches(a, b []uint8) (colors, edges float32) {
	var overlap, dot, aa, bb int32
	for k := range Hues {
		overlap += int32(min(a[k], b[k]))
	}
	for k := Hues; k < len(a) && k < len(b); k++ {
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

// InputWidth is the number of values that FillInputs fills.
func InputWidth(size, cells int) int {
	return 3*size*size + centeredWidth + hogWidth(cells) + Hues
}

// EdgesAt is where FillInputs puts the oriented gradients.
func EdgesAt(size, cells int) (from, to int) {
	from = 3*size*size + centeredWidth
	return from, from + hogWidth(cells)
}

// ColorsAt is where FillInputs puts the color histogram.
func ColorsAt(size, cells int) (from, to int) {
	_, from = EdgesAt(size, cells)
	return from, from + Hues
}

// FillInputs fills into with the pixels, scaled to [0, 1], then the centered thumbnail, the oriented gradients and the color
// histogram that follow from them. Measured on 20,000 products with 64 dimensions, the share of photos whose product is
// among the nearest 200 is 0.70 by raw pixels, 0.70 by PCA of everything (0.36 where the photo is dark: its axes follow the
// light), 0.80 by PCA of the descriptors alone, 0.92 by an encoder that learned from pairs.
func FillInputs(pix []uint8, size, cells int, into []float32) {
	n := 3 * size * size
	for k, v := range pix[:n] {
		into[k] = float32(v) * (1.0 / 255)
	}
	centered(pix, size, into[n:])
	hog(pix, size, cells, into[n+centeredWidth:])
	from, to := ColorsAt(size, cells)
	colors(pix, size, into[from:to])
}

// DisplaySize is the side of a picture that is shown to people, in pixels.
const DisplaySize = 48
