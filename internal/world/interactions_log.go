package world

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"dryrun/internal/problem"
)

// visit is one viewer opening the home page.
type visit struct {
	user int32
	day  float64
}

// played is what happened on some visits, in order of time.
type played struct {
	visits      []visit
	impressions []problem.Impression // Request is an index into visits
}

func (p *played) log() *problem.Log {
	return &problem.Log{
		Impressions: p.impressions, Propensity: examination(listLength),
		Policy: "most viewed, with topics guessed for the viewer and some new uploads, lists made anew each night",
	}
}

// oldSystem is the policy before this one: what many viewed, topics that it guesses for the viewer, a few new uploads. It
// counts views once a night, so that what it showed yesterday is what it shows more of today.
type oldSystem struct {
	*behaviour
	share []float64 // of topics, running sums
}

func (b *behaviour) oldSystem() oldSystem { return oldSystem{b, cumulate(b.lib.share)} }

const (
	guesses       = 3   // topics that the old system believes a viewer likes
	rightGuess    = 0.5 // probability that a guess is the viewer's favourite
	viewsPerClick = 3   // the counter shows everybody's views, the log holds some viewers'
)

// guess returns the topics that the old system believes user u likes. It doesn't learn: drift makes it wrong.
func (o oldSystem) guess(u int32) [guesses]int16 {
	var out [guesses]int16
	for k := range out {
		if uniform(o.lib.seed, purposeCrowd, uint64(u), uint64(2*k)) < rightGuess {
			out[k] = o.view.liked[u]
			continue
		}
		out[k] = int16(sort.SearchFloat64s(o.share, uniform(o.lib.seed, purposeCrowd, uint64(u), uint64(2*k+1))))
	}
	return out
}

// score is what the old system thinks of video i for a visitor, given the clicks that it had counted the night before; the
// noise is fixed for a visit (by its number) and a video.
func (o oldSystem) score(number uint64, guess *[guesses]int16, i int32, day float64, clicks int) float32 {
	v := &o.lib.items[i]
	score := 0.3 * math.Log1p(float64(v.prior)+viewsPerClick*float64(clicks))
	if slices.Contains(guess[:], v.topic) {
		score += 0.8
	}
	if day-float64(v.born) < 7 {
		score += 0.9
	}
	return float32(score + 0.9*uniform(o.lib.seed, purposeNoise, number, uint64(i)))
}

// crowd is what the old system counted by the last night.
type crowd struct {
	clicks []int32
	place  []int32   // of each item in library.order
	weight []float64 // along library.order: 0 before the upload, then one more than the views
	sum    []float64 // weights summed, len items+1
	born   int       // how many of library.newest are there
}

// newCrowd counts what was viewed before the log began.
func newCrowd(lib *library) *crowd {
	n := len(lib.items)
	c := &crowd{clicks: make([]int32, n), place: make([]int32, n), weight: make([]float64, n), sum: make([]float64, n+1)}
	for at, i := range lib.order {
		c.place[i] = int32(at)
		if v := &lib.items[i]; v.born < 0 {
			c.weight[at] = 1 + float64(v.prior)
		}
	}
	return c
}

// click counts a click on item i.
func (c *crowd) click(i int32) {
	c.clicks[i]++
	c.weight[c.place[i]] += viewsPerClick
}

// count sums up the weights of what is there at the start of a day.
func (c *crowd) count(lib *library, day float64) {
	for ; c.born < len(lib.newest) && float64(lib.items[lib.newest[c.born]].born) <= day; c.born++ {
		c.weight[c.place[lib.newest[c.born]]] = 1
	}
	for at, w := range c.weight {
		c.sum[at+1] = c.sum[at] + w
	}
}

// pick draws a video of library.order[from:to] by views, -1 where there is none.
func (c *crowd) pick(lib *library, from, to int32, rng *rand.Rand) int32 {
	a, b := c.sum[from], c.sum[to]
	x := a + rng.Float64()*(b-a)
	if a == b {
		return -1
	}
	at := int(from) + sort.Search(int(to-from), func(k int) bool { return c.sum[int(from)+k+1] > x })
	return lib.order[min(at, int(to)-1)]
}

// Candidates of the old system's list.
const (
	byViews   = 22
	byGuess   = 26
	byNewness = 10
)

// list makes the list of a visit from what was counted the night before. seen is ascending; list's arrays are reused.
func (o oldSystem) list(number uint64, v visit, c *crowd, seen []int32, fresh []int32, list *shown) {
	rng := stream(o.lib.seed, purposeFeed, number)
	guess := o.guess(v.user)
	night := math.Floor(v.day)
	type scored struct {
		item  int32
		score float32
	}
	var room [byViews + byGuess + byNewness]scored
	cands := room[:0]
	add := func(i int32) {
		if i < 0 || slices.ContainsFunc(cands, func(s scored) bool { return s.item == i }) {
			return
		}
		if _, known := slices.BinarySearch(seen, i); known {
			return
		}
		cands = append(cands, scored{i, o.score(number, &guess, i, v.day, int(c.clicks[i]))})
	}
	for range byViews {
		add(c.pick(o.lib, 0, int32(len(o.lib.order)), rng))
	}
	for k := range byGuess {
		t := guess[k%guesses]
		add(c.pick(o.lib, o.lib.start[t], o.lib.start[t+1], rng))
	}
	for range byNewness {
		x := rng.Float64()
		if len(fresh) > 0 {
			if i := fresh[int(x*float64(len(fresh)))]; float64(o.lib.items[i].born) <= night {
				add(i)
			}
		}
	}
	slices.SortFunc(cands, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.item, b.item))
	})
	list.items, list.scores = list.items[:0], list.scores[:0]
	for _, s := range cands[:min(len(cands), listLength)] {
		list.items, list.scores = append(list.items, s.item), append(list.scores, s.score)
	}
}

// outcome is one visit, played.
type outcome struct {
	list   shown
	clicks []int
	took   int
}

// playOldSystem plays the days of the log and the judged days after them. Days come one after the other, because a day's
// lists rest on the clicks of those before; visits of one day run on n workers.
func (b *behaviour) playOldSystem(ctx context.Context, s Spec, n int, p Progress) (past, after *played, err error) {
	o := b.oldSystem()
	looked := examination(listLength)
	total := pastVisits(s)
	rate := float64(total) / float64(s.Days)
	all := newCrowd(b.lib)
	seen := make([][]int32, s.Users)
	past = &played{visits: make([]visit, 0, total), impressions: make([]problem.Impression, 0, total*listLength)}
	after = &played{}
	var day []outcome // reused from day to day
	for d := range s.Days + testDays {
		if p != nil {
			p("playing the old system's days", d, s.Days+testDays)
		}
		into, number := past, uint64(len(past.visits))
		if d >= s.Days {
			into, number = after, testNumber+uint64(len(after.visits))
		}
		first, visits := len(into.visits), 0
		from, to := int(float64(d)*rate), int(float64(d+1)*rate)
		for k := from; k < to; k++ {
			at := min((float64(k)+0.5)/rate, math.Nextafter(float64(d+1), 0))
			at = max(at, float64(d))
			u := b.view.pick(at, uniform(s.Seed, purposeVisit, uint64(k), 0))
			into.visits = append(into.visits, visit{u, at})
			visits++
		}
		for len(day) < visits {
			day = append(day, outcome{})
		}
		all.count(b.lib, float64(d))
		fresh := b.lib.uploaded(float64(d))
		err := inBatches(ctx, visits, 64, n, nil, func(from, to int) error {
			for k := from; k < to; k++ {
				v, out := into.visits[first+k], &day[k]
				o.list(number+uint64(k), v, all, seen[v.user], fresh, &out.list)
				rng := stream(s.Seed, purposeWatch, number+uint64(k))
				out.clicks, out.took = browse(out.list.items, looked, func(i int32) appeal { return b.wants(v.user, i, v.day) }, rng, out.clicks[:0])
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		for k := range visits { // the night: in order of time, on one goroutine
			out, u := &day[k], into.visits[first+k].user
			into.impressions = record(into.impressions, int32(first+k), out.list, out.clicks, out.took)
			for _, at := range out.clicks {
				i := out.list.items[at]
				all.click(i)
				if place, known := slices.BinarySearch(seen[u], i); !known {
					seen[u] = slices.Insert(seen[u], place, i)
				}
			}
		}
	}
	return past, after, nil
}
