package world

import (
	"math/rand/v2"

	"dryrun/internal/problem"
)

// imagePeople are the shoppers when they are played forward: the rules of the log, and a memory. A shopper who found
// something comes back more often.
type imagePeople struct {
	s      *shoppers
	users  int
	looked []float64
}

// Begin starts a play with every shopper in a middling mood.
func (p imagePeople) Begin(seed uint64) problem.Play {
	play := &imagePlay{imagePeople: p, mood: make([]float32, p.users)}
	rng := stream(int64(seed), purposePlayer, 0)
	for u := range play.mood {
		play.mood[u] = 0.3 + 0.4*rng.Float32()
	}
	return play
}

type imagePlay struct {
	imagePeople
	mood   []float32 // 0 never comes back, 1 always
	clicks []int
}

// Request draws a shopper, the happier of two more often, and a photo. It always draws as many numbers, so that two arms
// with the same seed meet the same photos.
func (p *imagePlay) Request(day float64, rng *rand.Rand) problem.Query {
	a, b, u := rng.IntN(p.users), rng.IntN(p.users), rng.Float32()
	if u*(p.mood[a]+p.mood[b]) > p.mood[a] {
		a = b
	}
	// The photo is a function of its number; numbers of past requests are taken.
	taken := int32(len(p.s.train))
	return problem.Query{From: problem.Live, ID: taken + rng.Int32N(1<<31-1-taken), User: int32(a), Day: p.s.cat.days + day}
}

// React browses the list as in the log. Revenue is the price of what was bought. Whether the shopper returns depends on
// what was found, and moves the shopper's mood.
func (p *imagePlay) React(q *problem.Query, list []int32, rng *rand.Rand) problem.Reaction {
	r := p.s.of(q)
	looked := p.looked
	if len(list) > len(looked) {
		looked = examination(len(list))
	}
	back := rng.Float32()
	var took int
	p.clicks, took = browse(list, looked, func(item int32) appeal { return p.s.wants(&r, item, q.Day) }, rng, p.clicks[:0])
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
