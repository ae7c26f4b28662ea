package collab

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// event is one engagement: user, item, day.
type event struct {
	user, item int32
	day        float32
}

// historyFrom builds a history of plain positives.
func historyFrom(users, items int, events []event) *problem.History {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.item, b.item))
	})
	h := &problem.History{Users: users, Items: items, Start: make([]int32, users+1)}
	for _, e := range events {
		h.Start[e.user+1]++
		h.Item, h.Weight, h.Day = append(h.Item, e.item), append(h.Weight, 1), append(h.Day, e.day)
	}
	for u := range users {
		h.Start[u+1] += h.Start[u]
	}
	return h
}

// heldOut is a history with the requests that it is judged on: the items of each user that came later.
type heldOut struct {
	h     *problem.History
	tests []problem.Query
	later map[int32][]int32 // by user
}

// firstRating is the Unix time of the data set's first rating.
const firstRating = 874724710

// movielens reads MovieLens-100K under this protocol: a positive is a rating of 4 or more; of each user's positives the
// last fifth by time (ties by the file's order) is held out; all items not in the user's training set are ranked.
func movielens(t testing.TB) heldOut {
	t.Helper()
	f, err := os.Open("../../../../shared/data/movielens-100k/u.data")
	if err != nil {
		t.Skip("MovieLens-100K isn't there: ", err)
	}
	defer f.Close()
	type rated struct {
		item int32
		at   int64 // seconds
	}
	byUser, users, items := map[int32][]rated{}, int32(0), int32(0)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var user, item, rating int32
		var at int64
		if _, err := fmt.Sscan(lines.Text(), &user, &item, &rating, &at); err != nil {
			t.Fatal(err)
		}
		users, items = max(users, user), max(items, item)
		if rating >= 4 {
			byUser[user-1] = append(byUser[user-1], rated{item - 1, at})
		}
	}
	d := heldOut{later: map[int32][]int32{}}
	var train []event
	for u := range users {
		own := byUser[u]
		slices.SortStableFunc(own, func(a, b rated) int { return cmp.Compare(a.at, b.at) })
		out := len(own) / 5
		for n, r := range own {
			if n < len(own)-out {
				train = append(train, event{u, r.item, float32(float64(r.at-firstRating) / 86400)})
			} else {
				d.later[u] = append(d.later[u], r.item)
			}
		}
	}
	d.h = historyFrom(int(users), int(items), train)
	d.ask()
	return d
}

// tastes is a small generated world: users and items belong to groups, and most engagements stay within a group, falling
// off with an item's rank in it.
func tastes(users, groups, perGroup, perUser int) heldOut {
	rng := rand.New(rand.NewPCG(5, 5))
	d := heldOut{later: map[int32][]int32{}}
	var train []event
	for u := range int32(users) {
		var own []event
		for taken := map[int32]bool{}; len(own) < perUser; {
			g := int(u) % groups
			if rng.Float64() < 0.2 {
				g = rng.IntN(groups)
			}
			rank := int(float64(perGroup) * math.Pow(rng.Float64(), 1.5))
			if item := int32(g*perGroup + rank); !taken[item] {
				taken[item] = true
				own = append(own, event{u, item, float32(len(own))})
			}
		}
		out := perUser / 5
		train = append(train, own[:perUser-out]...)
		for _, e := range own[perUser-out:] {
			d.later[u] = append(d.later[u], e.item)
		}
	}
	d.h = historyFrom(users, groups*perGroup, train)
	d.ask()
	return d
}

func (d *heldOut) ask() {
	for u := range int32(d.h.Users) {
		if len(d.later[u]) > 0 {
			seen, _ := d.h.Row(u)
			d.tests = append(d.tests, problem.Query{ID: int32(len(d.tests)), From: problem.Test, User: u, Filter: problem.Filter{Except: seen}})
		}
	}
}

// judge returns NDCG@10 and recall@10 of each test request.
func (d *heldOut) judge(t testing.TB, r retrieval.Retriever) (ndcg, recall []float64) {
	t.Helper()
	for _, q := range d.tests {
		got, err := r.Retrieve(t.Context(), q, 10, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, dcg, best, hits := d.later[q.User], 0.0, 0.0, 0.0
		for rank, c := range got {
			if slices.Contains(want, c.Item) {
				dcg += 1 / math.Log2(float64(rank)+2)
				hits++
			}
		}
		for rank := range min(10, len(want)) {
			best += 1 / math.Log2(float64(rank)+2)
		}
		ndcg, recall = append(ndcg, dcg/best), append(recall, hits/float64(len(want)))
	}
	return ndcg, recall
}

// searched answers requests by an index over an embedding, as a pipeline does.
type searched struct {
	retrieval.Retriever
	e *problem.Embedding
}

func scan(e *problem.Embedding) retrieval.Retriever {
	return searched{retrieval.NewExact(e.Items, e.Dim), e}
}

func (s searched) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	q.Vec = make([]float32, s.e.Dim)
	s.e.Encode(&q, q.Vec)
	return s.Retriever.Retrieve(ctx, q, k, into)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// items are the items of candidates, in order.
func items(cs []problem.Candidate) []int32 {
	ids := make([]int32, len(cs))
	for i, c := range cs {
		ids[i] = c.Item
	}
	return ids
}
