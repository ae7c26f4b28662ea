package retrievaltest

import (
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Recall is the share of the exact k best that the index returns, where an item as near as the k-th counts too (ties).
func Recall(t testing.TB, ix retrieval.Retriever, exact *retrieval.Exact, queries []problem.Query, k int) float64 {
	t.Helper()
	hits, of := 0, 0
	for _, q := range queries {
		want, err := exact.Retrieve(t.Context(), q, k, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ix.Retrieve(t.Context(), q, k, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got {
			if c.Score >= want[len(want)-1].Score {
				hits++
			}
		}
		of += len(want)
	}
	return float64(hits) / float64(of)
}
