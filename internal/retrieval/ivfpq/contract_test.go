package ivfpq

import (
	"testing"

	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

func TestIVFPQKeepsTheContract(t *testing.T) {
	const n, dim = 4000, 16
	items := retrievaltest.Hard(1, n, dim)
	retrievaltest.Contract(t, retrievaltest.Engine{
		Retriever: ivfpq(t, items, dim, Options{Seed: 1}), Truth: retrieval.NewExact(items, dim),
		Items: n, Queries: retrievaltest.Queries(retrievaltest.Hard(2, 40, dim), dim), Floor: 0.85,
	})
}
