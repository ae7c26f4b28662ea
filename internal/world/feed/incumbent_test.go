package feed

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/problem"
)

func TestTheOldSystemGoesOnInAPlayAndCountsItsClicksAtNight(t *testing.T) {
	p, err := Make(t.Context(), problem.Spec{Items: 1000, Users: 300, Queries: 50, Classes: 8, Days: 14, Seed: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	begin := func() problem.Play { return p.People.Begin(9) }
	today := func(play problem.Play, q *problem.Query) []int32 {
		list, err := play.(problem.Incumbent).Today(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	quiet, busy := begin(), begin()
	rng := rand.New(rand.NewPCG(1, 2))
	q := quiet.Request(0.5, rng)
	first := today(quiet, &q)
	if len(first) != 20 || !slices.Equal(first, today(busy, &q)) {
		t.Fatalf("the same visit is shown %v and %v", first, today(busy, &q))
	}
	for _, item := range first {
		if _, seen := slices.BinarySearch(q.Filter.Except, item); seen {
			t.Errorf("video %d was clicked before and is shown again", item)
		}
	}
	clicked := 0 // times that the first video was clicked in a day of pages that hold nothing else
	for range 400 {
		v := busy.Request(0.6, rng)
		clicked += len(busy.React(&v, first[:1], rng).Clicks)
	}
	weight := func(p problem.Play) int32 {
		c := p.(*play).old.views
		return c.entries[c.place[first[0]]].weight
	}
	before := weight(busy)
	sameDay := busy.Request(0.9, rng)
	if today(busy, &sameDay); weight(busy) != before {
		t.Error("clicks are counted before the night")
	}
	nextDay := busy.Request(1.5, rng)
	if today(busy, &nextDay); clicked == 0 || int(weight(busy)-before) != viewsPerClick*clicked || weight(quiet) != before {
		t.Errorf("%d clicks changed a count of views by %d, and by %d where nobody clicked", clicked, weight(busy)-before, weight(quiet)-before)
	}
}
