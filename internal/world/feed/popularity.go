package feed

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/vec"
	"dryrun/internal/world/sim"
)

// viewsPerClick is how many views the old system's counter adds for a logged click: it counts everybody's views, and the
// log holds only some viewers'.
const viewsPerClick = 3

// viewScore is the part of the old system's score that views contribute.
func viewScore(views float64) float64 { return 0.3 * math.Log1p(views) }

// viewCounts is the old system's count of views as of last night, and an index for drawing videos in proportion to it.
type viewCounts struct {
	place   []int32 // of each item in library.order
	entries []entry // along library.order
	guide   []int32 // by step of weight, the first place whose sum may lie in it
	steps   float64 // for each unit of weight; there are as many steps as items
	born    int     // how many of library.newest have been uploaded
}

// entry is a video as the old system knows it: half a cache line, because draws read entries at random.
type entry struct {
	upTo      float64 // sum of weights along library.order up to this one, as of last night
	viewScore float64 // what its views add to its score
	item      int32
	weight    int32 // 0 before the upload, then one more than the views
	born      float32
	topic     int16
}

// newViewCounts starts with the views from before the log began.
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

// accumulate sums the weights of the videos that exist at the start of a day, and builds the guide table by which a draw
// finds its place in constant time however many videos there are (Chen and Asau 1974).
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

// step is the step of weight that x lies in. It never decreases as x grows.
func (c *viewCounts) step(x float64) int { return min(int(x*c.steps), len(c.guide)-1) }

// weightBefore is the sum of the weights before a place.
func (c *viewCounts) weightBefore(place int32) float64 {
	if place == 0 {
		return 0
	}
	return c.entries[place-1].upTo
}

// target is the place in [at, to) that a draw is looking for: the first whose sum is above x.
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

// resolve finds the places of draws. Their entries are read in a first loop of its own, so the processor waits for many
// cache misses at once instead of one after the other.
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

// shortlist collects what a visit may be shown: each video once, the best sim.ListLength kept in order. Its zero value is empty.
type shortlist struct {
	seen [1 << metBits]int32    // open addressing: item plus 1, 0 is free; at most half full
	best [sim.ListLength]uint64 // lower is better: the inverted bits of the score, then the item
	n    int
}

// metBits makes room for twice the draws of a visit.
const metBits = 7

// isNew adds item i and says whether it is the first time.
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

// keyOf orders videos by score, ties by item, best first.
func keyOf(i int32, score float32) uint64 { return uint64(^vec.Word(score))<<32 | uint64(i) }

// roomFor says whether a key would be among the best so far.
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
