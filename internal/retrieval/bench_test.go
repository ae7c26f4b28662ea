package retrieval

import (
	"fmt"
	"testing"

	"dryrun/internal/problem"
)

var benchSizes = []int{20_000, 100_000}

const benchDim = 64

func benchData(name string, n int) (items, queries []float32) {
	if name == "hard" {
		return hard(1, n, benchDim), hard(2, 200, benchDim)
	}
	return clustered(1, n, benchDim, 200, 0.5), clustered(2, 200, benchDim, 200, 0.5)
}

func BenchmarkExact(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			items, qs := benchData("clustered", n)
			ix, queries := NewExact(items, benchDim), vectors(qs, benchDim)
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

// The graph is built once a size and kind of data, then searched at several ef; recall@10 is reported beside the time.
func BenchmarkHNSWSearch(b *testing.B) {
	for _, n := range benchSizes {
		for _, data := range []string{"clustered", "hard"} {
			items, qs := benchData(data, n)
			queries := vectors(qs, benchDim)
			h, err := BuildHNSW(b.Context(), items, benchDim, HNSWOptions{Seed: 1}, nil)
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
					b.ReportMetric(recall(b, h, NewExact(items, benchDim), queries, 10), "recall@10")
				})
			}
		}
	}
}

func BenchmarkHNSWBuild(b *testing.B) {
	for _, n := range benchSizes {
		for _, data := range []string{"clustered", "hard"} {
			b.Run(fmt.Sprintf("%d/%s", n, data), func(b *testing.B) {
				items, _ := benchData(data, n)
				for b.Loop() {
					if _, err := BuildHNSW(b.Context(), items, benchDim, HNSWOptions{Seed: 1, Workers: 1}, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
