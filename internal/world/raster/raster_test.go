package raster

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const side = 16

func handbag() Object {
	return Object{Body: Trapezoid, Part: Handle, W: 0.5, H: 0.5, PartBy: 1, Period: 0.4, Main: RGB{0.8, 0.1, 0.1}, Accent: RGB{0.1, 0.1, 0.1}}
}

func taken(o Object, s Shot, size int) []uint8 {
	var c Canvas
	pix := make([]uint8, 3*size*size)
	c.Draw(&o, &s, size, pix)
	return pix
}

func TestEveryOutlineIsInsideTheCanvasAndNotEmpty(t *testing.T) {
	for body := range Bodies {
		for part := range Parts {
			o := handbag()
			o.Body, o.Part, o.W, o.H, o.PartBy = body, part, 0.62, 0.62, 1.3
			pix := taken(o, Studio(), 48)
			inside := 0
			for y := range 48 {
				for x := range 48 {
					if pix[3*(y*48+x)+1] < 128 {
						inside++
						if x == 0 || y == 0 || x == 47 || y == 47 {
							t.Errorf("body %d with part %d reaches the rim at %d, %d", body, part, x, y)
						}
					}
				}
			}
			if inside < 100 {
				t.Errorf("body %d with part %d covers %d pixels of %d", body, part, inside, 48*48)
			}
		}
	}
}

func TestAShotIsTheSameEveryTimeWhateverWasDrawnBefore(t *testing.T) {
	s := Studio()
	s.Noise, s.Clutter, s.Blur, s.Covered, s.Seed = 0.05, 5, 1, 0.3, 9
	want := taken(handbag(), s, side)
	var c Canvas
	pix := make([]uint8, 3*48*48)
	o := handbag()
	c.Draw(&o, &s, 48, pix)
	c.Draw(&o, &s, side, pix)
	if !slices.Equal(pix[:3*side*side], want) {
		t.Error("a used canvas draws another picture")
	}
	s.Seed++
	if slices.Equal(taken(handbag(), s, side), want) {
		t.Error("another seed draws the same noise")
	}
}

func TestLightAndSaturationDoWhatTheySay(t *testing.T) {
	s := Studio()
	bright, vivid := Light(taken(handbag(), s, side), side)
	s.Light = 0.5
	if dark, _ := Light(taken(handbag(), s, side), side); math.Abs(float64(dark/bright)-0.5) > 0.02 {
		t.Errorf("half the light gives %.3f of the brightness", dark/bright)
	}
	s = Studio()
	s.Saturation = 0
	if _, gray := Light(taken(handbag(), s, side), side); gray > 0.02 || vivid < 0.1 {
		t.Errorf("saturation %.3f without color, %.3f with", gray, vivid)
	}
}

// A vertical edge has its gradient along x: direction 0, in every cell that it crosses and no other.
func TestHOGOfAVerticalEdge(t *testing.T) {
	pix := make([]uint8, 3*side*side)
	for y := range side {
		for x := 6; x < side; x++ {
			for k := range 3 {
				pix[3*(y*side+x)+k] = 200
			}
		}
	}
	cells := make([]float32, hogWidth(4))
	hog(pix, side, 4, cells)
	for cell := range 16 {
		for b, v := range cells[cell*orientations : (cell+1)*orientations] {
			crossed := cell%4 < 3 // x = 5.5 is the middle of cell 1; half-weights reach cells 0 and 2 at most
			switch {
			case b > 0 && v != 0:
				t.Errorf("cell %d, direction %d: %v, expected 0", cell, b, v)
			case b == 0 && cell%4 == 1 && v < 0.5:
				t.Errorf("cell %d: %v in the edge's direction, expected most of its energy", cell, v)
			case !crossed && v != 0:
				t.Errorf("cell %d: %v, expected nothing far from the edge", cell, v)
			}
		}
	}
}

func TestHOGHardlyChangesWithLight(t *testing.T) {
	s := Studio()
	a, b := make([]float32, hogWidth(4)), make([]float32, hogWidth(4))
	hog(taken(handbag(), s, side), side, 4, a)
	s.Light = 0.6
	hog(taken(handbag(), s, side), side, 4, b)
	for k := range a {
		if math.Abs(float64(a[k]-b[k])) > 0.06 {
			t.Fatalf("value %d is %.3f in full light and %.3f in less", k, a[k], b[k])
		}
	}
}

func TestCenteredForgetsLightAndTheRim(t *testing.T) {
	s := Studio()
	a, b := make([]float32, centeredWidth), make([]float32, centeredWidth)
	distance := func() (d float64) {
		for k := range a {
			d += float64(a[k]-b[k]) * float64(a[k]-b[k])
		}
		return math.Sqrt(d)
	}
	centered(taken(handbag(), s, side), side, a)
	s.Light = 0.5
	centered(taken(handbag(), s, side), side, b)
	if d := distance(); d > 0.2 {
		t.Errorf("half the light moves the thumbnail by %.2f of 4", d)
	}
	rim := taken(handbag(), Studio(), side)
	for x := range side { // a dark line along the top
		rim[3*x], rim[3*x+1], rim[3*x+2] = 0, 0, 0
	}
	centered(rim, side, b)
	if d := distance(); d > 0.8 {
		t.Errorf("a line at the rim moves the thumbnail by %.2f of 4", d)
	}
	other := handbag()
	other.Main = RGB{0.1, 0.1, 0.8}
	centered(taken(other, Studio(), side), side, b)
	if d := distance(); d < 1.5 {
		t.Errorf("another color moves the thumbnail by %.2f of 4 only", d)
	}
}

func TestDescriptorsStayInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pix := rapid.SliceOfN(rapid.Byte(), 3*side*side, 3*side*side).Draw(t, "pixels")
		cells, hues := make([]float32, hogWidth(2)), make([]float32, Hues)
		hog(pix, side, 2, cells)
		colors(pix, side, hues)
		var sum float32
		for _, h := range hues {
			sum += h
		}
		if math.Abs(float64(sum)-1) > 1e-3 {
			t.Fatalf("color shares sum to %v", sum)
		}
		for _, v := range append(cells, hues...) {
			if !(v >= 0 && v <= 1.0001) {
				t.Fatalf("a descriptor of %v", v)
			}
		}
	})
}

func TestHSVIsInverted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, g, b := rapid.Byte().Draw(t, "r"), rapid.Byte().Draw(t, "g"), rapid.Byte().Draw(t, "b")
		back := FromHSV(hsv(r, g, b))
		for k, want := range []uint8{r, g, b} {
			if math.Abs(float64(back[k])*255-float64(want)) > 0.01 {
				t.Fatalf("%d %d %d came back as %v", r, g, b, back)
			}
		}
	})
}
