package hnsw

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

// The graph is built once a size and kind of data, then searched at several ef; recall@10 is reported beside the time.
func BenchmarkSearch(b *testing.B) {
	for _, n := range benchSizes {
		for _, data := range []string{"clustered", "hard"} {
			items, qs := benchData(data, n)
			queries := retrievaltest.Queries(qs, benchDim)
			h, err := Build(b.Context(), items, benchDim, Options{Seed: 1}, nil)
			if err != nil {
				b.Fatal(err)
			}
			for _, ef := range []int{16, 32, 64, 128, 256} {
				b.Run(fmt.Sprintf("%d/%s/ef=%d", n, data, ef), func(b *testing.B) {
					h.efSearch = ef
					into := make([]problem.Candidate, 0, ef)
					for i := 0; b.Loop(); i++ {
						h.Search(queries[i%len(queries)].Vec, 10, ef, into)
					}
					b.ReportMetric(retrievaltest.Recall(b, h, retrieval.NewExact(items, benchDim), queries, 10), "recall@10")
				})
			}
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range benchSizes {
		for _, data := range []string{"clustered", "hard"} {
			b.Run(fmt.Sprintf("%d/%s", n, data), func(b *testing.B) {
				items, _ := benchData(data, n)
				for b.Loop() {
					if _, err := Build(b.Context(), items, benchDim, Options{Seed: 1, Workers: 1}, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
