package feed

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// people simulates viewers after the log: the same rules, plus memory. A viewer who watched to the end comes back more
// often, one who was fooled by titles less often; nobody wants the same video twice.
type people struct {
	f      *snapshot
	w      *world
	looked []float64
}

// Expect is what q's viewer does with a video, given a look at it.
func (p people) Expect(q *problem.Query, item int32) problem.Expected {
	a := p.f.wants(q.User, item, q.Day)
	return problem.Expected{Click: a.Click, Success: a.Click * a.Take}
}

// Likes: an eighth of the viewers press like at all, after half of what they finish.
const (
	likers     = 0.125
	likesOften = 0.5
)

// Likes says whether q's viewer presses like on a video that was watched to its end.
func (p people) Likes(q *problem.Query, item int32) bool {
	seed := p.f.spec.Seed
	return sim.Uniform(seed, purposeLike, uint64(q.User), 0) < likers &&
		sim.Uniform(seed, purposeLike, uint64(q.User), uint64(item)+1) < likesOften
}

// Begin starts a play after the log with every viewer in an average mood.
func (p people) Begin(seed uint64) problem.Play {
	users := p.f.spec.Users
	play := &play{people: p, first: p.f.lastDay(), mood: make([]float32, users), seen: make([][]int32, users)}
	rng := sim.Stream(int64(seed), sim.PurposePlayer, 0)
	for u := range play.mood {
		play.mood[u] = 0.3 + 0.4*rng.Float32()
	}
	return play
}

// lastDay is the day on which the log ends.
func (f *snapshot) lastDay() float64 {
	end := float64(f.spec.Days)
	if n := len(f.visits); n > 0 {
		end = max(end, f.visits[n-1].day)
	}
	return end
}

type play struct {
	people
	first    float64
	mood     []float32 // 0 never comes back, 1 always
	seen     [][]int32 // what each viewer engaged with, ascending; nil: what the log says
	requests int32
	clicks   []int
	visits   []visit
	shown    []int32 // sim.ListLength for each visit, -1 past the end of a shorter list
	clicked  []uint32
	took     []int8
	old      nightly
}

// seenBy lists what user u must not be shown again.
func (p *play) seenBy(u int32) []int32 {
	if p.seen[u] != nil {
		return p.seen[u]
	}
	row, _ := p.f.history.Row(u)
	return row
}

// Request draws two viewers by how active they are, and picks the happier one more often. It always draws the same number
// of random numbers.
func (p *play) Request(day float64, rng *rand.Rand) problem.Query {
	at := p.first + day
	a, b, u := p.f.view.pick(at, rng.Float64()), p.f.view.pick(at, rng.Float64()), rng.Float32()
	if u*(p.mood[a]+p.mood[b]) > p.mood[a] {
		a = b
	}
	p.requests++
	return problem.Query{
		From: problem.Live, ID: int32(len(p.f.visits)) + p.requests, User: a, Day: at,
		Filter: problem.Filter{Except: p.seenBy(a)},
	}
}

// React browses the first sim.ListLength items of the list as in the log. Revenue is the minutes of what was watched to its end.
func (p *play) React(q *problem.Query, list []int32, rng *rand.Rand) problem.Reaction {
	list = list[:min(len(list), sim.ListLength)]
	back := rng.Float32()
	seen := p.seenBy(q.User)
	var took int
	p.clicks, took = sim.Browse(list, p.looked, func(i int32) sim.Appeal {
		a := p.f.wants(q.User, i, q.Day)
		if _, known := slices.BinarySearch(seen, i); known {
			a.Click *= 0.1
		}
		return a
	}, rng, p.clicks[:0])
	p.remember(q, list, took)
	out := problem.Reaction{Clicks: slices.Clone(p.clicks), Bought: took}
	found := float32(0.25) // nothing was clicked
	if took >= 0 {
		found = 0.9
		out.Revenue = float64(p.f.lib.items[list[took]].minutes)
	}
	for _, at := range p.clicks {
		if at != took {
			// Started and abandoned: it disappoints to the degree that the title, and not the video, attracted the click.
			found -= 0.15 * float32(1-p.f.wants(q.User, list[at], q.Day).Take)
		}
	}
	found = max(found, 0)
	mood := &p.mood[q.User]
	*mood += 0.3 * (found - *mood)
	out.Returns = back < 0.5*found+0.5**mood
	return out
}

// remember keeps what happened on a visit, in about a hundred bytes.
func (p *play) remember(q *problem.Query, list []int32, took int) {
	var clicked uint32
	for _, at := range p.clicks {
		clicked |= 1 << at
		if place, known := slices.BinarySearch(p.seenBy(q.User), list[at]); !known {
			// The request still holds the old slice: write a new one.
			p.seen[q.User] = slices.Insert(slices.Clone(p.seenBy(q.User)), place, list[at])
		}
	}
	p.visits = append(p.visits, visit{q.User, q.Day})
	for at := range sim.ListLength {
		item := int32(-1)
		if at < len(list) {
			item = list[at]
		}
		p.shown = append(p.shown, item)
	}
	p.clicked, p.took = append(p.clicked, clicked), append(p.took, int8(took))
}

// Learn returns the problem after the play so far: its log continues with what the play showed, so
// that counts, history and features reflect the policy that was shown. This closes the loop by which what is shown becomes
// popular.
func (p *play) Learn(ctx context.Context) (*problem.Problem, error) {
	f := p.f
	order := make([]int, len(p.visits)) // by time, whatever the order of the experiment's requests
	for n := range order {
		order[n] = n
	}
	err := sim.Sort(ctx, order, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.visits[a].day, p.visits[b].day), cmp.Compare(a, b))
	})
	if err != nil {
		return nil, err
	}
	all := visitLog{visits: slices.Clone(f.visits), impressions: make([]problem.Impression, 0, len(f.log.Impressions)+len(p.shown))}
	for chunk := range slices.Chunk(f.log.Impressions, sim.CheckEvery) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all.impressions = append(all.impressions, chunk...)
	}
	for k, n := range order {
		if k%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		request := int32(len(all.visits))
		all.visits = append(all.visits, p.visits[n])
		for at, item := range p.shown[n*sim.ListLength : (n+1)*sim.ListLength] {
			if item < 0 {
				break
			}
			all.impressions = append(all.impressions, problem.Impression{
				Request: request, Item: item, Pos: int16(at),
				Clicked: p.clicked[n]>>at&1 == 1, Bought: int(p.took[n]) == at,
			})
		}
	}
	log := all.log()
	log.Policy = f.log.Policy + "; then the played one"
	s := f.spec
	past, err := engagements(ctx, nil, &all, s.Users, s.Items)
	if err != nil {
		return nil, fmt.Errorf("gathering what viewers did in the play: %w", err)
	}
	next := &snapshot{behavior: f.behavior, spec: s, visits: all.visits, log: log, history: past}
	held, err := sim.NewHistory(ctx, make([][]sim.Engagement, s.Users), s.Items)
	if err != nil {
		return nil, err
	}
	return next.problem(ctx, p.w, nil, held, parallel.Workers(0))
}
