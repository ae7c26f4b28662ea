// Package movielens reads MovieLens ratings (Harper and Konstan 2015) in their three forms. A folder or a file comes in; a
// problem comes out whose requests are users, whose items are films, and whose truth is what each user liked last.
package movielens

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/world/read"
	"dryrun/internal/world/sim"
)

// The protocol: a positive is a rating of 4 or more; the last fifth of each user's positives by time, ties by file order, is
// held out; all items that aren't in the user's training set are ranked.
const (
	positiveHalves = 8 // half stars
	heldOutOf      = 5 // one in five positives, rounded down: a user with fewer has none held out and isn't judged
	maxJudged      = 20_000
)

// Make reads the ratings at the Spec's path, a folder or the file of ratings, and makes the problem.
func Make(ctx context.Context, s problem.Spec, p problem.Progress) (*problem.Problem, error) {
	if s.Path == "" {
		return nil, errors.New("reading MovieLens ratings: no path; give --data movielens:PATH")
	}
	info, err := os.Stat(s.Path)
	if err != nil {
		return nil, fmt.Errorf("opening MovieLens ratings: %w", err)
	}
	folder, only := s.Path, ""
	if !info.IsDir() {
		folder, only = filepath.Dir(s.Path), filepath.Base(s.Path)
	}
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of MovieLens ratings %q: %w", folder, err)
	}
	defer func() { _ = dir.Close() }() // only read
	r, err := readRatings(ctx, dir.FS(), folder, only, p)
	if err != nil {
		return nil, err
	}
	f, err := readFilms(ctx, dir.FS(), r)
	if err != nil {
		return nil, err
	}
	return newProblem(ctx, s, r, f)
}

// dropRepeats drops a user's second rating of an item; the first in the file stays. Rows are then ordered by user, time and
// line.
func (r *ratings) dropRepeats(ctx context.Context, name string) error {
	err := sim.Sort(ctx, r.rows, func(a, b rating) int {
		return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.item, b.item), cmp.Compare(a.line, b.line))
	})
	if err != nil {
		return err
	}
	var twice read.Skipped
	kept := r.rows[:0]
	for k, row := range r.rows {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if n := len(kept); n > 0 && kept[n-1].user == row.user && kept[n-1].item == row.item {
			twice.Add(name, int(row.line), "")
			continue
		}
		kept = append(kept, row)
	}
	r.rows = kept
	err = sim.Sort(ctx, r.rows, func(a, b rating) int {
		return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.time, b.time), cmp.Compare(a.line, b.line))
	})
	if twice.N > 0 {
		r.notes = append(r.notes, fmt.Sprintf("skipped %d ratings of items that the user had rated already: %s", twice.N, twice.Names()))
	}
	return err
}

// keepItems keeps n of the items, drawn at random from the seed.
func (r *ratings) keepItems(ctx context.Context, n int, seed int64) error {
	if n <= 0 || n >= len(r.items) {
		return nil
	}
	all := make([]int32, len(r.items))
	for i := range all {
		all[i] = int32(i)
	}
	chosen := sim.Sample(all, n, sim.Stream(seed, sim.PurposeSplit, 2))
	to := make([]int32, len(r.items))
	for i := range to {
		to[i] = -1
	}
	ids := make([]int32, 0, n)
	for at, i := range chosen {
		to[i] = int32(at)
		ids = append(ids, r.items[i])
	}
	r.notes = append(r.notes, fmt.Sprintf("kept %d of %d items, drawn at random from the seed", n, len(r.items)))
	kept := r.rows[:0]
	for k, row := range r.rows {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if row.item = to[row.item]; row.item >= 0 {
			kept = append(kept, row)
		}
	}
	r.rows, r.items = kept, ids
	return nil
}

// dataset is ratings, split into history and held-out positives.
type dataset struct {
	films
	ids        []int32 // ids in the file, by item
	start      time.Time
	past, held *problem.History
	train      []problem.Query
	test       []problem.Query
	days       [][]float32 // by item, the days of its training positives, ascending
	born       []float32   // by item, day of release, or of the first rating where that is unknown
}

func newProblem(ctx context.Context, s problem.Spec, r *ratings, f *films) (*problem.Problem, error) {
	rec := &dataset{films: *f, ids: r.items}
	if s.Items > 0 && s.Items < len(r.items) {
		all := r.items
		if err := r.keepItems(ctx, s.Items, s.Seed); err != nil {
			return nil, err
		}
		known := make([]film, len(r.items))
		for at, id := range r.items {
			was, _ := slices.BinarySearch(all, id)
			known[at] = f.known[was]
		}
		rec.known, rec.ids = known, r.items
	}
	if len(r.rows) == 0 {
		return nil, fmt.Errorf("making a problem of %q: none of the %d items that were kept is rated", s.Path, s.Items)
	}
	unjudged, err := rec.split(ctx, s, r)
	if err != nil {
		return nil, err
	}
	if len(rec.test) == 0 {
		return nil, fmt.Errorf("making a problem of %q: no user has %d ratings of 4 or more; choose a larger set", s.Path, heldOutOf)
	}
	notes := slices.Concat(r.notes, f.notes)
	if unjudged > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d users have fewer than %d ratings of 4 or more: all of theirs are to learn from, and they "+
			"aren't judged", unjudged, len(r.users), heldOutOf))
	}
	if n := len(sim.ActiveUsers(rec.held)); n > len(rec.test) {
		notes = append(notes, fmt.Sprintf("%d of %d users are judged, drawn at random from the seed", len(rec.test), n))
	}
	return rec.problem(s, notes), nil
}

// split holds out the last positives of each user, and makes one training request of the same form: the last fifth of the
// remaining positives, given those before it. It returns how many users have too few positives to be judged.
func (rec *dataset) split(ctx context.Context, s problem.Spec, r *ratings) (unjudged int, err error) {
	first := r.rows[0].time
	for k, row := range r.rows {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		first = min(first, row.time)
	}
	rec.start = time.Unix(int64(first), 0).UTC()
	dayOf := func(row rating) float32 { return float32(float64(row.time-first) / 86400) }
	past, held := make([][]sim.Engagement, len(r.users)), make([][]sim.Engagement, len(r.users))
	rec.born = make([]float32, len(r.items))
	for i := range rec.born {
		rec.born[i] = math.MaxFloat32
	}
	for a := 0; a < len(r.rows); {
		if u := r.rows[a].user; u%1024 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		u, b := r.rows[a].user, a
		var liked []sim.Engagement // by time
		for ; b < len(r.rows) && r.rows[b].user == u; b++ {
			row := r.rows[b]
			rec.born[row.item] = min(rec.born[row.item], dayOf(row))
			if row.halves >= positiveHalves {
				liked = append(liked, sim.Engagement{Item: row.item, Grade: 1, Day: dayOf(row)})
			}
		}
		a = b
		cut := len(liked) - len(liked)/heldOutOf
		past[u], held[u] = liked[:cut:cut], liked[cut:]
		if cut == len(liked) {
			unjudged++
		}
		if ask := cut - cut/heldOutOf; ask < cut {
			q := problem.Query{User: u, Day: float64(liked[ask].Day)}
			for _, e := range liked[:ask] {
				q.Filter.Except = append(q.Filter.Except, e.Item)
			}
			slices.Sort(q.Filter.Except)
			rec.train = append(rec.train, q)
		}
	}
	firstHeld := make([]float32, len(r.users))
	for u, of := range held {
		if len(of) > 0 {
			firstHeld[u] = of[0].Day
		}
	}
	if rec.past, err = sim.NewHistory(ctx, past, len(r.items)); err != nil {
		return 0, err
	}
	if rec.held, err = sim.NewHistory(ctx, held, len(r.items)); err != nil {
		return 0, err
	}
	slices.SortStableFunc(rec.train, func(a, b problem.Query) int { return cmp.Compare(a.Day, b.Day) })
	for i := range rec.train {
		rec.train[i].ID = int32(i)
	}
	for i, u := range sim.Sample(sim.ActiveUsers(rec.held), maxJudged, sim.Stream(s.Seed, sim.PurposeJudged, 0)) {
		seen, _ := rec.past.Row(u)
		rec.test = append(rec.test, problem.Query{
			ID: int32(i), From: problem.Test, User: u, Day: float64(firstHeld[u]),
			Filter: problem.Filter{Except: seen},
		})
	}
	return unjudged, rec.countByItem(ctx)
}

// countByItem sorts each item's training positives by time, and works out when films were released.
func (rec *dataset) countByItem(ctx context.Context) error {
	rec.days = make([][]float32, len(rec.ids))
	for k, i := range rec.past.Item {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec.days[i] = append(rec.days[i], rec.past.Day[k])
	}
	for i, of := range rec.days {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		slices.Sort(of)
		if year := rec.known[i].year; year > 0 {
			out := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
			rec.born[i] = min(rec.born[i], float32(out.Sub(rec.start).Hours()/24))
		}
	}
	return nil
}

func (rec *dataset) problem(s problem.Spec, notes []string) *problem.Problem {
	truth := sim.HeldOutTruth{Past: rec.past, Held: rec.held}
	out := &problem.Problem{
		Kind: "interactions", Seed: s.Seed, Items: len(rec.ids),
		Words: problem.Words{
			Query: "a user's next visit", Corpus: "rated films", Positive: "a film that the user rated 4 or more later",
			K: "films handed to the ranker",
			Split: "by each user's time: the last 20% of a user's ratings of 4 or more, ties by file order, held out, one request a user; " +
				"figures of other protocols don't compare",
			Candidates: "all films that aren't in the user's training set, the ratings of 4 or more that weren't held out: a full ranking, not a " +
				"sample; films that the user rated below 4 stay in it",
			Success: "a rating of 4 or more",
		},
		Train: rec.train, Test: rec.test, Truth: truth, Judge: metrics.NDCGAt(10), Positive: 1, History: rec.past,
		Pairs: &pairs{rec}, Look: describer{rec}, Slices: rec.slices(truth), Notes: notes,
		Born:    func(i int32) float64 { return float64(rec.born[i]) },
		Missing: map[string]string{},
	}
	for _, metric := range []string{"ctr", "ctr_lift", "revenue_lift", "retention_lift", "queries_per_arm"} {
		out.Missing[metric] = "recorded ratings have no people who answer what they are shown"
	}
	for _, metric := range []string{"psi_max", "alarm_delay_days"} {
		out.Missing[metric] = "recorded ratings have no later time that is known"
	}
	if len(rec.genres) > 0 {
		out.Labels, out.Classes = rec.firstGenres()
	}
	return out
}

// slices returns the parts of the judged users where an average could hide a failure.
func (rec *dataset) slices(truth sim.HeldOutTruth) []problem.Slice {
	heavy := sim.HeavyUser(rec.past, rec.test)
	var middles []float64
	middle := make([]float64, len(rec.test)) // median popularity of the films that the user liked before
	for n, q := range rec.test {
		var popular []int
		for _, i := range q.Filter.Except {
			popular = append(popular, len(rec.days[i]))
		}
		slices.Sort(popular)
		if len(popular) > 0 {
			middle[n] = float64(popular[len(popular)/2])
		}
		middles = append(middles, middle[n])
	}
	slices.Sort(middles)
	niche := middles[len(middles)/5]
	const few = 10
	return []problem.Slice{
		{Name: "light users", Has: func(q *problem.Query) bool { return len(q.Filter.Except) < 20 }},
		{Name: "heavy users", Has: func(q *problem.Query) bool { return len(q.Filter.Except) >= heavy }},
		{Name: "niche taste", Has: func(q *problem.Query) bool { return q.From == problem.Test && middle[q.ID] <= niche }},
		{Name: "cold items", Has: func(q *problem.Query) bool {
			return slices.ContainsFunc(truth.Positives(q), func(g problem.Graded) bool { return len(rec.days[g.Item]) < few })
		}},
	}
}
