// Package raster draws small pictures of products without a graphics library: silhouettes as signed distance functions,
// painted with a pattern, posed, lit, cluttered and blurred as in a photo from a shopper's phone. An Object and a Shot come
// in, RGB bytes of any size come out, the same for the same input. It also computes the classic descriptors of such bytes
// (color histogram, oriented gradients) that encoders and rankers start from.
package raster

import "math"

// Body is the outline of a product's main part.
type Body uint8

// The bodies; their outlines alone distinguish them even at 16 pixels.
const (
	Trapezoid Body = iota
	Box
	Tall
	Disc
	Cone
	Dome
	Boot
	Hourglass
	Tee
	Ring
	Bodies // how many there are
)

// Part is what is attached to the body.
type Part uint8

// The parts.
const (
	Bare Part = iota
	Handle
	SideHandle
	Legs
	Foot
	Knob
	Ears
	Strap
	Parts // how many there are
)

// Pattern is how the body's surface is painted.
type Pattern uint8

// The patterns.
const (
	Plain Pattern = iota
	Striped
	Dotted
	Checked
	Patterns // how many there are
)

// RGB is a linear color, each channel in [0, 1].
type RGB [3]float32

// Object is how a product looks: everything that doesn't change from picture to picture.
type Object struct {
	Body    Body
	Part    Part
	Window  bool // a hole in the accent color in the middle of the body
	Pattern Pattern
	W, H    float32 // half width and half height of the body; the canvas reaches from -1 to 1
	PartBy  float32 // size of the part, 1 is usual
	Period  float32 // length of one repeat of the pattern, in canvas units
	Phase   float32 // where the pattern starts, in repeats
	Angle   float32 // of the pattern, radians
	Main    RGB
	Accent  RGB
}

// at returns signed distances (negative inside, in canvas units, exact near the edge) from the point to the body and
// to the part. y grows downwards.
func (o *Object) at(x, y float32) (body, part float32) {
	x, y = o.onBody(x, y)
	body = o.body(x, y)
	return body, o.part(x, y, body)
}

// onBody turns a point of the canvas into one of the body, which moves aside to make room for its part.
func (o *Object) onBody(x, y float32) (float32, float32) {
	switch o.Part {
	case Handle, Knob:
		return x, y - 0.14
	case Legs, Foot:
		return x, y + 0.16
	case SideHandle:
		return x + 0.16, y
	}
	return x, y
}

func (o *Object) body(x, y float32) float32 {
	w, h := o.W, o.H
	switch o.Body {
	case Trapezoid:
		return max(abs(x)-w*(0.82+0.25*y/h), abs(y)-h)
	case Box:
		return box(x, y, w*1.12, h*0.78, 0.06)
	case Tall:
		return box(x, y, w*0.55, h*1.2, 0.14)
	case Disc:
		return ellipse(x, y, w, h)
	case Cone:
		slope := w / (2 * h)
		return max((abs(x)-slope*(y+h))/hypot(1, slope), y-h)
	case Dome:
		return max(ellipse(x, y-0.45*h, w*1.1, h*1.35), y-0.5*h)
	case Boot:
		return min(box(x+0.45*w, y-0.05*h, w*0.45, h, 0.05), box(x-0.05*w, y-0.62*h, w, h*0.42, 0.08))
	case Hourglass:
		return max(abs(x)-w*(0.32+0.68*abs(y)/h), abs(y)-h)
	case Tee:
		return min(box(x, y, w*0.55, h, 0.04), box(x, y+0.6*h, w*1.15, h*0.34, 0.05))
	case Ring:
		return abs(ellipse(x, y, w*0.78, h*0.78)) - 0.2*w
	}
	return 1
}

func (o *Object) part(x, y, body float32) float32 {
	w, h, s := o.W, o.H, o.PartBy
	switch o.Part {
	case Handle:
		return max(abs(hypot(x, y+h)-0.42*w*s)-0.075, y+h)
	case SideHandle:
		return max(abs(hypot(x-o.reach(0), y)-0.36*h*s)-0.075, -body)
	case Legs:
		return box(abs(x)-0.66*w, y-h-0.14*s, 0.12, 0.22*s, 0.02)
	case Foot:
		return min(box(x, y-h-0.1*s, 0.06, 0.16*s, 0.01), box(x, y-h-0.25*s, 0.6*w*s, 0.07, 0.03))
	case Knob:
		return min(box(x, y+h+0.08*s, 0.07, 0.12*s, 0.02), hypot(x, y+h+0.2*s)-0.14*s)
	case Ears:
		return max(hypot(abs(x)-o.reach(-0.35), y+0.35*h)-0.2*s, -body)
	case Strap:
		return max(abs(x*0.7+y*0.7)-0.1*s, body)
	}
	return 1
}

// reach is how far the body reaches to the side at a height, given as a share of the half height.
func (o *Object) reach(at float32) float32 {
	switch o.Body {
	case Trapezoid:
		return o.W * (0.82 + 0.25*at)
	case Box:
		return o.W * 1.12
	case Tall:
		return o.W * 0.55
	case Cone:
		return o.W * 0.5 * (1 + at)
	case Boot:
		return o.W * 0.5
	case Hourglass:
		return o.W * (0.32 + 0.68*abs(at))
	case Tee:
		if at < -0.26 {
			return o.W * 1.15
		}
		return o.W * 0.55
	}
	return o.W * float32(math.Sqrt(float64(1-at*at)))
}

// color is the paint at a point inside the body.
func (o *Object) color(x, y float32) RGB {
	x, y = o.onBody(x, y)
	if o.Window && ellipse(x, y, o.W*0.3, o.H*0.3) < 0 {
		return o.Accent
	}
	if o.Pattern == Plain {
		return o.Main
	}
	sin, cos := math.Sincos(float64(o.Angle))
	u := (x*float32(cos)+y*float32(sin))/o.Period + o.Phase
	v := (y*float32(cos)-x*float32(sin))/o.Period + o.Phase
	var t float32 // how much of the accent, edges softened so that a pixel shows part of a stripe
	switch o.Pattern {
	case Striped:
		t = 0.5 + 2*wave(u)
	case Dotted:
		t = 0.1 + 1.6*(wave(u)+wave(v)-0.45)
	case Checked:
		t = 0.5 + 6*wave(u)*wave(v)
	}
	return mix(o.Main, o.Accent, clamp(t))
}

// wave is a triangle wave of period 1 between -0.5 and 0.5: cheaper than a sine and as good at this size.
func wave(u float32) float32 {
	u -= float32(math.Floor(float64(u)))
	return 0.5 - 2*abs(u-0.5)
}

func box(x, y, w, h, r float32) float32 {
	dx, dy := abs(x)-w+r, abs(y)-h+r
	return hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - r
}

// ellipse is the distance to an ellipse scaled by its gradient: right at the edge, roughly right elsewhere.
func ellipse(x, y, w, h float32) float32 {
	k := hypot(x/w, y/h)
	g := hypot(x/(w*w), y/(h*h))
	if g < 1e-6 {
		return -min(w, h)
	}
	return k * (k - 1) / g
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

func hypot(x, y float32) float32 { return float32(math.Sqrt(float64(x*x + y*y))) }

func clamp(x float32) float32 { return min(max(x, 0), 1) }

func mix(a, b RGB, t float32) RGB {
	return RGB{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}
