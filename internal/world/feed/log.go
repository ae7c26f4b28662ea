package feed

import (
	"context"
	"math"
	"slices"
	"sort"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// oldSystem is the earlier policy: it shows what was viewed most, topics that it guesses for the viewer, and a few new
// uploads. It counts views once a night, so it shows more of what was clicked the day before.
type oldSystem struct {
	*behavior
	share []float64 // of topics, running sums
}

func (b *behavior) oldSystem() oldSystem { return oldSystem{b, sim.Cumulate(b.lib.share)} }

const (
	guesses    = 3   // topics that the old system believes a viewer likes
	rightGuess = 0.5 // probability that a guess is the viewer's favorite
)

// guess returns the topics that the old system believes user u likes. It doesn't learn: drift makes it wrong.
func (o oldSystem) guess(u int32) [guesses]int16 {
	var out [guesses]int16
	for k := range out {
		if sim.Uniform(o.lib.seed, purposeCrowd, uint64(u), uint64(2*k)) < rightGuess {
			out[k] = o.view.favoriteBefore[u]
			continue
		}
		out[k] = int16(sort.SearchFloat64s(o.share, sim.Uniform(o.lib.seed, purposeCrowd, uint64(u), uint64(2*k+1))))
	}
	return out
}

// score is the old system's score of video i for a visit, given the clicks that it had counted the night before; the noise
// is fixed for a visit (by its number) and a video.
func (o oldSystem) score(number uint64, guess *[guesses]int16, i int32, day float64, clicks int) float32 {
	v := &o.lib.items[i]
	views := float64(v.prior) + viewsPerClick*float64(clicks)
	return oldScore(viewScore(views), slices.Contains(guess[:], v.topic), day-float64(v.born),
		sim.Uniform(o.lib.seed, purposeNoise, number, uint64(i)))
}

// oldScore adds up the parts of the old system's score; age is in days.
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

// How many candidates the old system draws for a list, by source.
const (
	byViews   = 22
	byGuess   = 26
	byNewness = 10
)

// list makes the list of a visit from the counts of the night before. seen is ascending; list's arrays are reused.
func (o oldSystem) list(number uint64, v visit, c *viewCounts, seen []int32, fresh []int32, list *sim.List) {
	rng := sim.Stream(o.lib.seed, purposeFeed, number)
	noise := sim.PrefixOf(o.lib.seed, purposeNoise, number)
	guess := o.guess(v.user)
	night := math.Floor(v.day)
	var cands shortlist
	add := func(place int32) {
		s := &c.entries[place]
		if !cands.isNew(s.item) {
			return
		}
		key := keyOf(s.item, oldScore(s.viewScore, slices.Contains(guess[:], s.topic), v.day-float64(s.born), noise.Uniform(uint64(s.item))))
		if !cands.roomFor(key) {
			return
		}
		if _, known := slices.BinarySearch(seen, s.item); !known {
			cands.keep(key)
		}
	}
	var draws [byViews + byGuess]target
	for k := range byViews {
		draws[k] = c.draw(0, int32(len(c.entries)), rng)
	}
	for k := range byGuess {
		t := guess[k%guesses]
		draws[byViews+k] = c.draw(o.lib.start[t], o.lib.start[t+1], rng)
	}
	c.resolve(draws[:])
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

// outcome is one simulated visit.
type outcome struct {
	list   sim.List
	clicks []int
	took   int
}

// playOldSystem simulates the days of the log and the judged days after them. Days run one after the other, because a day's
// lists depend on the clicks of the days before; visits of one day run on n workers.
func (b *behavior) playOldSystem(ctx context.Context, s problem.Spec, n int, p problem.Progress) (past, after *visitLog, err error) {
	o := b.oldSystem()
	looked := sim.Examination(sim.ListLength)
	total := pastVisits(s)
	rate := float64(total) / float64(s.Days)
	all, err := newViewCounts(ctx, b.lib)
	if err != nil {
		return nil, nil, err
	}
	seen := make([][]int32, s.Users)
	past = &visitLog{visits: make([]visit, 0, total), impressions: make([]problem.Impression, 0, total*sim.ListLength)}
	after = &visitLog{}
	var day []outcome // reused from day to day
	for d := range s.Days + sim.TestDays {
		if p != nil {
			p("playing the old system's days", d, s.Days+sim.TestDays)
		}
		into, number := past, uint64(len(past.visits))
		if d >= s.Days {
			into, number = after, sim.TestOffset+uint64(len(after.visits))
		}
		first, visits := len(into.visits), 0
		from, to := int(float64(d)*rate), int(float64(d+1)*rate)
		for k := from; k < to; k++ {
			at := min((float64(k)+0.5)/rate, math.Nextafter(float64(d+1), 0))
			at = max(at, float64(d))
			u := b.view.pick(at, sim.Uniform(s.Seed, purposeVisit, uint64(k), 0))
			into.visits = append(into.visits, visit{u, at})
			visits++
		}
		for len(day) < visits {
			day = append(day, outcome{})
		}
		if err := all.accumulate(ctx, b.lib, float64(d)); err != nil {
			return nil, nil, err
		}
		fresh := b.lib.newUploads(float64(d))
		err := parallel.Batches(ctx, n, visits, 64, nil, func(_, from, to int) error {
			for k := from; k < to; k++ {
				v, out := into.visits[first+k], &day[k]
				o.list(number+uint64(k), v, all, seen[v.user], fresh, &out.list)
				rng := sim.Stream(s.Seed, purposeWatch, number+uint64(k))
				out.clicks, out.took = sim.Browse(out.list.Items, looked, func(i int32) sim.Appeal {
					return b.wants(v.user, i, v.day)
				}, rng, out.clicks[:0])
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		for k := range visits { // at night, in order of time, on one goroutine
			if k%1024 == 0 && ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			out, u := &day[k], into.visits[first+k].user
			into.impressions = sim.AppendImpressions(into.impressions, int32(first+k), out.list, out.clicks, out.took)
			for _, at := range out.clicks {
				i := out.list.Items[at]
				all.click(i)
				if place, known := slices.BinarySearch(seen[u], i); !known {
					seen[u] = slices.Insert(seen[u], place, i)
				}
			}
		}
	}
	return past, after, nil
}
