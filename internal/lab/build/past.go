package build

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
)

// PartOfPast is a problem whose history is only a part of what is known.
type PartOfPast struct {
	Problem  *problem.Problem
	Requests []problem.Query  // past requests for the ranker, oldest first; before the ranker's requests alone
	Held     *problem.History // what a split holds out

	// since is, by user, the first past request that Problem's history knows nothing of; nil: it knows nothing of any.
	since []int32
	bytes int64
}

// Bytes is the memory of the histories.
func (p *PartOfPast) Bytes() int64 { return p.bytes }

// Knows says whether what learns from the part may know the outcome of past request q.
func (p *PartOfPast) Knows(q *problem.Query) bool {
	return p.since != nil && q.User >= 0 && q.ID < p.since[q.User]
}

// pastFields are what a part of the past depends on.
const pastFields = worldFields | FieldLearnedDrift | FieldPast

// pastStage cuts the history down to a part of the past.
//
// Before the ranker's requests: vectors that were learned from a viewer's whole history have seen what that viewer did next; on
// them a past request's similarity is its own label, and a ranker would trust it as it never may again. So where users
// return, the stage one that a ranker learns from is built without what those requests have to find.
func pastStage() Stage[*PartOfPast] {
	return Stage[*PartOfPast]{Name: "part of the past", Needs: pastFields, Build: cutPast}
}

func cutPast(ctx context.Context, b *Builder, s Scenario) (*PartOfPast, error) {
	base, err := b.Learned(ctx, s)
	if err != nil {
		return nil, err
	}
	part := *base
	out := &PartOfPast{Problem: &part}
	split, isSplit := strings.CutPrefix(string(s.Past), splitPrefix)
	switch {
	case s.Past == BeforeRanker && base.History == nil:
		out.Problem, out.Requests = base, kind.PastForRanker(base)
	case s.Past == BeforeRanker:
		part.History, out.Requests, out.since = beforeRanker(base)
	case isSplit && base.History == nil:
		part.Train = shuffled(base.Train, rand.New(rand.NewPCG(seed.Of(s.World.Seed, "split"), 2)))
	case isSplit:
		part.History, out.Held = splitHistory(base.History, split, rand.New(rand.NewPCG(seed.Of(s.World.Seed, "split"), 2)))
	default:
		return nil, fmt.Errorf("learning from the past: there is no part %q of it", s.Past)
	}
	out.bytes = ownBytes(out.Problem, base) + 4*int64(len(out.since))
	if h := out.Held; h != nil {
		out.bytes += 4*int64(len(h.Start)) + 12*int64(len(h.Item))
	}
	return out, nil
}

// Part returns the scenario's part of the past.
func (b *Builder) Part(ctx context.Context, s Scenario) (*PartOfPast, error) {
	return Get(ctx, b, pastStage(), s)
}

// learnedPart is the problem that encoders and engines learn from.
func (b *Builder) learnedPart(ctx context.Context, s Scenario) (*problem.Problem, error) {
	if s.Past == WholePast {
		return b.Learned(ctx, s)
	}
	part, err := b.Part(ctx, s)
	if err != nil {
		return nil, err
	}
	return part.Problem, nil
}

// newestShare is the share of each user's past requests, newest, from which one is taken for the ranker.
const newestShare = 0.3

// beforeRanker takes one past request of each user: the first of the user's newest that has something to find, as the test
// requests are each user's first of the days that are judged. It returns the history without what came after each, the
// requests, oldest first, and from which request on each user is unknown to the history.
func beforeRanker(p *problem.Problem) (*problem.History, []problem.Query, []int32) {
	h := p.History
	made := make([][]int32, h.Users) // each user's past requests
	for i := range p.Train {
		if u := p.Train[i].User; u >= 0 && int(u) < h.Users {
			made[u] = append(made[u], int32(i))
		}
	}
	var requests []problem.Query
	since := make([]int32, h.Users)
	seen := make([][]int32, h.Users) // what each user's chosen request had seen; nil: none was chosen
	for u, ids := range made {
		since[u] = int32(len(p.Train))
		for _, i := range ids[len(ids)-max(min(1, len(ids)), int(newestShare*float64(len(ids)))):] {
			if len(p.Truth.Positives(&p.Train[i])) == 0 {
				continue
			}
			requests = append(requests, p.Train[i])
			since[u], seen[u] = i, p.Train[i].Filter.Except
			if seen[u] == nil {
				seen[u] = []int32{}
			}
			break
		}
	}
	slices.SortFunc(requests, func(a, b problem.Query) int { return int(a.ID - b.ID) })
	known := h.Where(func(user int, at int32) bool {
		if seen[user] == nil {
			return true
		}
		_, ok := slices.BinarySearch(seen[user], h.Item[at])
		return ok
	})
	return known, requests, since
}

// shuffled are the requests in a random order: what learns from the first of them learns from a random part.
func shuffled(requests []problem.Query, rng *rand.Rand) []problem.Query {
	out := slices.Clone(requests)
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// heldShare is the share of the history that a split holds out.
const heldShare = 0.2

// splitHistory holds out a fifth of the history: at random, the last of each user, or what came after one moment.
func splitHistory(h *problem.History, split string, rng *rand.Rand) (rest, held *problem.History) {
	days := slices.Clone(h.Day)
	slices.Sort(days)
	moment := float32(math.MaxFloat32)
	if len(days) > 0 {
		moment = days[int((1-heldShare)*float64(len(days)))]
	}
	out := make([]bool, len(h.Item))
	for u := range h.Users {
		from, to := h.Start[u], h.Start[u+1]
		late := latest(h.Day[from:to], int(heldShare*float64(to-from)))
		for at := from; at < to; at++ {
			switch split {
			case "random":
				out[at] = rng.Float64() < heldShare
			case "user-time":
				out[at] = late[at-from]
			case "global-time":
				out[at] = h.Day[at] >= moment
			}
		}
	}
	rest = h.Where(func(_ int, at int32) bool { return !out[at] })
	held = h.Where(func(_ int, at int32) bool { return out[at] })
	return rest, held
}

// latest marks the n latest of the days, ties by place.
func latest(days []float32, n int) []bool {
	order := make([]int, len(days))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case days[a] < days[b]:
			return -1
		case days[a] > days[b]:
			return 1
		}
		return 0
	})
	out := make([]bool, len(days))
	for _, i := range order[len(order)-n:] {
		out[i] = true
	}
	return out
}
