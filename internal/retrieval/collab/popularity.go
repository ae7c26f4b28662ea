package collab

import (
	"context"
	"math"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Popularity recommends the same to everybody: what was engaged with most. It is the baseline that every personal
// engine has to beat, and what is left to say to a newcomer. It is immutable and safe for concurrent use.
type Popularity struct {
	best  []problem.Candidate // all items, best first
	score []float32           // by item
}

// NewPopularity adds up the strengths of each item's engagements:
//
//	score(i) = Σ_u r_ui · 2^(−(T − t_ui)/halfLife)
//
// where T is the last day of the history. halfLife is in days; 0 counts old and new alike.
func NewPopularity(h *problem.History, halfLife float64) *Popularity {
	p := &Popularity{best: make([]problem.Candidate, h.Items), score: make([]float32, h.Items)}
	last := float32(0)
	if halfLife > 0 && len(h.Day) > 0 {
		last = slices.Max(h.Day)
	}
	sum := make([]float64, h.Items) // a float32 stops counting at 16.8 million
	for at, i := range h.Item {
		w := float64(h.Weight[at])
		if halfLife > 0 {
			w *= math.Exp2(-float64(last-h.Day[at]) / halfLife)
		}
		sum[i] += w
	}
	for i, s := range sum {
		p.score[i] = float32(s)
		p.best[i] = problem.Candidate{Item: int32(i), Score: float32(s)}
	}
	retrieval.SortBest(p.best)
	return p
}

// askItems is how many items are gone over between two looks at the context.
const askItems = 1 << 14

// Score returns item's popularity.
func (p *Popularity) Score(item int32) float32 { return p.score[item] }

// Retrieve implements retrieval.Retriever.
func (p *Popularity) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if err := ctx.Err(); err != nil {
		return into, err
	}
	from := len(into)
	for i, c := range p.best {
		if k <= 0 {
			break
		}
		if i%askItems == askItems-1 && ctx.Err() != nil {
			return into[:from], ctx.Err()
		}
		if q.Filter.Allows(c.Item) {
			into = append(into, c)
			k--
		}
	}
	return into, nil
}

// Len implements Index.
func (p *Popularity) Len() int { return len(p.best) }

// MB implements Index.
func (p *Popularity) MB() float64 { return retrieval.Megabytes(8*len(p.best) + 4*len(p.score)) }
