// Package sim is what generated and recorded worlds share: random streams that are functions of a seed, how people browse a
// list, counts of a log, histories of engagement and the truth held out of them, and a cache for features of one request.
// Seeds, logs and histories go in; problem's types and plain numbers come out.
package sim

import (
	"math"
	"math/rand/v2"

	"dryrun/internal/problem"
)

// This file is how people browse a list, the same in every world: they look at a position with a probability that falls
// with it (the examination hypothesis, Craswell et al. 2008), click what they look at by how attractive it is, and take at
// most one of the things they clicked.

const (
	// ListLength is how many items an old system shows.
	ListLength = 20
	// positionDecay is the exponent of the position bias: position 10 is looked at by a fifth of the people.
	positionDecay = 0.7
)

// Examination returns the probability that each of n positions is looked at: 1/(p+1)^positionDecay, p from 0, as
// Joachims et al. (2017) model it.
func Examination(n int) []float64 {
	e := make([]float64, n)
	for p := range e {
		e[p] = math.Pow(float64(p+1), -positionDecay)
	}
	return e
}

// Appeal is what an item does to the person who looks at it.
type Appeal struct {
	Click float64 // probability of a click, given a look
	Take  float64 // probability of success (a purchase), given a click
}

// Browse plays one person over a list, best first, and returns the clicked positions (appended to clicks) and the
// position of the success, -1 for none. Every position uses the same draws of rng whatever is shown there, so that two lists
// played with the same seed differ only by what they show.
func Browse(list []int32, looked []float64, of func(item int32) Appeal, rng *rand.Rand, clicks []int) ([]int, int) {
	took := -1
	for p, item := range list {
		look, click, take := rng.Float64(), rng.Float64(), rng.Float64()
		if p >= len(looked) || look >= looked[p] {
			continue
		}
		a := of(item)
		if click >= a.Click {
			continue
		}
		clicks = append(clicks, p)
		if took < 0 && take < a.Take {
			took = p
		}
	}
	return clicks, took
}

// List is one list of an earlier system with its scores.
type List struct {
	Items  []int32
	Scores []float32
}

// AppendImpressions appends what happened to one list to a log.
func AppendImpressions(into []problem.Impression, request int32, list List, clicks []int, took int) []problem.Impression {
	next := 0
	for p, item := range list.Items {
		clicked := next < len(clicks) && clicks[next] == p
		if clicked {
			next++
		}
		into = append(into, problem.Impression{
			Request: request, Item: item, Pos: int16(p), Clicked: clicked, Bought: took == p, Score: list.Scores[p],
		})
	}
	return into
}
