package retrieval_test

import (
	"fmt"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
)

var benchSizes = []int{20_000, 100_000}

const benchDim = 64

func benchData(name string, n int) (items, queries []float32) {
	if name == "hard" {
		return retrievaltest.Hard(1, n, benchDim), retrievaltest.Hard(2, 200, benchDim)
	}
	return retrievaltest.Clustered(1, n, benchDim, 200, 0.5), retrievaltest.Clustered(2, 200, benchDim, 200, 0.5)
}

func BenchmarkExact(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			items, qs := benchData("clustered", n)
			ix, queries := retrieval.NewExact(items, benchDim), retrievaltest.Queries(qs, benchDim)
			into := make([]problem.Candidate, 0, 10)
			b.SetBytes(int64(4 * len(items)))
			for i := 0; b.Loop(); i++ {
				if _, err := ix.Retrieve(b.Context(), queries[i%len(queries)], 10, into); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
