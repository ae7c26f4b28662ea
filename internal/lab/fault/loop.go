package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/progress"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval/collab"
)

// The loop is a number of days on which the page shows what was clicked most, counted again each night.
const (
	loopDays   = 10
	loopVisits = 800 // a day
	loopTop    = 20
)

// popularityLoop shows everybody what was clicked most for some days, and what is shown is clicked. The requests that are judged
// stay those of the world as it was.
func popularityLoop() Fault { return Fault{ID: catalog.PopularityLoop, World: showPopular} }

func showPopular(ctx context.Context, base *problem.Problem, seed uint64, to *progress.Sink) (*problem.Problem, error) {
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
		to.Report("showing what is popular", day, loopDays)
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
	out.Truth = pastAndTest{test: base.Truth, past: out.Truth}
	return out, nil
}

// pastAndTest judges test requests by what was known of them before the world went on.
type pastAndTest struct{ test, past problem.Truth }

func (t pastAndTest) of(q *problem.Query) problem.Truth {
	if q.From == problem.Test {
		return t.test
	}
	return t.past
}

// Grade implements problem.Truth.
func (t pastAndTest) Grade(q *problem.Query, item int32) uint8 { return t.of(q).Grade(q, item) }

// Positives implements problem.Truth.
func (t pastAndTest) Positives(q *problem.Query) []problem.Graded { return t.of(q).Positives(q) }
