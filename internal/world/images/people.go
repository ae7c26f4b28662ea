package images

import (
	"context"
	"math/rand/v2"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// people simulates shoppers after the log: the same rules, plus memory. A shopper who found something comes back more
// often.
type people struct {
	s      *shoppers
	users  int
	looked []float64
}

// Expect is what a shopper does with a product, given a look at it.
func (p people) Expect(q *problem.Query, item int32) problem.Expected {
	r := p.s.of(q)
	a := p.s.wants(&r, item, q.Day)
	return problem.Expected{Click: a.Click, Success: a.Click * a.Take}
}

// Begin starts a play with every shopper in an average mood.
func (p people) Begin(seed uint64) problem.Play {
	play := &play{people: p, mood: make([]float32, p.users)}
	rng := sim.Stream(int64(seed), sim.PurposePlayer, 0)
	for u := range play.mood {
		play.mood[u] = 0.3 + 0.4*rng.Float32()
	}
	return play
}

type play struct {
	people
	mood   []float32 // 0 never comes back, 1 always
	clicks []int
}

// Request draws a shopper, the happier of two more often, and a photo. It always draws the same number of random numbers, so
// that two arms with the same seed get the same photos.
func (p *play) Request(day float64, rng *rand.Rand) problem.Query {
	a, b, u := rng.IntN(p.users), rng.IntN(p.users), rng.Float32()
	if u*(p.mood[a]+p.mood[b]) > p.mood[a] {
		a = b
	}
	// The photo is a function of the request's number; the first numbers belong to past requests.
	taken := int32(len(p.s.train))
	return problem.Query{From: problem.Live, ID: taken + rng.Int32N(1<<31-1-taken), User: int32(a), Day: p.s.cat.days + day}
}

// React browses the list as in the log. Revenue is the price of what was bought. Whether the shopper returns depends on
// what was found, and moves the shopper's mood.
func (p *play) React(q *problem.Query, list []int32, rng *rand.Rand) problem.Reaction {
	r := p.s.of(q)
	looked := p.looked
	if len(list) > len(looked) {
		looked = sim.Examination(len(list))
	}
	back := rng.Float32()
	var took int
	p.clicks, took = sim.Browse(list, looked, func(item int32) sim.Appeal { return p.s.wants(&r, item, q.Day) }, rng, p.clicks[:0])
	out := problem.Reaction{Clicks: append([]int(nil), p.clicks...), Bought: took}
	found := float32(0.1)
	for _, at := range p.clicks {
		// A click on the right thing pleases, a pretty picture of the wrong thing doesn't.
		found = max(found, []float32{0.15, 0.5, 0.7}[p.s.cat.grade(&r, list[at], q.Day)])
	}
	if took >= 0 {
		found = 0.9
		out.Revenue = float64(p.s.cat.items[list[took]].price)
	}
	if q.User >= 0 && int(q.User) < len(p.mood) {
		p.mood[q.User] += 0.3 * (found - p.mood[q.User])
		found = 0.5*found + 0.5*p.mood[q.User]
	}
	out.Returns = back < found
	return out
}

// Today is what the text search shows for the words that the shopper would type.
func (p *play) Today(_ context.Context, q *problem.Query) ([]int32, error) {
	r := p.s.of(q)
	return textSearch{p.s}.list(q, &r).Items, nil
}
