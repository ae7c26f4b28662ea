//go:build faiss && cgo

package faiss

import (
	"testing"

	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

func TestFAISSKeepsTheContract(t *testing.T) {
	const n, dim = 3000, 16
	items := retrievaltest.Hard(1, n, dim)
	for kind, floor := range map[Kind]float64{Flat: 0, HNSW: 0.95, IVFPQ: 0.8} {
		t.Run(string(kind), func(t *testing.T) {
			ix, err := Build(t.Context(), kind, items, dim, Options{Seed: 1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer ix.Close()
			retrievaltest.Contract(t, retrievaltest.Engine{
				Retriever: ix, Truth: retrieval.NewExact(items, dim), Items: n,
				Queries: retrievaltest.Queries(retrievaltest.Hard(2, 40, dim), dim), Floor: floor, Near: 1e-5,
			})
		})
	}
}
