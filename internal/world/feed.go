package world

import (
	"context"
	"math"
	"math/rand/v2"

	"dryrun/internal/problem"
)

// This file is how people meet a list, the same in every world: they look at a position with a probability that falls
// with it (the examination hypothesis, Craswell et al. 2008), click what they look at by how it attracts them, and of
// what they clicked they take at most one thing.

const (
	// listLength is how many items an old system shows.
	listLength = 20
	// positionDecay is the exponent of the position bias: position 10 is looked at by a fifth of the people.
	positionDecay = 0.7
)

// examination returns the probability that each of n positions is looked at: 1/(p+1)^positionDecay, p from 0, as
// Joachims et al. (2017) model it.
func examination(n int) []float64 {
	e := make([]float64, n)
	for p := range e {
		e[p] = math.Pow(float64(p+1), -positionDecay)
	}
	return e
}

// appeal is what an item does to the person who looks at it.
type appeal struct {
	click float64 // probability of a click, given a look
	take  float64 // probability of success (a purchase), given a click
}

// browse plays one person over a list, best first, and returns the clicked positions (appended to clicks) and the
// position of the success, -1 for none. Every position uses the same draws of rng whatever is shown there, so that two lists
// played with the same seed differ only by what they show.
func browse(list []int32, looked []float64, of func(item int32) appeal, rng *rand.Rand, clicks []int) ([]int, int) {
	took := -1
	for p, item := range list {
		look, click, take := rng.Float64(), rng.Float64(), rng.Float64()
		if p >= len(looked) || look >= looked[p] {
			continue
		}
		a := of(item)
		if click >= a.click {
			continue
		}
		clicks = append(clicks, p)
		if took < 0 && take < a.take {
			took = p
		}
	}
	return clicks, took
}

// shown is one list of an earlier system with its scores.
type shown struct {
	items  []int32
	scores []float32
}

// record appends what happened to one list to a log.
func record(into []problem.Impression, request int32, list shown, clicks []int, took int) []problem.Impression {
	next := 0
	for p, item := range list.items {
		clicked := next < len(clicks) && clicks[next] == p
		if clicked {
			next++
		}
		into = append(into, problem.Impression{
			Request: request, Item: item, Pos: int16(p), Clicked: clicked, Bought: took == p, Score: list.scores[p],
		})
	}
	return into
}

// restAfter is after how many impressions a loop over a log looks at its context: some milliseconds.
const restAfter = 1 << 16

// counts answers how often each item had been shown and clicked before a moment: the only honest popularity for a
// request in the past. It is a CSR matrix of the log by item, ordered by time.
type counts struct {
	start []int32
	shown []counted
}

// counted is an impression of an item with the item's clicks and successes up to and including it. The three lie together,
// because the log comes by time: each impression is another item's, somewhere else in memory.
type counted struct {
	day          float32
	clicks, took int32
}

// countLog counts the log; dayOf is when an impression's request was made.
func countLog(ctx context.Context, log *problem.Log, dayOf func(request int32) float64, items int) (*counts, error) {
	c := &counts{start: make([]int32, items+1), shown: make([]counted, len(log.Impressions))}
	for i := range log.Impressions {
		c.start[log.Impressions[i].Item+1]++
	}
	for i := range items {
		c.start[i+1] += c.start[i]
	}
	next := append([]int32(nil), c.start[:items]...)
	for i := range log.Impressions { // requests are in order of time, so each row is too
		if i%restAfter == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		im := &log.Impressions[i]
		at := next[im.Item]
		next[im.Item]++
		now := counted{day: float32(dayOf(im.Request))}
		if at > c.start[im.Item] {
			now.clicks, now.took = c.shown[at-1].clicks, c.shown[at-1].took
		}
		if im.Clicked {
			now.clicks++
		}
		if im.Bought {
			now.took++
		}
		c.shown[at] = now
	}
	return c, nil
}

// tally is what had happened to an item by a moment.
type tally struct{ impressions, clicks, took int }

// before returns what happened to item strictly before day.
func (c *counts) before(item int32, day float64) tally {
	lo, hi := c.start[item], c.start[item+1]
	first := lo
	for lo < hi {
		mid := (lo + hi) / 2
		if float64(c.shown[mid].day) < float64(float32(day)) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == first {
		return tally{}
	}
	return tally{int(lo - first), int(c.shown[lo-1].clicks), int(c.shown[lo-1].took)}
}
