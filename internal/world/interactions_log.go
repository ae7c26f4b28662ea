package world

import (
	"context"
	"math"
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
	guesses    = 3   // topics that the old system believes a viewer likes
	rightGuess = 0.5 // probability that a guess is the viewer's favourite
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
	views := float64(v.prior) + viewsPerClick*float64(clicks)
	return oldScore(viewed(views), slices.Contains(guess[:], v.topic), day-float64(v.born), uniform(o.lib.seed, purposeNoise, number, uint64(i)))
}

// oldScore adds up what the old system goes by; age is in days.
func oldScore(viewed float64, guessed bool, age, noise float64) float32 {
	score := viewed
	if guessed {
		score += 0.8
	}
	if age < 7 {
		score += 0.9
	}
	return float32(score + 0.9*noise)
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
	noise := stemOf(o.lib.seed, purposeNoise, number)
	guess := o.guess(v.user)
	night := math.Floor(v.day)
	var cands shortlist
	add := func(place int32) {
		s := &c.stand[place]
		if !cands.meets(s.item) {
			return
		}
		key := keyOf(s.item, oldScore(s.viewed, slices.Contains(guess[:], s.topic), v.day-float64(s.born), noise.uniform(uint64(s.item))))
		if !cands.roomFor(key) {
			return
		}
		if _, known := slices.BinarySearch(seen, s.item); !known {
			cands.keep(key)
		}
	}
	var draws [byViews + byGuess]aimed
	for k := range byViews {
		draws[k] = c.aim(0, int32(len(c.stand)), rng)
	}
	for k := range byGuess {
		t := guess[k%guesses]
		draws[byViews+k] = c.aim(o.lib.start[t], o.lib.start[t+1], rng)
	}
	c.find(draws[:])
	for k := range draws {
		if draws[k].at < draws[k].to {
			add(draws[k].at)
		}
	}
	for range byNewness {
		x := rng.Float64()
		if len(fresh) > 0 {
			if i := fresh[int(x*float64(len(fresh)))]; float64(o.lib.items[i].born) <= night {
				add(c.place[i])
			}
		}
	}
	cands.fill(list)
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
