package feed

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/vec"
	"dryrun/internal/world/sim"
)

// viewsPerClick says how far the old system's counter is ahead of the log: it shows everybody's views, the log holds some
// viewers'.
const viewsPerClick = 3

// viewScore is what views add to the old system's score of a video.
func viewScore(views float64) float64 { return 0.3 * math.Log1p(views) }

// viewCounts is what the old system counted by the last night.
type viewCounts struct {
	place   []int32 // of each item in library.order
	entries []entry // along library.order
	guide   []int32 // of each step of weight, the first place whose sum may lie in it
	steps   float64 // in a unit of weight; there are as many steps as items
	born    int     // how many of library.newest are there
}

// entry is a video as the old system knows it: half a cache line, because draws meet stands at random.
type entry struct {
	upTo      float64 // weights summed along library.order up to this one, as of the last night
	viewScore float64 // what its views add to its score
	item      int32
	weight    int32 // 0 before the upload, then one more than the views
	born      float32
	topic     int16
}

// newViewCounts counts what was viewed before the log began.
func newViewCounts(ctx context.Context, lib *library) (*viewCounts, error) {
	n := len(lib.items)
	c := &viewCounts{place: make([]int32, n), entries: make([]entry, n), guide: make([]int32, n)}
	for at, i := range lib.order {
		if at%sim.CheckEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.place[i] = int32(at)
		v := &lib.items[i]
		s := &c.entries[at]
		s.item, s.born, s.topic, s.viewScore = i, v.born, v.topic, viewScore(float64(v.prior))
		if v.born < 0 {
			s.weight = 1 + v.prior
		}
	}
	return c, nil
}

// click counts a click on item i.
func (c *viewCounts) click(i int32) {
	s := &c.entries[c.place[i]]
	s.weight += viewsPerClick
	s.viewScore = viewScore(float64(s.weight - 1))
}

// accumulate sums up the weights of what is there at the start of a day, and makes the guide by which find gets to a place in
// constant time whatever the number of videos (Chen and Asau 1974).
func (c *viewCounts) accumulate(ctx context.Context, lib *library, day float64) error {
	for ; c.born < len(lib.newest) && float64(lib.items[lib.newest[c.born]].born) <= day; c.born++ {
		c.entries[c.place[lib.newest[c.born]]].weight = 1
	}
	var sum float64
	for at := range c.entries {
		if at%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		sum += float64(c.entries[at].weight)
		c.entries[at].upTo = sum
	}
	c.steps = float64(len(c.guide)) / max(sum, 1)
	next := 0
	for at := range c.entries {
		if at%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for last := c.step(c.entries[at].upTo); next <= last; next++ {
			c.guide[next] = int32(at)
		}
	}
	return nil
}

// step is the step of weight that x lies in. It never falls as x grows.
func (c *viewCounts) step(x float64) int { return min(int(x*c.steps), len(c.guide)-1) }

// weightBefore is the weight of what comes before a place.
func (c *viewCounts) weightBefore(place int32) float64 {
	if place == 0 {
		return 0
	}
	return c.entries[place-1].upTo
}

// target is a place in [at, to) that is being looked for: the first whose sum lies above x.
type target struct {
	x, upTo float64 // upTo is at's sum
	at, to  int32   // equal where there is nothing to draw
}

// draw draws by views among the places [from, to) of library.order.
func (c *viewCounts) draw(from, to int32, rng *rand.Rand) target {
	a, b := c.weightBefore(from), c.weightBefore(to)
	x := a + rng.Float64()*(b-a)
	if a == b {
		return target{}
	}
	return target{x: x, at: max(from, c.guide[c.step(x)]), to: to}
}

// resolve turns draws into places. What each rests on is read in a loop of its own, so that a processor waits for many
// places at once and not for one after the other.
func (c *viewCounts) resolve(draws []target) {
	for k := range draws {
		draws[k].upTo = c.entries[draws[k].at].upTo
	}
	for k := range draws {
		d := &draws[k]
		for d.at < d.to-1 && d.upTo <= d.x {
			d.at++
			d.upTo = c.entries[d.at].upTo
		}
	}
}

// shortlist gathers what a visit may be shown: each video once, the best listLength kept in order. Its zero value is empty.
type shortlist struct {
	seen [1 << metBits]int32    // open addressing: items plus 1, 0 is free; at most half of it is taken
	best [sim.ListLength]uint64 // the better the lower: the score's bits turned round, then the item
	n    int
}

// metBits makes room for twice the draws of a visit.
const metBits = 7

// isNew says whether item i comes for the first time.
func (l *shortlist) isNew(i int32) bool {
	at := uint32(i) * 0x9e3779b1 >> (32 - metBits) // multiplicative hashing (Knuth, volume 3, 6.4)
	for l.seen[at] != 0 {
		if l.seen[at] == i+1 {
			return false
		}
		at = (at + 1) % (1 << metBits)
	}
	l.seen[at] = i + 1
	return true
}

// keyOf orders videos by score, ties by item, the best lowest.
func keyOf(i int32, score float32) uint64 { return uint64(^vec.Word(score))<<32 | uint64(i) }

// roomFor says whether a key is among the best so far.
func (l *shortlist) roomFor(key uint64) bool {
	return l.n < sim.ListLength || key < l.best[sim.ListLength-1]
}

// keep takes a key that there is room for.
func (l *shortlist) keep(key uint64) {
	l.n = min(l.n+1, sim.ListLength)
	at := l.n - 1
	for ; at > 0 && l.best[at-1] > key; at-- {
		l.best[at] = l.best[at-1]
	}
	l.best[at] = key
}

// fill writes the best into list, whose arrays are reused.
func (l *shortlist) fill(list *sim.List) {
	list.Items, list.Scores = slices.Grow(list.Items[:0], sim.ListLength), slices.Grow(list.Scores[:0], sim.ListLength)
	for _, key := range l.best[:l.n] {
		list.Items = append(list.Items, int32(uint32(key)))
		list.Scores = append(list.Scores, vec.FromWord(^uint32(key>>32)))
	}
}
