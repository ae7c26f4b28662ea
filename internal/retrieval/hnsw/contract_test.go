package hnsw

import (
	"testing"

	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

func TestHNSWKeepsTheContract(t *testing.T) {
	const n, dim = 4000, 16
	same := make([]float32, n*dim) // forty copies of each of a hundred items
	hundred := retrievaltest.Hard(5, 100, dim)
	for i := range n {
		copy(same[i*dim:(i+1)*dim], hundred[i%100*dim:])
	}
	for _, tc := range []struct {
		name  string
		items []float32
		o     Options
	}{
		{"low intrinsic dimension", retrievaltest.Hard(1, n, dim), Options{Seed: 1}},
		{"nodes in another order than items", retrievaltest.Hard(1, n, dim), Options{Seed: 1, orderFrom: 1, beamFrom: 1}},
		{"copies", same, Options{Seed: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			retrievaltest.Contract(t, retrievaltest.Engine{
				Retriever: build(t, tc.items, dim, tc.o), Truth: retrieval.NewExact(tc.items, dim),
				Items: n, Queries: retrievaltest.Queries(retrievaltest.Hard(2, 40, dim), dim), Floor: 0.97,
			})
		})
	}
}

// A filter and tombstones at once: what was deleted is gone from the truth, too.
func TestHNSWKeepsTheContractWithDeletedItems(t *testing.T) {
	const n, dim = 3000, 16
	items := retrievaltest.Hard(1, n, dim)
	h := build(t, items, dim, Options{Seed: 1})
	var part []float32
	var ids []int32
	for i := range int32(n) {
		if i%4 == 0 {
			if err := h.Delete(i); err != nil {
				t.Fatal(err)
			}
			continue
		}
		part, ids = append(part, items[i*dim:(i+1)*dim]...), append(ids, i)
	}
	retrievaltest.Contract(t, retrievaltest.Engine{
		Retriever: h, Truth: retrieval.NewSubset(retrieval.NewExact(part, dim), ids),
		Items: n, Queries: retrievaltest.Queries(retrievaltest.Hard(2, 40, dim), dim), Floor: 0.97,
	})
}

func BenchmarkFiltered(b *testing.B) {
	const n, dim = 20_000, benchDim
	items, qs := benchData("hard", n)
	queries := retrievaltest.Queries(qs, dim)
	h := build(b, items, dim, Options{Seed: 1})
	for name, keep := range map[string]int32{"half": 2, "tenth": 10, "hundredth": 100} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				q := queries[i%len(queries)]
				q.Filter.Only = func(item int32) bool { return item%keep == 0 }
				if _, err := h.Retrieve(b.Context(), q, 10, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
