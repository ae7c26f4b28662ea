package raster

import (
	"image"

	"golang.org/x/image/draw"
)

// Shrink fits m into size x size RGB bytes, keeping its proportions. The padding takes the mean color of the
// picture's rim, so that it adds as weak an edge as possible.
func Shrink(m image.Image, size int, into []uint8) {
	b := m.Bounds()
	w, h := size, size
	if b.Dx() < b.Dy() {
		w = max(1, (size*b.Dx()+b.Dy()/2)/b.Dy())
	} else {
		h = max(1, (size*b.Dy()+b.Dx()/2)/b.Dx())
	}
	if side := max(b.Dx(), b.Dy()); side > 32*size {
		// A large photo is subsampled first: the filter's cost would grow with its pixels, and its grain is far finer than what is kept.
		thin := image.NewRGBA(image.Rect(0, 0, max(1, 16*w), max(1, 16*h)))
		draw.NearestNeighbor.Scale(thin, thin.Rect, m, b, draw.Src, nil)
		m, b = thin, thin.Rect
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Rect, image.White, image.Point{}, draw.Src) // behind transparent pictures
	draw.CatmullRom.Scale(small, small.Rect, m, b, draw.Over, nil)
	var rim [3]int
	n := 0
	for y := range h {
		for x := range w {
			if x > 0 && y > 0 && x < w-1 && y < h-1 {
				continue
			}
			at := small.PixOffset(x, y)
			for k := range 3 {
				rim[k] += int(small.Pix[at+k])
			}
			n++
		}
	}
	left, top := (size-w)/2, (size-h)/2
	for y := range size {
		for x := range size {
			to := into[3*(y*size+x):]
			if x < left || y < top || x >= left+w || y >= top+h {
				to[0], to[1], to[2] = uint8(rim[0]/n), uint8(rim[1]/n), uint8(rim[2]/n)
				continue
			}
			at := small.PixOffset(x-left, y-top)
			to[0], to[1], to[2] = small.Pix[at], small.Pix[at+1], small.Pix[at+2]
		}
	}
}
