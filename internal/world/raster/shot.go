package raster

import (
	"math"
	"math/rand/v2"
)

// Shot is how a picture was taken: everything that changes from picture to picture of the same product. The zero Shot
// shows nothing; start from Studio.
type Shot struct {
	Turn       float32 // radians
	Scale      float32
	DX, DY     float32 // in canvas units, the canvas reaches from -1 to 1
	Light      float32 // 1 is full light
	Cast       RGB     // what the light does to each channel, 1 is neutral
	Saturation float32 // 1 leaves colors as they are
	Blur       int     // passes of a 3x3 binomial filter at 16 pixels; more of them at larger sizes
	Noise      float32 // standard deviation of a channel
	Clutter    int     // things behind the product
	Covered    float32 // share of the canvas that a hand or a shelf hides, from one side
	Backdrop   RGB
	Seed       uint64 // of clutter and noise
}

// Studio is a clean catalog picture: white backdrop, full light, straight.
func Studio() Shot {
	return Shot{Scale: 1, Light: 1, Cast: RGB{1, 1, 1}, Saturation: 1, Backdrop: RGB{0.97, 0.97, 0.97}}
}

// Canvas holds the working memory of Draw, so that a loop over many pictures allocates once. It is not safe for
// concurrent use.
type Canvas struct {
	pix, tmp []float32
	clutter  []thing
	src      rand.PCG
	rng      *rand.Rand
}

// thing is a disc or a box that clutters the picture.
type thing struct {
	x, y, r, aspect float32
	square          bool
	paint           RGB
}

// Draw paints size x size pixels of o as taken by s into the first 3*size*size bytes of into, row by row, RGB.
func (c *Canvas) Draw(o *Object, s *Shot, size int, into []uint8) {
	if n := 3 * size * size; cap(c.pix) < n {
		c.pix, c.tmp = make([]float32, n), make([]float32, n)
	}
	if c.rng == nil {
		c.rng = rand.New(&c.src)
	}
	c.pix = c.pix[:3*size*size]
	c.src.Seed(s.Seed, 0x9e3779b97f4a7c15)
	c.place(s)
	c.paint(o, s, size)
	c.develop(s, size)
	for i, v := range c.pix {
		into[i] = uint8(clamp(v)*255 + 0.5)
	}
}

// place scatters the clutter.
func (c *Canvas) place(s *Shot) {
	c.clutter = c.clutter[:0]
	for range s.Clutter {
		r := c.rng
		c.clutter = append(c.clutter, thing{
			x: 2*r.Float32() - 1, y: 2*r.Float32() - 1, r: 0.15 + 0.3*r.Float32(), aspect: 0.6 + 0.8*r.Float32(),
			square: r.IntN(2) == 0,
			paint:  RGB{0.15 + 0.7*r.Float32(), 0.15 + 0.7*r.Float32(), 0.15 + 0.7*r.Float32()},
		})
	}
}

// paint fills c.pix with the scene in neutral light. Edges are softened over one pixel by the distance to them.
func (c *Canvas) paint(o *Object, s *Shot, size int) {
	sin64, cos64 := math.Sincos(float64(s.Turn))
	sin, cos := float32(sin64)/s.Scale, float32(cos64)/s.Scale
	pixel := 2 / float32(size)
	edge := s.Scale / pixel
	partPaint := mix(o.Main, o.Accent, 0.6)
	if o.Part == Strap {
		partPaint = o.Accent
	}
	at := 0
	for row := range size {
		cy := (float32(row)+0.5)*pixel - 1
		for col := range size {
			cx := (float32(col)+0.5)*pixel - 1
			px := s.Backdrop
			for i := range c.clutter {
				px = c.clutter[i].over(px, cx, cy, pixel)
			}
			dx, dy := cx-s.DX, cy-s.DY
			x, y := dx*cos+dy*sin, dy*cos-dx*sin
			body, part := o.at(x, y)
			if cover := clamp(0.5 - body*edge); cover > 0 {
				px = mix(px, o.color(x, y), cover)
			}
			if cover := clamp(0.5 - part*edge); cover > 0 {
				px = mix(px, partPaint, cover)
			}
			if s.Covered > 0 {
				// The hand comes from the side that the seed chose, skin or shelf colored.
				px = c.cover(px, s, cx, cy, pixel)
			}
			c.pix[at], c.pix[at+1], c.pix[at+2] = px[0], px[1], px[2]
			at += 3
		}
	}
}

func (t *thing) over(px RGB, x, y, pixel float32) RGB {
	x, y = (x-t.x)*t.aspect, y-t.y
	d := hypot(x, y) - t.r
	if t.square {
		d = max(abs(x), abs(y)) - t.r
	}
	return mix(px, t.paint, clamp(0.5-d/pixel))
}

func (c *Canvas) cover(px RGB, s *Shot, x, y, pixel float32) RGB {
	a, b := x, y
	if s.Seed&1 == 0 {
		a, b = y, x
	}
	if s.Seed&2 == 0 {
		a = -a
	}
	d := 1 - 2*s.Covered - a + 0.12*b
	shade := 0.35 + 0.3*float32(s.Seed>>2&255)/255
	return mix(px, RGB{shade * 1.15, shade * 0.9, shade * 0.75}, clamp(0.5-d/pixel))
}

// develop applies saturation, light, cast, blur and noise, in the order in which a camera applies them.
func (c *Canvas) develop(s *Shot, size int) {
	for i := 0; i < len(c.pix); i += 3 {
		gray := 0.3*c.pix[i] + 0.59*c.pix[i+1] + 0.11*c.pix[i+2]
		for k := range 3 {
			v := gray + (c.pix[i+k]-gray)*s.Saturation
			c.pix[i+k] = v * s.Light * s.Cast[k]
		}
	}
	// A binomial pass blurs by a fixed number of pixels, so the passes grow with the square of the size.
	passes := s.Blur * size * size / 256
	for range passes {
		c.blur(size)
	}
	if s.Noise > 0 {
		for i := range c.pix {
			c.pix[i] += s.Noise * c.gauss()
		}
	}
}

// gauss is close to a standard normal: four uniforms from one draw, cheaper than NormFloat64 and bounded.
func (c *Canvas) gauss() float32 {
	u := c.src.Uint64()
	sum := int32(u&0xffff) + int32(u>>16&0xffff) + int32(u>>32&0xffff) + int32(u>>48)
	return (float32(sum) - 2*65535) * (1.7320508 / 65535)
}

// blur runs [1 2 1]/4 along rows, then columns; edges repeat.
func (c *Canvas) blur(size int) {
	tmp := c.tmp[:len(c.pix)]
	line(c.pix, tmp, size, 3, 3*size)
	line(tmp, c.pix, size, 3*size, 3)
}

// line filters every line of n pixels whose neighbors are step apart; lines are stride apart.
func line(from, to []float32, n, step, stride int) {
	for l := range n {
		for i := range n {
			at := l*stride + i*step
			before, after := at-step, at+step
			if i == 0 {
				before = at
			}
			if i == n-1 {
				after = at
			}
			for k := range 3 {
				to[at+k] = 0.25*(from[before+k]+from[after+k]) + 0.5*from[at+k]
			}
		}
	}
}

// Weather changes size x size RGB bytes in place as drift would: darker, warmer, grainier and, when strong, blurred.
// Strength is in [0, 1]; 0 changes nothing.
func Weather(pix []uint8, size int, strength float32, seed uint64) {
	if strength <= 0 {
		return
	}
	c := Canvas{pix: make([]float32, len(pix)), tmp: make([]float32, len(pix))}
	for i, v := range pix {
		c.pix[i] = float32(v) / 255
	}
	c.src.Seed(seed, 0x9e3779b97f4a7c15)
	s := Shot{
		Light: 1 - 0.55*strength, Cast: RGB{1 + 0.15*strength, 1, 1 - 0.35*strength}, Saturation: 1,
		Noise: 0.03 * strength, Blur: int(strength + 0.5),
	}
	c.develop(&s, size)
	for i, v := range c.pix {
		pix[i] = uint8(clamp(v)*255 + 0.5)
	}
}
