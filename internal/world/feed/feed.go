// Package feed generates viewers with tastes and videos with topics. A Spec comes in; a problem comes out whose requests are
// visits, whose items are videos, and whose log was played day by day by a policy that shows more of what was clicked.
package feed

import (
	"context"
	"fmt"

	"dryrun/internal/metrics"
	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// Kind describes the world.
func Kind() problem.Kind {
	return problem.Kind{
		ID:       "interactions",
		Line:     "viewers with tastes and videos with topics; clicks by position, taste and clickbait, finished watches by taste and quality",
		Formats:  []string{"movielens"},
		Default:  problem.Spec{Kind: "interactions", Items: 10_000, Queries: 1_000, Classes: 24, Users: 5_000, Days: 28},
		MaxItems: sim.MaxItems,
		Bytes:    estimateBytes,
	}
}

// visitsPerDay is a viewer's mean number of visits a day. Activity is long-tailed: most viewers come less often.
const visitsPerDay = 0.35

// pastVisits is how many visits the log holds.
func pastVisits(s problem.Spec) int { return int(visitsPerDay * float64(s.Users) * float64(s.Days)) }

// estimateBytes estimates what a generated world keeps: per video its vector, attributes and counts, per
// viewer two taste vectors and a history, per visit a logged list (20 impressions and their entries in the counts) and what
// had been watched before.
func estimateBytes(s problem.Spec) int64 {
	s = Kind().Fill(s)
	const item, user, visit = 4*tasteDim + 48, 8*tasteDim + 150, sim.ListLength*(20+12) + 64 + 200
	return int64(s.Items)*item + int64(s.Users)*user + int64(pastVisits(s))*visit
}

func check(s problem.Spec) error {
	for _, c := range []struct {
		what        string
		n, low, top int
	}{
		{"items", s.Items, 1000, sim.MaxItems},
		{"queries", s.Queries, 10, 100_000},
		{"classes", s.Classes, 4, len(topics())},
		{"users", s.Users, 50, 1_000_000},
		{"days", s.Days, 14, 365},
		{"visits (users times days times 0.35)", pastVisits(s), 100, 5_000_000},
	} {
		if c.n < c.low || c.n > c.top {
			return fmt.Errorf("making the interactions world: %d %s asked for; choose %d to %d", c.n, c.what, c.low, c.top)
		}
	}
	if s.Task != "" {
		return fmt.Errorf("making the interactions world: unknown task %q; leave it out", s.Task)
	}
	return nil
}

// generate makes the world on n workers; the same Spec gives the same world at any n.
func generate(ctx context.Context, s problem.Spec, n int, p problem.Progress) (*problem.Problem, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	lib, err := makeLibrary(ctx, s, n, p)
	if err != nil {
		return nil, fmt.Errorf("making %d videos: %w", s.Items, err)
	}
	view, err := makeViewers(ctx, s, lib, n)
	if err != nil {
		return nil, fmt.Errorf("making %d viewers: %w", s.Users, err)
	}
	w := &world{spec: s, lib: lib, view: view}
	return w.problemAt(ctx, 0, n, p)
}

// world is what a problem and its drifted copies share.
type world struct {
	spec problem.Spec
	lib  *library
	view *viewers
}

// problemAt makes the problem with tastes drifted by strength.
func (w *world) problemAt(ctx context.Context, strength float64, n int, p problem.Progress) (*problem.Problem, error) {
	s := w.spec
	b := &behavior{lib: w.lib, view: w.view, drift: strength, moved: float64(s.Days - sim.TestDays)}
	past, after, err := b.playOldSystem(ctx, s, n, p)
	if err != nil {
		return nil, fmt.Errorf("playing the old system's log: %w", err)
	}
	f := &snapshot{behavior: b, spec: s, visits: past.visits, log: past.log()}
	if f.history, err = engagements(ctx, nil, past, s.Users, s.Items); err != nil {
		return nil, fmt.Errorf("gathering what viewers did: %w", err)
	}
	held, err := engagements(ctx, f.history, after, s.Users, s.Items)
	if err != nil {
		return nil, fmt.Errorf("gathering what viewers did: %w", err)
	}
	test := f.judge(held, sim.Sample(sim.ActiveUsers(held), s.Queries, sim.Stream(s.Seed, sim.PurposeJudged, 0)))
	if len(test) == 0 {
		return nil, fmt.Errorf("making the interactions world: nobody watched anything new in the last %d days; ask for more users or days",
			sim.TestDays)
	}
	return f.problem(ctx, w, test, held, n)
}

// snapshot is a log and the history that follows from it: the log of the old system, or that plus what a play added.
type snapshot struct {
	*behavior
	spec    problem.Spec
	visits  []visit
	log     *problem.Log
	history *problem.History
}

// judge makes one request for each of users, at the moment of the first held-out engagement. Videos uploaded after that
// moment don't count as positives of the request.
func (f *snapshot) judge(held *problem.History, users []int32) []problem.Query {
	var out []problem.Query
	for _, u := range users {
		a, b := held.Start[u], held.Start[u+1]
		first := held.Day[a]
		for _, d := range held.Day[a:b] {
			first = min(first, d)
		}
		seen, _ := f.history.Row(u)
		out = append(out, problem.Query{
			ID: int32(len(out)), From: problem.Test, User: u, Day: float64(first),
			Filter: problem.Filter{Except: seen},
		})
	}
	return out
}

// problem assembles the problem on n workers. test may be empty.
func (f *snapshot) problem(ctx context.Context, w *world, test []problem.Query, held *problem.History, n int) (*problem.Problem, error) {
	s, lib := f.spec, f.lib
	truth := sim.HeldOutTruth{Past: f.history, Held: held, Window: sim.TestDays, Born: func(i int32) float64 {
		return float64(lib.items[i].born)
	}}
	pairs, err := newPairs(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("counting the old system's log: %w", err)
	}
	train, err := f.requests(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("looking up what viewers had seen: %w", err)
	}
	parts, err := f.slices(ctx, truth, test)
	if err != nil {
		return nil, err
	}
	out := &problem.Problem{
		Kind: "interactions", Seed: s.Seed, Items: s.Items,
		Words: problem.Words{
			Query: "a viewer's visit to the home page", Corpus: "videos",
			Positive:   "a video that the viewer clicked in the week after (grade 1) or watched to its end (grade 2)",
			K:          "videos handed to the ranker",
			Split:      fmt.Sprintf("by time: %d days to learn from, one request of each viewer of the %d days after judged", s.Days, sim.TestDays),
			Candidates: "all videos that the viewer hadn't clicked in the days to learn from",
			Success:    "a video watched to its end",
		},
		Train: train, Test: test, Truth: truth, Judge: metrics.NDCGAt(10), Positive: 1,
		Inputs: inputs{f}, History: f.history, Log: f.log, Pairs: pairs,
		People: people{f: f, w: w, looked: f.log.Propensity},
		Drift:  drift{w}, Look: describer{f}, Slices: parts,
		Value: func(i int32) float64 { return float64(lib.items[i].minutes) },
		Born:  truth.Born,
	}
	out.Labels = make([]int32, len(lib.items))
	for i := range lib.items {
		out.Labels[i] = int32(lib.items[i].topic)
	}
	for t := range lib.topics {
		out.Classes = append(out.Classes, topics()[t].name)
	}
	return out, nil
}

// requests turns the visits of the log into requests, each with what its viewer had clicked before.
func (f *snapshot) requests(ctx context.Context, n int) ([]problem.Query, error) {
	out := make([]problem.Query, len(f.visits))
	return out, parallel.Batches(ctx, n, len(out), 1024, nil, func(_, from, to int) error {
		for i := from; i < to; i++ {
			v := f.visits[i]
			out[i] = problem.Query{
				ID: int32(i), User: v.user, Day: v.day,
				Filter: problem.Filter{Except: sim.EngagedBefore(f.history, v.user, v.day)},
			}
		}
		return nil
	})
}

// slices returns the parts of the judged requests where an average could hide a failure.
func (f *snapshot) slices(ctx context.Context, truth sim.HeldOutTruth, test []problem.Query) ([]problem.Slice, error) {
	lib := f.lib
	rare := lib.rareTopics()
	heavy := sim.HeavyUser(f.history, test)
	shown := make([]int32, len(lib.items))
	for k, im := range f.log.Impressions {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		shown[im.Item]++
	}
	const few = 20 // impressions: too few to estimate a click-through rate of a few percent
	return []problem.Slice{
		{Name: "new users", Has: func(q *problem.Query) bool { return len(q.Filter.Except) < 3 }},
		{Name: "heavy users", Has: func(q *problem.Query) bool { return len(q.Filter.Except) >= heavy }},
		{Name: "niche taste", Has: func(q *problem.Query) bool { return rare[f.view.favorite(q.User, f.drift > 0 && q.Day >= f.moved)] }},
		{Name: "cold items", Has: func(q *problem.Query) bool {
			for _, g := range truth.Positives(q) {
				if shown[g.Item] < few {
					return true
				}
			}
			return false
		}},
	}, nil
}

// drift changes tastes: viewers turn to other topics, many of them to one that was rare. It happens a week before the end
// of the log, so the newest part of the log shows it and models trained before then don't know it.
type drift struct{ w *world }

// At returns the problem with tastes drifted by strength; 0 gives the same log and the same requests.
func (d drift) At(ctx context.Context, strength float64) (*problem.Problem, error) {
	return d.w.problemAt(ctx, min(max(strength, 0), 1), parallel.Workers(0), nil)
}

// Make generates the world.
func Make(ctx context.Context, s problem.Spec, p problem.Progress) (*problem.Problem, error) {
	return generate(ctx, s, parallel.Workers(0), p)
}
