package retrieval_test

import (
	"testing"

	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

func TestExactKeepsTheContract(t *testing.T) {
	const n, dim = 700, 8
	e := retrieval.NewExact(retrievaltest.Hard(1, n, dim), dim)
	retrievaltest.Contract(t, retrievaltest.Engine{
		Retriever: e, Truth: e, Items: n,
		Queries: retrievaltest.Queries(retrievaltest.Hard(2, 20, dim), dim),
	})
}

// A subset holds every second item, and items are numbered as in the corpus.
func TestASubsetKeepsTheContract(t *testing.T) {
	const n, dim = 700, 8
	rows, part, ids := retrievaltest.Hard(1, n, dim), []float32{}, []int32{}
	for i := int32(0); i < n; i += 2 {
		part, ids = append(part, rows[i*dim:(i+1)*dim]...), append(ids, i)
	}
	s := retrieval.NewSubset(retrieval.NewExact(part, dim), ids)
	retrievaltest.Contract(t, retrievaltest.Engine{
		Retriever: s, Truth: s, Items: n,
		Queries: retrievaltest.Queries(retrievaltest.Hard(2, 20, dim), dim),
	})
}
