package raster

import "image"

// Image wraps size x size RGB bytes as a picture.
func Image(pix []uint8, size int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, size, size))
	for i := range size * size {
		copy(m.Pix[4*i:], pix[3*i:3*i+3])
		m.Pix[4*i+3] = 255
	}
	return m
}
