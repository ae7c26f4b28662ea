package hnsw

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
	"pgregory.net/rapid"
)

func build(t testing.TB, items []float32, dim int, o Options) *Index {
	t.Helper()
	h, err := Build(t.Context(), items, dim, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHNSWFindsWhatAScanFinds(t *testing.T) {
	const n, dim = 4000, 32
	same := make([]float32, n*dim) // forty copies of each of a hundred items
	hundred := retrievaltest.Hard(5, 100, dim)
	for i := range n {
		copy(same[i*dim:(i+1)*dim], hundred[i%100*dim:])
	}
	for _, tc := range []struct {
		name           string
		items, queries []float32
		least          float64
	}{
		{"clustered", retrievaltest.Clustered(1, n, dim, 50, 0.4), retrievaltest.Clustered(2, 100, dim, 50, 0.4), 0.99},
		{"tight clusters", retrievaltest.Clustered(1, n, dim, 20, 0.02), retrievaltest.Clustered(2, 100, dim, 20, 0.02), 0.95},
		{"low intrinsic dimension", retrievaltest.Hard(1, n, dim), retrievaltest.Hard(2, 100, dim), 0.98},
		{"no structure", retrievaltest.Uniform(1, n, dim), retrievaltest.Uniform(2, 100, dim), 0.95},
		{"copies of the same items", same, retrievaltest.Hard(6, 100, dim), 0.95},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := build(t, tc.items, dim, Options{Seed: 7})
			if r := retrievaltest.Recall(t, h, retrieval.NewExact(tc.items, dim), retrievaltest.Queries(tc.queries, dim), 10); r < tc.least {
				t.Errorf("recall@10 is %.3f, want at least %.2f", r, tc.least)
			}
			if lost := unreachable(h); lost > 0 {
				t.Errorf("%d of %d items can't be reached from the entry", lost, n)
			}
		})
	}
}

// unreachable counts nodes that no walk from the entry on layer 0 comes to.
func unreachable(h *Index) int {
	seen := make([]bool, h.n)
	seen[h.entry] = true
	left, queue := -1, []int32{h.entry}
	for _, l := range h.level {
		if l >= 0 { // not a copy
			left++
		}
	}
	for len(queue) > 0 {
		node := queue[0]
		queue = queue[1:]
		for _, next := range open(h.links(node, 0)) {
			if !seen[next] {
				seen[next] = true
				left--
				queue = append(queue, next)
			}
		}
	}
	return left
}

func TestHNSWIsTheSameAtAnyNumberOfWorkers(t *testing.T) {
	items := retrievaltest.Hard(3, 2500, 24)
	first := build(t, items, 24, Options{Seed: 5, Workers: 1})
	for _, workers := range []int{2, 3} {
		h := build(t, items, 24, Options{Seed: 5, Workers: workers})
		if !slices.Equal(h.base, first.base) || !slices.Equal(h.upper, first.upper) || h.entry != first.entry {
			t.Errorf("the graph differs between 1 and %d workers", workers)
		}
	}
	if h := build(t, items, 24, Options{Seed: 6}); slices.Equal(h.upper, first.upper) {
		t.Error("another seed gives the same graph")
	}
}

func TestHNSWGraphIsSound(t *testing.T) {
	const n, dim = 3000, 16
	h := build(t, retrievaltest.Uniform(4, n, dim), dim, Options{M: 6, Seed: 3})
	above := 0
	for node := range int32(n) {
		if h.level[node] > 0 {
			above++
		}
		for layer := 0; layer <= int(h.level[node]); layer++ {
			row := open(h.links(node, layer))
			if len(row) == 0 && layer == 0 {
				t.Fatalf("node %d has no links", node)
			}
			for i, next := range row {
				if next == node || int(h.level[next]) < layer || slices.Contains(row[:i], next) {
					t.Fatalf("node %d, layer %d: bad link to %d among %v", node, layer, next, row)
				}
			}
		}
	}
	// A node is above layer 0 with chance 1/M.
	if share := float64(above) / n; math.Abs(share-1.0/6) > 4*math.Sqrt(1.0/6*5/6/n) {
		t.Errorf("a share of %.3f of nodes is above layer 0, want 1/6", share)
	}
}

func TestHNSWMoreEffortMoreRecall(t *testing.T) {
	const n, dim = 6000, 48
	items, exact := retrievaltest.Uniform(8, n, dim), retrieval.NewExact(retrievaltest.Uniform(8, n, dim), dim)
	queries := retrievaltest.Queries(retrievaltest.Uniform(9, 60, dim), dim)
	low := retrievaltest.Recall(t, build(t, items, dim, Options{EfSearch: 10, Seed: 1}), exact, queries, 10)
	high := retrievaltest.Recall(t, build(t, items, dim, Options{EfSearch: 200, Seed: 1}), exact, queries, 10)
	if high < 0.95 || low > high-0.05 {
		t.Errorf("recall@10 is %.3f with ef 10 and %.3f with ef 200", low, high)
	}
}

func TestHNSWAtTheEdges(t *testing.T) {
	q := problem.Query{Vec: []float32{1, 0}}
	for n := range 4 {
		h := build(t, []float32{1, 0, 0, 1, 1, 0}[:2*n], 2, Options{})
		got, err := h.Retrieve(t.Context(), q, 10, nil)
		if err != nil || len(got) != n {
			t.Fatalf("%d items: got %v, %v", n, got, err)
		}
		if n == 3 && (got[0].Item != 0 || got[1].Item != 2) {
			t.Errorf("equal scores don't go to the smaller item: %v", got)
		}
	}
	h := build(t, []float32{1, 0, 0, 1}, 2, Options{})
	if _, err := h.Retrieve(t.Context(), problem.Query{Vec: []float32{1}}, 1, nil); err == nil {
		t.Error("a vector of another width was accepted")
	}
	nan := float32(math.NaN())
	if got := h.Search([]float32{nan, nan}, 2, 4, nil); len(got) != 0 {
		t.Errorf("a query that is not a number has neighbors %v", got)
	}
	if got := h.Search([]float32{1, 0}, 0, 4, nil); len(got) != 0 {
		t.Errorf("asked for none, got %v", got)
	}
	want := []problem.Candidate{{Item: 0, Score: 0}, {Item: 1, Score: 0}}
	if got := h.Search([]float32{0, 0}, 2, 4, nil); !slices.Equal(got, want) {
		t.Errorf("a query of zeros finds %v, want %v", got, want)
	}
	// Vectors of another length than one are found by where they point and scored in full.
	h = build(t, []float32{2, 0, 0, 2, 0, 0, 5, 0}, 2, Options{})
	want = []problem.Candidate{{Item: 3, Score: 50}, {Item: 0, Score: 20}, {Item: 1, Score: 0}, {Item: 2, Score: 0}}
	if got := h.Search([]float32{10, 0}, 4, 4, nil); !slices.Equal(got, want) {
		t.Errorf("vectors of other lengths: %v, want %v", got, want)
	}
	for _, o := range []Options{{M: 1}, {M: 1000}, {EfConstruction: -1}, {EfSearch: -2}} {
		if _, err := Build(t.Context(), []float32{1, 0}, 2, o, nil); err == nil {
			t.Errorf("options %+v were accepted", o)
		}
	}
}

func TestHNSWBuildStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	last := 0
	_, err := Build(ctx, retrievaltest.Hard(1, 3000, 16), 16, Options{}, func(done, of int) {
		last = done
		cancel()
	})
	if !errors.Is(err, context.Canceled) || last != buildBatch {
		t.Errorf("err %v after %d items, want context.Canceled after the first batch of %d", err, last, buildBatch)
	}
}

func TestHNSWAnswersManyAtOnce(t *testing.T) {
	const dim = 16
	h := build(t, retrievaltest.Hard(1, 2000, dim), dim, Options{})
	queries := retrievaltest.Queries(retrievaltest.Hard(2, 50, dim), dim)
	want := make([][]problem.Candidate, len(queries))
	for i, q := range queries {
		want[i] = h.Search(q.Vec, 10, 0, nil)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, q := range queries {
				if got := h.Search(q.Vec, 10, 0, nil); !slices.Equal(got, want[i]) {
					t.Errorf("query %d: %v beside others, %v alone", i, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestNearSortsAsCandidatesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) problem.Candidate {
			return problem.Candidate{
				Item:  rapid.Int32Range(0, math.MaxInt32).Draw(t, "item"),
				Score: rapid.OneOf(rapid.Float32(), rapid.SampledFrom([]float32{-1, 0, 1})).Draw(t, "score"),
			}
		})
		a, b := one.Draw(t, "a"), one.Draw(t, "b")
		x, y := scoreNode(a.Score, a.Item), scoreNode(b.Score, b.Item)
		if x.node() != a.Item || (x|followed).node() != a.Item || x.score() != a.Score {
			t.Fatalf("%v came back as %d, %g", a, x.node(), x.score())
		}
		if (x > y) != retrieval.Better(a, b) {
			t.Fatalf("%v and %v are in another order as near", a, b)
		}
	})
}
