package world

import (
	"context"
	"fmt"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

// interactionsKind is viewers and videos.
func interactionsKind() Kind {
	return Kind{
		ID:       "interactions",
		Line:     "viewers with tastes and videos with topics; clicks by position, taste and clickbait, finished watches by taste and quality",
		Formats:  []string{"movielens"},
		Default:  Spec{Kind: "interactions", Items: 10_000, Queries: 1_000, Classes: 24, Users: 5_000, Days: 28},
		MaxItems: mostItems,
		Bytes:    interactionsBytes,
		make:     makeInteractions,
	}
}

// visitsPerDay is the mean number of visits of a viewer a day. Activity is long-tailed: most come less often.
const visitsPerDay = 0.35

// pastVisits is how many visits the log holds.
func pastVisits(s Spec) int { return int(visitsPerDay * float64(s.Users) * float64(s.Days)) }

// interactionsBytes estimates what a generated world keeps: per video its tastes, what is known of it and its counts, per
// viewer two tastes and a memory, per visit a logged list (20 impressions and their place in the counts) and what had been
// watched before.
func interactionsBytes(s Spec) int64 {
	s = s.withDefaults(interactionsKind())
	const item, user, visit = 4*tasteDim + 48, 8*tasteDim + 150, listLength*(20+12) + 64 + 200
	return int64(s.Items)*item + int64(s.Users)*user + int64(pastVisits(s))*visit
}

func makeInteractions(ctx context.Context, s Spec, p Progress) (*problem.Problem, error) {
	switch s.Format {
	case "":
		return generateInteractions(ctx, s, workers(), p)
	case "movielens":
		return makeMovieLens(ctx, s, p)
	}
	return nil, fmt.Errorf("reading %s for the interactions world: unknown format %q; it reads movielens", s.Path, s.Format)
}

func checkInteractions(s Spec) error {
	for _, c := range []struct {
		what        string
		n, low, top int
	}{
		{"items", s.Items, 1000, mostItems},
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

// generateInteractions makes the world on n workers; the same Spec gives the same world at any n.
func generateInteractions(ctx context.Context, s Spec, n int, p Progress) (*problem.Problem, error) {
	if err := checkInteractions(s); err != nil {
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
	w := &feedWorld{spec: s, lib: lib, view: view}
	return w.at(ctx, 0, n, p)
}

// feedWorld is what a world and its drifted copies share.
type feedWorld struct {
	spec Spec
	lib  *library
	view *viewers
}

// at makes the problem with tastes moved by strength.
func (w *feedWorld) at(ctx context.Context, strength float64, n int, p Progress) (*problem.Problem, error) {
	s := w.spec
	b := &behaviour{lib: w.lib, view: w.view, later: strength, moved: float64(s.Days - testDays)}
	past, after, err := b.playOldSystem(ctx, s, n, p)
	if err != nil {
		return nil, fmt.Errorf("playing the old system's log: %w", err)
	}
	f := &feed{behaviour: b, spec: s, visits: past.visits, log: past.log()}
	if f.past, err = engagedIn(ctx, nil, past, s.Users, s.Items); err != nil {
		return nil, fmt.Errorf("gathering what viewers did: %w", err)
	}
	held, err := engagedIn(ctx, f.past, after, s.Users, s.Items)
	if err != nil {
		return nil, fmt.Errorf("gathering what viewers did: %w", err)
	}
	test := f.judge(held, sample(ownersOf(held), s.Queries, stream(s.Seed, purposeJudged, 0)))
	if len(test) == 0 {
		return nil, fmt.Errorf("making the interactions world: nobody watched anything new in the last %d days; ask for more users or days", testDays)
	}
	return f.problem(ctx, w, test, held, n)
}

// feed is a log and what was learned from it: the log of the old system, or that and what a play added.
type feed struct {
	*behaviour
	spec   Spec
	visits []visit
	log    *problem.Log
	past   *problem.History
}

// judge makes one request of each of users, at the moment of the first engagement that is held out. What was uploaded
// after that moment isn't asked of the request: the truth leaves it out.
func (f *feed) judge(held *problem.History, users []int32) []problem.Query {
	var out []problem.Query
	for _, u := range users {
		a, b := held.Start[u], held.Start[u+1]
		first := held.Day[a]
		for _, d := range held.Day[a:b] {
			first = min(first, d)
		}
		seen, _ := f.past.Row(u)
		out = append(out, problem.Query{ID: int32(len(out)), From: problem.Test, User: u, Day: float64(first), Seen: seen})
	}
	return out
}

// problem assembles the problem on n workers. test may be empty.
func (f *feed) problem(ctx context.Context, w *feedWorld, test []problem.Query, held *problem.History, n int) (*problem.Problem, error) {
	s, lib := f.spec, f.lib
	truth := heldOutTruth{past: f.past, held: held, window: testDays, born: func(i int32) float64 { return float64(lib.items[i].born) }}
	pairs, err := newFeedPairs(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("counting the old system's log: %w", err)
	}
	train, err := f.requests(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("looking up what viewers had seen: %w", err)
	}
	out := &problem.Problem{
		Kind: "interactions", Seed: s.Seed, Items: s.Items,
		Words: problem.Words{
			Query: "a viewer's visit to the home page", Corpus: "videos",
			Positive:   "a video that the viewer clicked in the week after (grade 1) or watched to its end (grade 2)",
			K:          "videos handed to the ranker",
			Split:      fmt.Sprintf("by time: %d days to learn from, one request of each viewer of the %d days after judged", s.Days, testDays),
			Candidates: "all videos that the viewer hadn't clicked in the days to learn from",
			Success:    "a video watched to its end",
		},
		Train: train, Test: test, Truth: truth, Judge: metrics.NDCGAt(10), Positive: 1,
		Inputs: feedInputs{f}, History: f.past, Log: f.log, Pairs: pairs,
		People: viewerPeople{f: f, w: w, looked: f.log.Propensity},
		Drift:  feedDrift{w}, Look: feedLook{f}, Slices: f.slices(truth, test),
		Value: func(i int32) float64 { return float64(lib.items[i].minutes) },
		Born:  truth.born,
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

// requests are the visits of the log as requests, each with what its viewer had clicked before.
func (f *feed) requests(ctx context.Context, n int) ([]problem.Query, error) {
	out := make([]problem.Query, len(f.visits))
	return out, inBatches(ctx, len(out), 1024, n, nil, func(from, to int) error {
		for i := from; i < to; i++ {
			v := f.visits[i]
			out[i] = problem.Query{ID: int32(i), User: v.user, Day: v.day, Seen: seenBefore(f.past, v.user, v.day)}
		}
		return nil
	})
}

// slices are the parts of the judged requests where an average would hide harm.
func (f *feed) slices(truth heldOutTruth, test []problem.Query) []problem.Slice {
	lib := f.lib
	rare := lib.rareTopics()
	heavy := heavyFrom(f.past, test)
	shown := make([]int32, len(lib.items))
	for _, im := range f.log.Impressions {
		shown[im.Item]++
	}
	const few = 20 // impressions: too little to know a click-through rate of some per cent
	return []problem.Slice{
		{Name: "new users", Has: func(q *problem.Query) bool { return len(q.Seen) < 3 }},
		{Name: "heavy users", Has: func(q *problem.Query) bool { return len(q.Seen) >= heavy }},
		{Name: "niche taste", Has: func(q *problem.Query) bool { return rare[f.view.favourite(q.User, f.later > 0 && q.Day >= f.moved)] }},
		{Name: "cold items", Has: func(q *problem.Query) bool {
			for _, g := range truth.Positives(q) {
				if shown[g.Item] < few {
					return true
				}
			}
			return false
		}},
	}
}

// feedDrift moves tastes: viewers turn to other topics, many of them to one that was rare. It happens a week before the
// log's end, so that the newest part of the log tells of it and models of the older world don't know.
type feedDrift struct{ w *feedWorld }

// At returns the world with tastes moved by strength; 0 gives the same log and the same requests.
func (d feedDrift) At(ctx context.Context, strength float64) (*problem.Problem, error) {
	return d.w.at(ctx, min(max(strength, 0), 1), workers(), nil)
}
