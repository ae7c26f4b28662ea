package world

import (
	"math"
	"math/rand/v2"
	"slices"
)

// viewsPerClick says how far the old system's counter is ahead of the log: it shows everybody's views, the log holds some
// viewers'.
const viewsPerClick = 3

// viewed is what views add to the old system's score of a video.
func viewed(views float64) float64 { return 0.3 * math.Log1p(views) }

// crowd is what the old system counted by the last night.
type crowd struct {
	place []int32 // of each item in library.order
	stand []stand // along library.order
	guide []int32 // of each step of weight, the first place whose sum may lie in it
	steps float64 // in a unit of weight; there are as many steps as items
	born  int     // how many of library.newest are there
}

// stand is a video as the old system knows it: half a cache line, because draws meet stands at random.
type stand struct {
	upTo   float64 // weights summed along library.order up to this one, as of the last night
	viewed float64 // what its views add to its score
	item   int32
	weight int32 // 0 before the upload, then one more than the views
	born   float32
	topic  int16
}

// newCrowd counts what was viewed before the log began.
func newCrowd(lib *library) *crowd {
	n := len(lib.items)
	c := &crowd{place: make([]int32, n), stand: make([]stand, n), guide: make([]int32, n)}
	for at, i := range lib.order {
		c.place[i] = int32(at)
		v := &lib.items[i]
		s := &c.stand[at]
		s.item, s.born, s.topic, s.viewed = i, v.born, v.topic, viewed(float64(v.prior))
		if v.born < 0 {
			s.weight = 1 + v.prior
		}
	}
	return c
}

// click counts a click on item i.
func (c *crowd) click(i int32) {
	s := &c.stand[c.place[i]]
	s.weight += viewsPerClick
	s.viewed = viewed(float64(s.weight - 1))
}

// count sums up the weights of what is there at the start of a day, and makes the guide by which find gets to a place in
// constant time whatever the number of videos (Chen and Asau 1974).
func (c *crowd) count(lib *library, day float64) {
	for ; c.born < len(lib.newest) && float64(lib.items[lib.newest[c.born]].born) <= day; c.born++ {
		c.stand[c.place[lib.newest[c.born]]].weight = 1
	}
	var sum float64
	for at := range c.stand {
		sum += float64(c.stand[at].weight)
		c.stand[at].upTo = sum
	}
	c.steps = float64(len(c.guide)) / max(sum, 1)
	next := 0
	for at := range c.stand {
		for last := c.step(c.stand[at].upTo); next <= last; next++ {
			c.guide[next] = int32(at)
		}
	}
}

// step is the step of weight that x lies in. It never falls as x grows.
func (c *crowd) step(x float64) int { return min(int(x*c.steps), len(c.guide)-1) }

// before is the weight of what comes before a place.
func (c *crowd) before(place int32) float64 {
	if place == 0 {
		return 0
	}
	return c.stand[place-1].upTo
}

// aimed is a place in [at, to) that is being looked for: the first whose sum lies above x.
type aimed struct {
	x, upTo float64 // upTo is at's sum
	at, to  int32   // equal where there is nothing to draw
}

// aim draws by views among the places [from, to) of library.order.
func (c *crowd) aim(from, to int32, rng *rand.Rand) aimed {
	a, b := c.before(from), c.before(to)
	x := a + rng.Float64()*(b-a)
	if a == b {
		return aimed{}
	}
	return aimed{x: x, at: max(from, c.guide[c.step(x)]), to: to}
}

// find turns draws into places. What each rests on is read in a loop of its own, so that a processor waits for many
// places at once and not for one after the other.
func (c *crowd) find(draws []aimed) {
	for k := range draws {
		draws[k].upTo = c.stand[draws[k].at].upTo
	}
	for k := range draws {
		d := &draws[k]
		for d.at < d.to-1 && d.upTo <= d.x {
			d.at++
			d.upTo = c.stand[d.at].upTo
		}
	}
}

// shortlist gathers what a visit may be shown: each video once, the best listLength kept in order. Its zero value is empty.
type shortlist struct {
	met  [1 << metBits]int32 // open addressing: items plus 1, 0 is free; at most half of it is taken
	best [listLength]uint64  // the better the lower: the score's bits turned round, then the item
	n    int
}

// metBits makes room for twice the draws of a visit.
const metBits = 7

// meets says whether item i comes for the first time.
func (l *shortlist) meets(i int32) bool {
	at := uint32(i) * 0x9e3779b1 >> (32 - metBits) // multiplicative hashing (Knuth, volume 3, 6.4)
	for l.met[at] != 0 {
		if l.met[at] == i+1 {
			return false
		}
		at = (at + 1) % (1 << metBits)
	}
	l.met[at] = i + 1
	return true
}

// keyOf orders videos by score, ties by item, the best lowest. Scores aren't negative, so that their bits are in their order.
func keyOf(i int32, score float32) uint64 { return uint64(^math.Float32bits(score))<<32 | uint64(i) }

// roomFor says whether a key is among the best so far.
func (l *shortlist) roomFor(key uint64) bool { return l.n < listLength || key < l.best[listLength-1] }

// keep takes a key that there is room for.
func (l *shortlist) keep(key uint64) {
	l.n = min(l.n+1, listLength)
	at := l.n - 1
	for ; at > 0 && l.best[at-1] > key; at-- {
		l.best[at] = l.best[at-1]
	}
	l.best[at] = key
}

// fill writes the best into list, whose arrays are reused.
func (l *shortlist) fill(list *shown) {
	list.items, list.scores = slices.Grow(list.items[:0], listLength), slices.Grow(list.scores[:0], listLength)
	for _, key := range l.best[:l.n] {
		list.items = append(list.items, int32(uint32(key)))
		list.scores = append(list.scores, math.Float32frombits(^uint32(key>>32)))
	}
}
