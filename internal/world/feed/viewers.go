package feed

import (
	"context"
	"math"
	"math/rand/v2"
	"sort"

	"dryrun/internal/nn"
	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// viewers are the users. They are numbered by when they joined: the first 70% before the log began, the others
// evenly over the log and the judged days.
type viewers struct {
	seed           int64
	vec            []float32 // users x tasteDim, unit length: taste before the drift
	vecAfter       []float32 // the same after a drift of full strength
	favoriteBefore []int16   // favorite topic before the drift
	favoriteAfter  []int16   // favorite topic after a drift of full strength
	joined         []float32 // day, negative before the log
	activity       []float64 // summed over users, len users+1
}

// newcomers is the share of viewers who join after the log began.
const newcomers = 0.3

func makeViewers(ctx context.Context, s problem.Spec, lib *library, n int) (*viewers, error) {
	v := &viewers{
		seed: s.Seed, vec: make([]float32, s.Users*tasteDim), vecAfter: make([]float32, s.Users*tasteDim),
		favoriteBefore: make([]int16, s.Users), favoriteAfter: make([]int16, s.Users), joined: make([]float32, s.Users),
		activity: make([]float64, s.Users+1),
	}
	weight := make([]float64, s.Users)
	cumulative := sim.Cumulate(lib.share)
	late := int(float64(s.Users) * (1 - newcomers))
	err := parallel.Batches(ctx, n, s.Users, 1024, nil, func(_, from, to int) error {
		for u := from; u < to; u++ {
			rng := sim.Stream(s.Seed, purposeViewer, uint64(u))
			v.favoriteBefore[u] = drawTaste(lib, cumulative, rng, v.vec[u*tasteDim:(u+1)*tasteDim], -1)
			// Truncated Pareto activity: a few come several times a day, most once in a while.
			weight[u] = math.Pow(rng.Float64()+0.005, -0.7)
			v.joined[u] = -float32(700 * rng.Float64())
			if u >= late {
				v.joined[u] = float32(float64(u-late) / float64(s.Users-late) * float64(s.Days+sim.TestDays))
			}
			moved := sim.Stream(s.Seed, purposeMoved, uint64(u))
			surge := -1
			if moved.Float64() < 0.5 {
				surge = lib.topics - 1 // the rarest topic becomes what everybody talks about
			}
			v.favoriteAfter[u] = drawTaste(lib, cumulative, moved, v.vecAfter[u*tasteDim:(u+1)*tasteDim], surge)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for u, a := range weight {
		v.activity[u+1] = v.activity[u] + a
	}
	return v, nil
}

// drawTaste draws one to four topics, each liked a third less than the one before, plus individual noise. It fills
// into with their sum, scaled to unit length, and returns the favorite, which is first unless first is negative.
func drawTaste(lib *library, topicsTo []float64, rng *rand.Rand, into []float32, first int) int16 {
	fillNormal(rng, into, 0.45)
	number := 1 + rng.IntN(4)
	favorite, weight := -1, float32(1)
	for range number {
		t := sort.SearchFloat64s(topicsTo, rng.Float64())
		if rng.Float64() < 0.25 {
			t = rng.IntN(lib.topics) // tastes are spread more evenly than the supply of videos
		}
		if favorite < 0 && first >= 0 {
			t = first
		}
		if favorite < 0 {
			favorite = t
		}
		for k, c := range lib.centerOf(t) {
			into[k] += weight * c
		}
		weight *= 2.0 / 3
	}
	normalize(into)
	return int16(favorite)
}

// favorite is the topic that user u likes best, before or after the drift.
func (v *viewers) favorite(u int32, moved bool) int16 {
	if moved {
		return v.favoriteAfter[u]
	}
	return v.favoriteBefore[u]
}

// pick draws who visits at day: x in [0, 1) among those who have joined, by activity.
func (v *viewers) pick(day float64, x float64) int32 {
	joined := v.members(day)
	at := sort.Search(joined, func(u int) bool { return v.activity[u+1] > x*v.activity[joined] })
	return int32(min(at, joined-1))
}

// members is how many viewers have joined by day.
func (v *viewers) members(day float64) int {
	n := len(v.joined)
	late := int(float64(n) * (1 - newcomers))
	return late + sort.Search(n-late, func(i int) bool { return float64(v.joined[late+i]) > day })
}

// behavior is how viewers respond to videos. It is immutable.
type behavior struct {
	lib   *library
	view  *viewers
	drift float64 // strength of the drift
	moved float64 // day on which it happens
}

// taste is how close video i is to what user u likes at day: a cosine.
func (b *behavior) taste(u, i int32, day float64) float64 {
	item := b.lib.vecOf(i)
	from := b.view.vec[int(u)*tasteDim : (int(u)+1)*tasteDim]
	if b.drift == 0 || day < b.moved {
		return float64(dot(from, item))
	}
	// Interpolate linearly between the two tastes, and divide by the length of the result.
	to := b.view.vecAfter[int(u)*tasteDim : (int(u)+1)*tasteDim]
	s := float32(b.drift)
	var dot, length float32
	for k, x := range from {
		v := x + s*(to[k]-x)
		dot += v * item[k]
		length += v * v
	}
	if length == 0 {
		return 0
	}
	return float64(dot) / math.Sqrt(float64(length))
}

func dot(a, b []float32) float32 {
	var sum float32
	for k, x := range a {
		sum += x * b[k]
	}
	return sum
}

// wants is how a viewer responds to a video that was looked at. A viewer who would finish it clicks it; others click by
// what the title promises. So clickbait adds clicks, but the probability of a finished watch, given a look, is finish
// whatever the title says: it depends on taste and quality alone.
func (b *behavior) wants(u, i int32, day float64) sim.Appeal {
	v := &b.lib.items[i]
	taste := b.taste(u, i, day)
	finish := nn.Sigmoid(-6 + 6.5*taste + 0.8*float64(v.quality))
	lured := nn.Sigmoid(-3.4 + 1.5*taste + 1.4*float64(v.bait))
	click := finish + (1-finish)*lured
	return sim.Appeal{Click: click, Take: finish / click}
}
