package images

import (
	"context"
	"math"
	"math/rand/v2"
	"sort"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

// request is a shopper's photo and what the shopper has in mind.
type request struct {
	item   int32       // the product in the photo
	shot   raster.Shot // how it was taken
	words  int         // class of the words that the shopper typed into the old text search, sometimes wrong
	family int         // color word typed, -1 for none
	budget float64     // price that is just acceptable
}

func (r *request) dark() bool      { return r.shot.Light < 0.5 }
func (r *request) cluttered() bool { return r.shot.Clutter >= 4 }
func (r *request) covered() bool   { return r.shot.Covered > 0 }

// shoppers make requests of a catalog. They are immutable; a drift of 0 is the time of the log.
type shoppers struct {
	cat         *catalog
	drift       float64
	train, test []request
	// trainSketch and testSketch are the coarse descriptors of the photos, sketchBytes each.
	trainSketch, testSketch []uint8
}

// of returns the request behind q: from the tables, or drawn again for a live request.
func (s *shoppers) of(q *problem.Query) request {
	switch q.From {
	case problem.Test:
		return s.test[q.ID]
	case problem.Past:
		return s.train[q.ID]
	}
	return s.draw(uint64(q.ID), q.Day)
}

// draw makes request number n at a moment. Drift uses the same draws, so that strength 0 changes nothing.
func (s *shoppers) draw(n uint64, day float64) request {
	rng := sim.Stream(s.cat.seed, purposeRequest, n)
	r := request{item: s.wanted(rng, n, day)}
	l := &s.cat.items[r.item]
	r.shot = s.shoot(rng)
	r.words, r.family = int(l.class), -1
	if rng.Float64() < 0.15 { // confuses products of the same shape: a jug and a vase
		bodies := int(raster.Bodies)
		of := (s.cat.classes - int(l.class)%bodies + bodies - 1) / bodies
		r.words = int(l.class)%bodies + bodies*rng.IntN(of)
	}
	if rng.Float64() < 0.6 {
		r.family = int(l.look) / int(raster.Patterns)
	}
	r.budget = s.cat.median[l.class] * math.Exp(0.1+0.35*rng.NormFloat64())
	return r
}

// wanted draws the product of a photo: by popularity, with a fixed share for products listed in the week before and one
// for the rarer half of the classes, so that both can be judged.
func (s *shoppers) wanted(rng *rand.Rand, n uint64, day float64) int32 {
	c := s.cat
	how, which := rng.Float64(), rng.Float64()
	if sim.Uniform(c.seed, purposeDrift, n, 0) < 0.5*s.drift {
		// Another season: the classes that were rare are wanted most.
		class := c.classes - 1 - sort.SearchFloat64s(sim.Cumulate(c.share), which)
		return s.listed(class*looks, (class+1)*looks, day, rng)
	}
	if how < 0.12 {
		from := sort.Search(len(c.newest), func(i int) bool { return float64(c.items[c.newest[i]].born) > day-7 })
		to := sort.Search(len(c.newest), func(i int) bool { return float64(c.items[c.newest[i]].born) > day })
		if from < to {
			return c.newest[from+int(which*float64(to-from))]
		}
	}
	if how < 0.24 {
		class := c.classes/2 + int(which*float64(c.classes-c.classes/2))
		return s.listed(class*looks, (class+1)*looks, day, rng)
	}
	return s.listed(0, c.classes*looks, day, rng)
}

// listed draws a product by popularity from buckets [from, to) among those listed by day. If twenty draws find none,
// the bucket holds little but newer products, and the last draw is taken.
func (s *shoppers) listed(from, to int, day float64, rng *rand.Rand) int32 {
	c := s.cat
	var i int32
	for range 20 {
		i = c.pick(int(c.start[from]), int(c.start[to]), rng)
		if float64(c.items[i].born) <= day {
			break
		}
	}
	return i
}

// shoot draws how a shopper takes a photo.
func (s *shoppers) shoot(rng *rand.Rand) raster.Shot {
	spread := func(mid, by float32) float32 { return mid + by*(2*rng.Float32()-1) }
	shot := raster.Shot{
		Turn: spread(0, 0.25), Scale: spread(0.91, 0.09), DX: spread(0, 0.11), DY: spread(0, 0.11),
		Light: spread(0.9, 0.15), Cast: raster.RGB{spread(1, 0.08), spread(1, 0.04), spread(1, 0.08)},
		Saturation: spread(0.9, 0.1), Noise: 0.01 + 0.02*rng.Float32(), Seed: rng.Uint64(),
	}
	gray := spread(0.8, 0.15)
	shot.Backdrop = raster.RGB{gray * spread(1, 0.06), gray, gray * spread(1, 0.06)}
	if rng.Float64() < 0.2 {
		shot.Light = 0.25 + 0.2*rng.Float32()
	}
	shot.Clutter = max(rng.IntN(4)-1, 0)
	if rng.Float64() < 0.22 {
		shot.Clutter = 4 + rng.IntN(3)
	}
	if rng.Float64() < 0.3 {
		shot.Blur = 1
	}
	if rng.Float64() < 0.15 {
		shot.Covered = 0.12 + 0.15*rng.Float32()
	}
	if by := float32(s.drift); by > 0 {
		// A darker season and phones whose cameras favor warm light.
		shot.Light *= 1 - 0.5*by
		shot.Cast[0] *= 1 + 0.25*by
		shot.Cast[2] *= 1 - 0.35*by
		shot.Noise += 0.03 * by
	}
	return shot
}

// photo draws q's photo, size x size RGB bytes.
func (s *shoppers) photo(cv *raster.Canvas, r *request, size int, into []uint8) {
	o := s.cat.looksOf(r.item)
	cv.Draw(&o, &r.shot, size, into)
}

// makeRequests makes the requests of the log and the judged ones on n workers, spread evenly over their days.
func (s *shoppers) makeRequests(ctx context.Context, train, test, n int) (past, judged []problem.Query, err error) {
	past, judged = make([]problem.Query, train), make([]problem.Query, test)
	s.train, s.test = make([]request, train), make([]request, test)
	s.trainSketch, s.testSketch = make([]uint8, train*raster.SketchBytes), make([]uint8, test*raster.SketchBytes)
	fill := func(qs []problem.Query, rs []request, sk []uint8, from problem.Origin, first, days float64, number uint64) error {
		return parallel.Batches(ctx, n, len(qs), 128, nil, func(_, a, b int) error {
			var cv raster.Canvas
			var pix [thumbBytes]uint8
			wide := make([]float32, raster.SketchBytes)
			for i := a; i < b; i++ {
				day := first + days*(float64(i)+0.5)/float64(len(qs))
				qs[i] = problem.Query{ID: int32(i), From: from, User: -1, Day: day}
				rs[i] = s.draw(number+uint64(i), day)
				s.photo(&cv, &rs[i], thumb, pix[:])
				raster.Sketch(pix[:], thumb, wide, sk[i*raster.SketchBytes:(i+1)*raster.SketchBytes])
			}
			return nil
		})
	}
	if err := fill(past, s.train, s.trainSketch, problem.Past, 0, s.cat.days, 0); err != nil {
		return nil, nil, err
	}
	if err := fill(judged, s.test, s.testSketch, problem.Test, s.cat.days, sim.TestDays, sim.TestOffset); err != nil {
		return nil, nil, err
	}
	return past, judged, nil
}

// sketchOf returns the coarse descriptor of q's photo; that of a live request is computed into buffer.
func (s *shoppers) sketchOf(q *problem.Query, buffer []uint8) []uint8 {
	switch q.From {
	case problem.Test:
		return s.testSketch[int(q.ID)*raster.SketchBytes : (int(q.ID)+1)*raster.SketchBytes]
	case problem.Past:
		return s.trainSketch[int(q.ID)*raster.SketchBytes : (int(q.ID)+1)*raster.SketchBytes]
	}
	var cv raster.Canvas
	var pix [thumbBytes]uint8
	r := s.of(q)
	s.photo(&cv, &r, thumb, pix[:])
	raster.Sketch(pix[:], thumb, make([]float32, raster.SketchBytes), buffer)
	return buffer
}
