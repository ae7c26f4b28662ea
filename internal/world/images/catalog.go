package images

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

const (
	// thumb is the side of a generated picture in pixels, thumbBytes its size in RGB bytes.
	thumb      = 16
	thumbBytes = 3 * thumb * thumb
	// hogCells x hogCells cells of oriented gradients are computed from a picture of thumb pixels.
	hogCells = 4
	// maxKept is the most pictures that are kept in memory; in a larger catalog they are drawn on demand.
	maxKept = 1_000_000
)

const (
	purposeItem sim.Purpose = iota + 1
	purposeRequest
	_
	purposeListing
	purposeReaction
	purposePrior
	purposeDrift
)

// looks is the number of looks; a look is a pattern and a color family.
const looks = int(raster.Patterns) * families

// listing is what is stored of a product; how it looks is drawn again from the seed when it is needed.
type listing struct {
	class int16
	look  uint8
	photo uint8   // quality of the seller's picture: light and saturation, 255 is best; it attracts clicks, not purchases
	born  float32 // day on which it was listed, in days since the log began; negative before
	price float32
	pull  float32 // how many shoppers photograph it, relative
	prior uint16  // views counted before the log began, 0 for what was listed later
}

// catalog is the corpus: products, their pictures, and an index of them by class and look.
type catalog struct {
	seed    int64
	classes int
	days    float64
	share   []float64 // of each class among products, largest first
	items   []listing
	pix     []uint8   // items x thumbBytes; nil above maxKept
	sketch  []uint8   // items x sketchBytes
	bright  []uint8   // measured brightness of the picture, 255 is 1
	vivid   []uint8   // measured saturation of the picture, 255 is 1
	order   []int32   // items by (class, look), ties by item
	start   []int32   // bucket (class*looks + look) is order[start[b]:start[b+1]]
	pull    []float64 // pull summed along order, len items+1
	newest  []int32   // items listed during the log, oldest first
	median  []float64 // median price of each class
}

// looksOf draws what product i looks like; its class and look come from its listing.
func (c *catalog) looksOf(i int32) raster.Object {
	l := &c.items[i]
	rng := sim.Stream(c.seed, purposeItem, uint64(i)<<1|1)
	o := shapeOf(int(l.class))
	o.Pattern = raster.Pattern(int(l.look) % int(raster.Patterns))
	spread := func(mid, by float32) float32 { return mid + by*(2*rng.Float32()-1) }
	o.W, o.H = spread(0.52, 0.1), spread(0.52, 0.1)
	o.PartBy = spread(1, 0.3)
	o.Period = spread(0.42, 0.14)
	o.Phase = rng.Float32()
	o.Angle = rng.Float32() * math.Pi
	o.Main, o.Accent = paints(int(l.look)/int(raster.Patterns), rng)
	return o
}

// studioOf is how the catalog picture of product i was taken: the better the seller's photo, the brighter and the more
// saturated.
func (c *catalog) studioOf(i int32) raster.Shot {
	s := raster.Studio()
	q := float32(c.items[i].photo) / 255
	s.Light = 0.78 + 0.22*q
	s.Saturation = 0.65 + 0.45*q
	return s
}

// picture fills into with the thumbBytes of product i's catalog picture.
func (c *catalog) picture(cv *raster.Canvas, i int32, into []uint8) {
	if c.pix != nil {
		copy(into[:thumbBytes], c.pix[int(i)*thumbBytes:])
		return
	}
	o, s := c.looksOf(i), c.studioOf(i)
	cv.Draw(&o, &s, thumb, into)
}

// sketchOf is the coarse descriptor of product i.
func (c *catalog) sketchOf(i int32) []uint8 {
	return c.sketch[int(i)*raster.SketchBytes : (int(i)+1)*raster.SketchBytes]
}

// beauty is the quality of the seller's picture, in [0, 1].
func (c *catalog) beauty(i int32) float64 { return float64(c.items[i].photo) / 255 }

// bucket returns the products of a class and look; look -1 is every look of the class.
func (c *catalog) bucket(class, look int) []int32 {
	if look < 0 {
		return c.order[c.start[class*looks]:c.start[(class+1)*looks]]
	}
	b := class*looks + look
	return c.order[c.start[b]:c.start[b+1]]
}

// pick draws a product from order[from:to] in proportion to its pull.
func (c *catalog) pick(from, to int, rng *rand.Rand) int32 {
	x := c.pull[from] + rng.Float64()*(c.pull[to]-c.pull[from])
	at := from + sort.Search(to-from, func(i int) bool { return c.pull[from+i+1] > x })
	return c.order[min(at, to-1)]
}

// newCatalog makes the listings and draws the pictures on n workers.
func newCatalog(ctx context.Context, s problem.Spec, n int, p func(done, of int)) (*catalog, error) {
	c := &catalog{
		seed: s.Seed, classes: s.Classes, days: float64(s.Days), share: sim.Zipf(s.Classes, 0.9),
		items: make([]listing, s.Items), sketch: make([]uint8, s.Items*raster.SketchBytes),
		bright: make([]uint8, s.Items), vivid: make([]uint8, s.Items),
	}
	if s.Items <= maxKept {
		c.pix = make([]uint8, s.Items*thumbBytes)
	}
	cumulative := sim.Cumulate(c.share)
	const batch = 256 // about 10 ms of one core: the context is checked between batches
	err := parallel.Batches(ctx, n, s.Items, batch, p, func(_, from, to int) error {
		var cv raster.Canvas
		var pix [thumbBytes]uint8
		var wide [raster.SketchBytes]float32
		for i := from; i < to; i++ {
			c.list(int32(i), cumulative)
			c.drawAndSketch(&cv, int32(i), pix[:], wide[:])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := c.index(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// list draws everything about product i except its pixels.
func (c *catalog) list(i int32, classes []float64) {
	rng := sim.Stream(c.seed, purposeItem, uint64(i)<<1)
	l := &c.items[i]
	class := sort.SearchFloat64s(classes, rng.Float64())
	if int(i) < c.classes {
		class = int(i) // no class is empty
	}
	l.class = int16(class)
	// Looks are unequal too: plain black and blue products are common, dotted yellow ones are rare.
	look := int(float64(looks) * math.Pow(rng.Float64(), 1.3))
	l.look = uint8((look*11 + int(sim.Mix(uint64(class))%uint64(looks))) % looks)
	l.photo = uint8(255 * (0.5 + 0.5*(rng.Float64()+rng.Float64()-1)))
	l.price = float32(classPrice(class) * math.Exp(0.45*rng.NormFloat64()))
	// Pareto popularity, exponent 1/0.9: a few products are wanted by many.
	l.pull = float32(math.Pow(rng.Float64()+0.5/float64(len(c.items)), -0.9))
	if rng.Float64() < 0.15 {
		l.born = float32(rng.Float64() * c.days)
		return
	}
	l.born = -float32(365 * rng.Float64())
	l.prior = uint16(min(20*float64(l.pull)*math.Exp(0.5*rng.NormFloat64()), math.MaxUint16))
}

// classPrice is the usual price of a class, in the shop's currency.
func classPrice(class int) float64 {
	return 15 * math.Exp(3*float64(sim.Mix(uint64(class)+77)>>11)/(1<<53))
}

func (c *catalog) drawAndSketch(cv *raster.Canvas, i int32, pix []uint8, wide []float32) {
	if c.pix != nil {
		pix = c.pix[int(i)*thumbBytes : (int(i)+1)*thumbBytes]
	}
	o, s := c.looksOf(i), c.studioOf(i)
	cv.Draw(&o, &s, thumb, pix)
	raster.Sketch(pix, thumb, wide, c.sketchOf(i))
	b, v := raster.Light(pix, thumb)
	c.bright[i], c.vivid[i] = uint8(b*255), uint8(v*255)
}

// index sorts the products into buckets and sums what depends on all of them. It checks ctx
// in every pass, because a pass over ten million products takes longer than 100 ms.
func (c *catalog) index(ctx context.Context) error {
	c.start = make([]int32, c.classes*looks+1)
	bucket := func(i int) int { return int(c.items[i].class)*looks + int(c.items[i].look) }
	for i := range c.items {
		if i%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c.start[bucket(i)+1]++
	}
	for b := range c.classes * looks {
		c.start[b+1] += c.start[b]
	}
	next := append([]int32(nil), c.start[:c.classes*looks]...)
	c.order = make([]int32, len(c.items))
	for i := range c.items {
		if i%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		b := bucket(i)
		c.order[next[b]] = int32(i)
		next[b]++
		if c.items[i].born >= 0 {
			c.newest = append(c.newest, int32(i))
		}
	}
	c.pull = make([]float64, len(c.items)+1)
	for at, i := range c.order {
		if at%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c.pull[at+1] = c.pull[at] + float64(c.items[i].pull)
	}
	err := sim.Sort(ctx, c.newest, func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.items[a].born, c.items[b].born), cmp.Compare(a, b))
	})
	if err != nil {
		return err
	}
	c.median = make([]float64, c.classes)
	for class := range c.classes {
		byPrice := slices.Clone(c.bucket(class, -1))
		err := sim.Sort(ctx, byPrice, func(a, b int32) int {
			return cmp.Or(cmp.Compare(c.items[a].price, c.items[b].price), cmp.Compare(a, b))
		})
		if err != nil {
			return err
		}
		c.median[class] = float64(c.items[byPrice[len(byPrice)/2]].price)
	}
	return nil
}
