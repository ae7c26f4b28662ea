package lab

import (
	"context"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// before is stage one as it stood when the past requests that a ranker learns from were asked. Vectors that were learned
// from a viewer's whole history have seen what that viewer did next: on them a past request's similarity is its own label,
// and a ranker would trust it as it never may again. So where users return, stage one is built a second time, without what
// those requests are asked to find.
type before struct {
	requests []problem.Query    // past requests for the ranker, oldest first
	emb      *problem.Embedding // nil where the engine searches no vectors
	first    retrieval.Retriever
	since    []int32 // by user, the first past request that nothing here has seen; nil: all of them are unseen
}

// knows says whether what was learned may hold the outcome of past request q.
func (b *before) knows(q *problem.Query) bool {
	return b.since != nil && q.User >= 0 && q.ID < b.since[q.User]
}

// before returns the stage one from which p's ranker learns.
func (l *Lab) before(ctx context.Context, p *pipeline, tell *teller) (*before, error) {
	key := p.key.index
	key.stale = false // a stale index serves a ranker that learned before
	key.vectors.before = p.base.History != nil
	type beforeKey struct{ indexKey }
	return once(ctx, l.cache, beforeKey{key}, func(ctx context.Context) (*before, error) {
		out := &before{requests: forRanker(p.base)}
		then := *p
		var err error
		if p.base.History != nil {
			base := *p.base
			base.History, out.requests, out.since = heldBack(p.base)
			then.base = &base
			if p.code != nil {
				if then.code, err = l.vectors(ctx, &base, key.vectors, tell); err != nil {
					return nil, err
				}
			}
		}
		one, err := l.index(ctx, &then, key, tell)
		if err != nil {
			return nil, err
		}
		then.index = one.Index
		out.emb = then.encodingBy(then.base, false)
		out.first = then.index
		return out, nil
	})
}

// newestShare is the share of each user's past requests, newest, from which one is taken for the ranker.
const newestShare = 0.3

// heldBack takes one past request of each user: the first of the user's newest that has something to find, as the test
// requests are each user's first of the days that are judged. It returns them oldest first, the history without what came
// after each, and from which request on each user is unknown to it.
func heldBack(p *problem.Problem) (*problem.History, []problem.Query, []int32) {
	h := p.History
	asked := make([][]int32, h.Users)
	for i := range p.Train {
		if u := p.Train[i].User; u >= 0 && int(u) < h.Users {
			asked[u] = append(asked[u], int32(i))
		}
	}
	var requests []problem.Query
	since := make([]int32, h.Users)
	rows := make([][]int32, h.Users) // what each user's held-back request had seen; nil: none is held back
	for u, ids := range asked {
		since[u] = int32(len(p.Train))
		for _, i := range ids[len(ids)-max(min(1, len(ids)), int(newestShare*float64(len(ids)))):] {
			if len(p.Truth.Positives(&p.Train[i])) == 0 {
				continue
			}
			requests = append(requests, p.Train[i])
			since[u], rows[u] = i, p.Train[i].Filter.Except
			if rows[u] == nil {
				rows[u] = []int32{}
			}
			break
		}
	}
	slices.SortFunc(requests, func(a, b problem.Query) int { return int(a.ID - b.ID) })
	out := emptied(h)
	for u := range h.Users {
		for at := h.Start[u]; at < h.Start[u+1]; at++ {
			if rows[u] != nil {
				if _, seen := slices.BinarySearch(rows[u], h.Item[at]); !seen {
					continue
				}
			}
			keep(out, h, at)
		}
		out.Start[u+1] = int32(len(out.Item))
	}
	return out, requests, since
}
