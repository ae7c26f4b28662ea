package feed

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"dryrun/internal/world/sim"
)

// shelf is a library of weights alone: item i stands at place i.
func shelf(weights []int32) (*library, *viewCounts) {
	lib := &library{items: make([]video, len(weights))}
	for i := range weights {
		lib.order = append(lib.order, int32(i))
		lib.items[i].born = -1
	}
	c, err := newViewCounts(context.Background(), lib)
	if err != nil {
		panic(err)
	}
	for i, w := range weights {
		c.entries[i].weight = w
	}
	_ = c.accumulate(context.Background(), lib, 0)
	return lib, c
}

func TestTheGuideFindsThePlaceThatASearchOverTheSumsFinds(t *testing.T) {
	const n = 500
	rng := rand.New(rand.NewPCG(1, 2))
	weightsBy := map[string]func(i int) int32{
		"all alike":                  func(int) int32 { return 1 },
		"one has nearly everything":  func(i int) int32 { return 1 + 1_000_000*int32(i/(n-1)) },
		"most aren't there yet":      func(i int) int32 { return int32(max(0, i%50-48)) },
		"nothing is there":           func(int) int32 { return 0 },
		"a long tail, shuffled":      func(int) int32 { return int32(1 / (rng.Float64() + 1e-5)) },
		"the first and the last one": func(i int) int32 { return int32(max(0, 1-i%(n-1))) },
	}
	for name, weight := range weightsBy {
		weights := make([]int32, n)
		sums := make([]float64, n+1)
		for i := range weights {
			weights[i] = weight(i)
			sums[i+1] = sums[i] + float64(weights[i])
		}
		_, c := shelf(weights)
		draws := make([]target, 2000)
		want := make([]int, len(draws))
		seed := rng.Uint64()
		ours, theirs := rand.New(rand.NewPCG(seed, 3)), rand.New(rand.NewPCG(seed, 3))
		for k := range draws {
			from := rng.IntN(n)
			to := from + 1 + rng.IntN(n-from)
			draws[k] = c.draw(int32(from), int32(to), ours)
			x := sums[from] + theirs.Float64()*(sums[to]-sums[from])
			want[k] = -1
			if sums[from] < sums[to] {
				want[k] = min(from+sort.Search(to-from, func(k int) bool { return sums[from+k+1] > x }), to-1)
			}
		}
		c.resolve(draws)
		for k, d := range draws {
			got := int(d.at)
			if d.at >= d.to {
				got = -1
			}
			if got != want[k] {
				t.Fatalf("%s: draw %d found place %d, a search over the sums %d", name, k, got, want[k])
			}
		}
	}
}

func TestAClickMovesTheGuideTheNextNight(t *testing.T) {
	lib, c := shelf([]int32{1, 0, 1, 1})
	lib.items[1].born, lib.newest = 2.5, []int32{1}
	at := func(x float64) int32 {
		d := []target{{x: x, at: c.guide[c.step(x)], to: 4}}
		c.resolve(d)
		return d[0].at
	}
	if got := at(1.5); got != 2 {
		t.Errorf("before the upload 1.5 of 3 lies at place %d, expected 2", got)
	}
	c.click(2)
	if got := at(1.5); got != 2 || c.weightBefore(4) != 3 {
		t.Errorf("a click counts before the night: place %d of a weight of %v", got, c.weightBefore(4))
	}
	_ = c.accumulate(t.Context(), lib, 3) // weights 1, 1, 4, 1
	for x, want := range map[float64]int32{0.5: 0, 1.5: 1, 2.5: 2, 5.9: 2, 6: 3} {
		if got := at(x); got != want {
			t.Errorf("after the night %v of 7 lies at place %d, expected %d", x, got, want)
		}
	}
	if got := c.entries[2].viewScore; got != viewScore(3) {
		t.Errorf("one click adds %v to the score, expected that of %d views", got, viewsPerClick)
	}
}

func TestAShortlistKeepsTheBestInOrder(t *testing.T) {
	type scored struct {
		item  int32
		score float32
	}
	rng := rand.New(rand.NewPCG(4, 5))
	for _, offered := range []int{0, 1, sim.ListLength, byViews + byGuess + byNewness} {
		var l shortlist
		var all []scored
		for range offered {
			s := scored{int32(rng.IntN(1 << 30)), float32(rng.IntN(8)) / 4} // many ties
			if rng.IntN(4) == 0 && len(all) > 0 {
				s.item = all[rng.IntN(len(all))].item
			}
			isNew := !slices.ContainsFunc(all, func(o scored) bool { return o.item == s.item })
			if l.isNew(s.item) != isNew {
				t.Fatalf("item %d met for the first time: %v, expected %v", s.item, !isNew, isNew)
			}
			if !isNew {
				continue
			}
			all = append(all, s)
			if key := keyOf(s.item, s.score); l.roomFor(key) {
				l.keep(key)
			}
		}
		slices.SortFunc(all, func(a, b scored) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.item, b.item))
		})
		var list sim.List
		l.fill(&list)
		if len(list.Items) != min(len(all), sim.ListLength) {
			t.Fatalf("%d of %d offered are kept", len(list.Items), len(all))
		}
		for p, item := range list.Items {
			if item != all[p].item || list.Scores[p] != all[p].score {
				t.Errorf("%d offered: position %d is item %d at %v, expected %+v", offered, p, item, list.Scores[p], all[p])
			}
		}
	}
}
