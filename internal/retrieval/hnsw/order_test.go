package hnsw

import (
	"slices"
	"testing"

	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
)

func TestLocalOrderPutsNeighboursSideBySide(t *testing.T) {
	const clusters, each, dim = 10, 2000, 16
	mid := retrievaltest.Uniform(3, clusters, dim)
	items := retrievaltest.Uniform(4, clusters*each, dim)
	for i := range clusters * each { // item i is of cluster i % clusters
		row := items[i*dim : (i+1)*dim]
		for j := range row {
			row[j] = mid[i%clusters*dim+j] + 0.3*row[j]
		}
		vec.Normalize(row)
	}
	first, err := localOrder(t.Context(), items, dim, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := localOrder(t.Context(), items, dim, 1, 3)
	if err != nil || !slices.Equal(first, again) {
		t.Errorf("the order depends on the number of workers (%v)", err)
	}
	together := 0
	for i, item := range first[1:] {
		if item%clusters == first[i]%clusters {
			together++
		}
	}
	if share := float64(together) / float64(len(first)); share < 0.9 {
		t.Errorf("a share of %.2f of items follows one of its own cluster", share)
	}
	if slices.Sort(first); !slices.Equal(first, numberedAlike(nil, len(items)/dim)) {
		t.Error("an item is missing or comes twice")
	}
}

func TestLocalOrderOfEqualItemsEnds(t *testing.T) {
	items := make([]float32, 3000)
	got, err := localOrder(t.Context(), items, 1, 1, 2)
	if slices.Sort(got); err != nil || !slices.Equal(got, numberedAlike(nil, 3000)) {
		t.Errorf("%d items, %v", len(got), err)
	}
}

// The numbers of the nodes are nobody's business: the same graph gives the same answers under any.
func TestHNSWAnswersDontDependOnTheNumbersOfNodes(t *testing.T) {
	const n, dim = 4000, 16
	items := retrievaltest.Hard(1, n, dim)
	copy(items[70*dim:71*dim], items[30*dim:31*dim])
	plain := build(t, items, dim, Options{M: 8, Seed: 3})
	ordered := build(t, items, dim, Options{M: 8, Seed: 3, Workers: 3, orderFrom: 1})
	if ordered.ids == nil || slices.IsSorted(ordered.ids) {
		t.Fatal("the nodes weren't ordered")
	}
	for node := 1; node < n; node++ {
		if ordered.level[node] > ordered.level[node-1] {
			t.Fatalf("node %d is on layer %d, the one before it on %d", node, ordered.level[node], ordered.level[node-1])
		}
	}
	same := func(when string) {
		t.Helper()
		for _, q := range retrievaltest.Queries(retrievaltest.Hard(2, 100, dim), dim) {
			if a, b := plain.Search(q.Vec, 10, 40, nil), ordered.Search(q.Vec, 10, 40, nil); !slices.Equal(a, b) {
				t.Fatalf("%s: %v and %v", when, a, b)
			}
		}
	}
	same("built")
	for _, h := range []*Index{plain, ordered} {
		if err := h.Delete(5, 30, 31, 32); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Insert(t.Context(), append(retrievaltest.Hard(7, 300, dim), items[40*dim:41*dim]...)); err != nil {
			t.Fatal(err)
		}
	}
	same("changed")
}

func TestHNSWBeamKeepsTheRecall(t *testing.T) {
	const n, dim = 4000, 16
	items, queries := retrievaltest.Hard(1, n, dim), retrievaltest.Queries(retrievaltest.Hard(2, 100, dim), dim)
	exact := retrieval.NewExact(items, dim)
	narrow := retrievaltest.Recall(t, build(t, items, dim, Options{M: 4, Seed: 3, EfSearch: 12}), exact, queries, 10)
	wide := retrievaltest.Recall(t, build(t, items, dim, Options{M: 4, Seed: 3, EfSearch: 12, beamFrom: 1}), exact, queries, 10)
	if wide < narrow {
		t.Errorf("recall@10 is %.3f from several starts, %.3f from one", wide, narrow)
	}
	h := build(t, items, dim, Options{M: 4, Seed: 3, beamFrom: 1})
	if got := h.Search(queries[0].Vec, 1, 1, nil); len(got) != 1 {
		t.Errorf("a list of one gives %d answers", len(got))
	}
}
