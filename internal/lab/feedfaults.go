package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/seed"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/retrieval/collab"
)

// The faults of logged feeds: what the system learns from is not what people want, but what an earlier choice made of it.

// What the loop is: so many days on which the page is what was clicked most, counted anew each night.
const (
	loopDays   = 10
	loopVisits = 800 // a day
	loopTop    = 20
)

// broken is the base problem as a fault has made it; any other fault leaves it as it is.
func (l *Lab) broken(ctx context.Context, base *problem.Problem, spec problem.Spec, fault string, tell *teller) (*problem.Problem, error) {
	type brokenKey struct {
		spec  problem.Spec
		fault string
	}
	switch fault {
	case coldStart:
		return once(ctx, l.cache, brokenKey{spec, fault}, func(context.Context) (*problem.Problem, error) {
			return unlearned(base), nil
		})
	case popularityLoop:
		return once(ctx, l.cache, brokenKey{spec, fault}, func(ctx context.Context) (*problem.Problem, error) {
			return looped(ctx, base, seed.Of(spec.Seed, "loop"), tell)
		})
	}
	return base, nil
}

// unlearned is the problem whose history lacks the newest fifth of the items: they are there, and nobody's engagement with
// them has reached what learns from engagements.
func unlearned(base *problem.Problem) *problem.Problem {
	fresh := make([]bool, base.Items)
	for _, i := range byBirth(base, 0)[base.Items-int(staleShare*float64(base.Items)):] {
		fresh[i] = true
	}
	out := *base
	h := base.History
	out.History = emptied(h)
	for u := range h.Users {
		for at := h.Start[u]; at < h.Start[u+1]; at++ {
			if !fresh[h.Item[at]] {
				keep(out.History, h, at)
			}
		}
		out.History.Start[u+1] = int32(len(out.History.Item))
	}
	return &out
}

// keep appends engagement at of h to a history that is being built.
func keep(into, h *problem.History, at int32) {
	into.Item, into.Weight, into.Day = append(into.Item, h.Item[at]), append(into.Weight, h.Weight[at]), append(into.Day, h.Day[at])
}

// looped is the problem after days on which everybody was shown what was clicked most, and what was shown was clicked. The
// requests that are judged stay those of the world as it was.
func looped(ctx context.Context, base *problem.Problem, seed uint64, tell *teller) (*problem.Problem, error) {
	play := base.People.Begin(seed)
	learner, ok := play.(problem.Learner)
	if !ok {
		return nil, fmt.Errorf("closing the loop: the world %s doesn't learn from what it shows", base.Kind)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	h := *base.History
	h.Item, h.Weight = slices.Clone(h.Item), slices.Clone(h.Weight)
	var list []problem.Candidate
	for day := range loopDays {
		tell.say("showing what is popular", day, loopDays)
		page := collab.NewPopularity(&h, 0)
		for i := range loopVisits {
			q := play.Request(float64(day)+float64(i)/loopVisits, rng)
			var err error
			if list, err = page.Retrieve(ctx, q, loopTop, list[:0]); err != nil {
				return nil, err
			}
			shown := make([]int32, len(list))
			for j, c := range list {
				shown[j] = c.Item
			}
			for _, at := range play.React(&q, shown, rng).Clicks {
				h.Item, h.Weight = append(h.Item, shown[at]), append(h.Weight, 1) // popularity counts no users
			}
		}
	}
	out, err := learner.Learn(ctx)
	if err != nil {
		return nil, fmt.Errorf("learning from what the loop showed: %w", err)
	}
	out.Test, out.Slices = base.Test, base.Slices
	out.Truth = judgedBefore{test: base.Truth, past: out.Truth}
	return out, nil
}

// judgedBefore judges test requests by what was known of them before the world went on.
type judgedBefore struct{ test, past problem.Truth }

func (t judgedBefore) of(q *problem.Query) problem.Truth {
	if q.From == problem.Test {
		return t.test
	}
	return t.past
}

// Grade implements problem.Truth.
func (t judgedBefore) Grade(q *problem.Query, item int32) uint8 { return t.of(q).Grade(q, item) }

// Positives implements problem.Truth.
func (t judgedBefore) Positives(q *problem.Query) []problem.Graded { return t.of(q).Positives(q) }

// clickedRows are a ranker's rows under position bias: what was shown, labelled by whether it was clicked, as if a click
// didn't need a look first.
func (l *Lab) clickedRows(ctx context.Context, p *pipeline, tell *teller) (*rows, error) {
	log, err := l.logged(ctx, p, tell)
	if err != nil {
		return nil, err
	}
	part := func(newest bool) *ranking.Dataset {
		return log.rows(func(i int) bool { return log.impressions[i].Request >= log.later == newest }, columns{}, clicked)
	}
	return &rows{train: part(false), valid: part(true), requests: int(log.later), lessons: kindOf(p.key.index.vectors.spec.Kind).lessons}, nil
}
