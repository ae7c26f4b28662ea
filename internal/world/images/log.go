package images

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dryrun/internal/nn"
	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/sim"
)

// textSearch is the earlier system: it matches the words that the shopper typed and orders by popularity. It never sees
// the photo.
type textSearch struct{ s *shoppers }

// score is the text search's score of a product: words matched, views before the log, and noise that is fixed for a
// request and a product.
func (t textSearch) score(q *problem.Query, r *request, item int32) float32 {
	l := &t.s.cat.items[item]
	var score float64
	if int(l.class) == r.words {
		score += 2
	}
	if int(l.look)/int(raster.Patterns) == r.family {
		score += 1
	}
	score += 0.25 * math.Log1p(float64(l.prior))
	number := uint64(q.ID)
	if q.From == problem.Test {
		number += sim.TestOffset
	}
	score += sim.Uniform(t.s.cat.seed, purposeListing, number, uint64(item))
	return float32(score)
}

// list returns what the text search shows: products that match the words, drawn by popularity and sorted by score. A word
// with too few matches is dropped, the color first.
func (t textSearch) list(q *problem.Query, r *request) sim.List {
	c := t.s.cat
	number := uint64(q.ID)
	if q.From == problem.Test {
		number += sim.TestOffset
	}
	rng := sim.Stream(c.seed, purposeListing, number)
	class, patterns := r.words*looks, int(raster.Patterns)
	ranges := [][2]int{{class, class + looks}, {0, c.classes * looks}}
	if r.family >= 0 {
		from := class + r.family*patterns
		ranges = append([][2]int{{from, from + patterns}}, ranges...)
	}
	items := make([]int32, 0, sim.ListLength)
	for k, from := range ranges {
		a, b := int(c.start[from[0]]), int(c.start[from[1]])
		if a == b {
			continue
		}
		want := sim.ListLength
		if k < len(ranges)-1 {
			want -= 2 // the last positions go to weaker matches
		}
		for tries := 0; tries < 4*sim.ListLength && len(items) < want; tries++ {
			i := c.pick(a, b, rng)
			if float64(c.items[i].born) <= q.Day && !slices.Contains(items, i) {
				items = append(items, i)
			}
		}
	}
	out := sim.List{Items: items, Scores: make([]float32, len(items))}
	slices.SortFunc(items, func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.score(q, r, b), t.score(q, r, a)), cmp.Compare(a, b))
	})
	for p, i := range items {
		out.Scores[p] = t.score(q, r, i)
	}
	return out
}

// wants is how a shopper responds to a product. Clicks follow relevance and the quality of the seller's picture; purchases
// follow relevance and price, not the picture: what a pretty picture gains in clicks it loses in purchases per click.
func (s *shoppers) wants(r *request, item int32, day float64) sim.Appeal {
	c := s.cat
	l := &c.items[item]
	fits := nn.Sigmoid((math.Log(r.budget) - math.Log(float64(l.price))) / 0.25)
	var draws, buys float64
	switch c.grade(r, item, day) {
	case 2:
		draws, buys = 0.6, 0.22
	case 1:
		draws, buys = 0.3, 0.06
	default:
		draws, buys = 0.02, 0.001
		if l.class == c.items[r.item].class {
			draws, buys = 0.07, 0.004
		}
	}
	click := draws * (0.5 + c.beauty(item)) * (0.7 + 0.3*fits)
	return sim.Appeal{Click: click, Take: min(buys*fits/click, 1)}
}

// logOf simulates the log: the text search's lists for past requests, and what shoppers did with them. It returns the
// lists for past and for judged requests too.
func (s *shoppers) logOf(ctx context.Context, past, judged []problem.Query, n int) (log *problem.Log, pastLists, judgedLists []sim.List,
	err error,
) {
	search := textSearch{s}
	pastLists, judgedLists = make([]sim.List, len(past)), make([]sim.List, len(judged))
	listAll := func(qs []problem.Query, into []sim.List) error {
		return parallel.Batches(ctx, n, len(qs), 128, nil, func(_, from, to int) error {
			for i := from; i < to; i++ {
				r := s.of(&qs[i])
				into[i] = search.list(&qs[i], &r)
			}
			return nil
		})
	}
	if err := listAll(past, pastLists); err != nil {
		return nil, nil, nil, err
	}
	if err := listAll(judged, judgedLists); err != nil {
		return nil, nil, nil, err
	}
	looked := sim.Examination(sim.ListLength)
	log = &problem.Log{
		Impressions: make([]problem.Impression, 0, len(past)*sim.ListLength),
		Propensity:  looked, Policy: "text search by class and color words, ordered by popularity",
	}
	var clicks []int
	for i := range past {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, nil, nil, err
			}
		}
		q, r := &past[i], s.train[i]
		rng := sim.Stream(s.cat.seed, purposeReaction, uint64(i))
		var took int
		clicks, took = sim.Browse(pastLists[i].Items, looked, func(item int32) sim.Appeal { return s.wants(&r, item, q.Day) }, rng, clicks[:0])
		log.Impressions = sim.AppendImpressions(log.Impressions, int32(i), pastLists[i], clicks, took)
	}
	return log, pastLists, judgedLists, nil
}
