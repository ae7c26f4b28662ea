package raster

import "math"

// orientations is how many gradient directions a cell distinguishes.
const orientations = 9

// hogWidth is the number of values that hog fills for cells x cells cells.
func hogWidth(cells int) int { return cells * cells * orientations }

// hog fills into with histograms of oriented gradients (Dalal and Triggs 2005): the picture, size x size RGB bytes, is
// divided into cells x cells cells; every pixel votes for its gradient's direction, unsigned, with its gradient's
// length, shared between the two nearest directions and, bilinearly, the four nearest cells. A cell is normalized by the
// energy of the 3 x 3 cells around it, which removes the effect of light, and clipped at 0.5. The values lie in [0, 1].
func hog(pix []uint8, size, cells int, into []float32) {
	into = into[:hogWidth(cells)]
	clear(into)
	perCell := float32(size) / float32(cells)
	luma := func(x, y int) float32 {
		at := 3 * (min(max(y, 0), size-1)*size + min(max(x, 0), size-1))
		return 0.3*float32(pix[at]) + 0.59*float32(pix[at+1]) + 0.11*float32(pix[at+2])
	}
	for y := range size {
		cy := (float32(y)+0.5)/perCell - 0.5
		for x := range size {
			gx, gy := luma(x+1, y)-luma(x-1, y), luma(x, y+1)-luma(x, y-1)
			length := hypot(gx, gy)
			if length < 1 {
				continue // less than one gray level in 255 is noise without a direction
			}
			angle := math.Atan2(float64(gy), float64(gx)) / math.Pi // unsigned: modulo 1
			bin := float32(angle-math.Floor(angle)) * orientations
			vote(into, cells, (float32(x)+0.5)/perCell-0.5, cy, bin, length)
		}
	}
	normalize(into, cells)
}

// vote shares a gradient's length between the nearest cells and directions.
func vote(into []float32, cells int, cx, cy, bin, length float32) {
	x0, y0 := int(math.Floor(float64(cx))), int(math.Floor(float64(cy)))
	fx, fy := cx-float32(x0), cy-float32(y0)
	b0 := int(bin) % orientations
	b1, fb := (b0+1)%orientations, bin-float32(int(bin))
	for dy := range 2 {
		y, wy := y0+dy, fy
		if dy == 0 {
			wy = 1 - fy
		}
		if y < 0 || y >= cells {
			continue
		}
		for dx := range 2 {
			x, wx := x0+dx, fx
			if dx == 0 {
				wx = 1 - fx
			}
			if x < 0 || x >= cells {
				continue
			}
			cell := into[(y*cells+x)*orientations:]
			cell[b0] += length * wx * wy * (1 - fb)
			cell[b1] += length * wx * wy * fb
		}
	}
}

// maxCells bounds the grid so that normalize needs no allocation.
const maxCells = 8

func normalize(into []float32, cells int) {
	var energy [maxCells * maxCells]float32
	for c := range cells * cells {
		for _, v := range into[c*orientations : (c+1)*orientations] {
			energy[c] += v * v
		}
	}
	for y := range cells {
		for x := range cells {
			var sum float32
			for ny := max(y-1, 0); ny <= min(y+1, cells-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, cells-1); nx++ {
					sum += energy[ny*cells+nx]
				}
			}
			scale := 1 / (float32(math.Sqrt(float64(sum))) + 8)
			cell := into[(y*cells+x)*orientations : (y*cells+x+1)*orientations]
			for k, v := range cell {
				cell[k] = min(v*scale, 0.5) * 2
			}
		}
	}
}

// centeredCells is the grid of centered.
const centeredCells = 8

// centeredWidth is the number of values that centered fills.
const centeredWidth = 3 * centeredCells * centeredCells

// centered fills into with an 8 x 8 RGB thumbnail minus its mean, divided by its contrast, so that light counts for little,
// and weighted by a Gaussian around the middle, where the product is. All values together have
// length 4 about 0.5, so that most lie in [0, 1]. size must be a multiple of 8.
func centered(pix []uint8, size int, into []float32) {
	into = into[:centeredWidth]
	step := size / centeredCells
	const spread = 0.5 // standard deviation of the weights, the half width is 1
	var weight [centeredCells * centeredCells]float32
	var mean, total float32
	for row := range centeredCells {
		for col := range centeredCells {
			var sum [3]int
			for y := row * step; y < (row+1)*step; y++ {
				for x := col * step; x < (col+1)*step; x++ {
					for k := range 3 {
						sum[k] += int(pix[3*(y*size+x)+k])
					}
				}
			}
			w := bell(row, spread) * bell(col, spread)
			at := row*centeredCells + col
			weight[at] = w
			for k := range 3 {
				v := float32(sum[k]) / float32(step*step)
				into[3*at+k] = v
				mean += w * v
			}
			total += 3 * w
		}
	}
	mean /= total
	var length float32
	for i, v := range into {
		into[i] = (v - mean) * weight[i/3]
		length += into[i] * into[i]
	}
	scale := 4 / (float32(math.Sqrt(float64(length))) + 1) // a flat picture stays near 0.5
	for i, v := range into {
		into[i] = 0.5 + v*scale
	}
}

// bell is the weight of one row or column of cells.
func bell(cell int, spread float64) float32 {
	d := (2*float64(cell)+1)/centeredCells - 1
	return float32(math.Exp(-d * d / (2 * spread * spread)))
}

// Hues is the number of bins of a color histogram: eight hues, then black, gray and white.
const Hues = 11

// colors fills into with the share of the picture's middle (a disc of 0.75 of the half width: products are in the
// middle, clutter isn't) that falls to each color; a saturated pixel votes for its hue, others for a gray by light.
func colors(pix []uint8, size int, into []float32) {
	into = into[:Hues]
	clear(into)
	var total float32
	half := float32(size) / 2
	for y := range size {
		for x := range size {
			dx, dy := float32(x)+0.5-half, float32(y)+0.5-half
			if dx*dx+dy*dy > 0.5625*half*half {
				continue
			}
			at := 3 * (y*size + x)
			hue, saturation, value := hsv(pix[at], pix[at+1], pix[at+2])
			pure := clamp(saturation*2-0.2) * clamp(value*4)
			bin := hue * 8
			b0 := int(bin) % 8
			fb := bin - float32(int(bin))
			into[b0] += pure * (1 - fb)
			into[(b0+1)%8] += pure * fb
			into[8+min(int(value*3), 2)] += 1 - pure
			total++
		}
	}
	for k := range into {
		into[k] /= total
	}
}

// hsv returns hue (a turn is 1), saturation and value, each in [0, 1].
func hsv(r, g, b uint8) (hue, saturation, value float32) {
	hi, lo := max(r, g, b), min(r, g, b)
	value = float32(hi) / 255
	if hi == lo {
		return 0, 0, value
	}
	span := float32(hi) - float32(lo)
	saturation = span / float32(hi)
	switch hi {
	case r:
		hue = (float32(g) - float32(b)) / span
	case g:
		hue = 2 + (float32(b)-float32(r))/span
	default:
		hue = 4 + (float32(r)-float32(g))/span
	}
	hue /= 6
	if hue < 0 {
		hue++
	}
	return hue, saturation, value
}

// FromHSV is the inverse of hsv.
func FromHSV(hue, saturation, value float32) RGB {
	hue -= float32(math.Floor(float64(hue)))
	channel := func(n float32) float32 {
		k := float32(math.Mod(float64(n+hue*6), 6))
		return value - value*saturation*clamp(min(k, 4-k))
	}
	return RGB{channel(5), channel(3), channel(1)}
}

// Light returns the picture's mean brightness and mean saturation, each in [0, 1].
func Light(pix []uint8, size int) (brightness, saturation float32) {
	n := size * size
	for i := range n {
		_, s, v := hsv(pix[3*i], pix[3*i+1], pix[3*i+2])
		brightness += v
		saturation += s
	}
	return brightness / float32(n), saturation / float32(n)
}
