package retrieval_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
)

func items(cs []problem.Candidate) []int32 {
	ids := make([]int32, len(cs))
	for i, c := range cs {
		ids[i] = c.Item
	}
	return ids
}

func TestExactIsASortOfAllInnerProducts(t *testing.T) {
	const n, dim, k = 700, 17, 25 // over two blocks, the last not full
	rows, q := retrievaltest.Uniform(1, n, dim), retrievaltest.Uniform(2, 1, dim)
	got, err := retrieval.NewExact(rows, dim).Retrieve(t.Context(), problem.Query{Vec: q}, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]problem.Candidate, n)
	for i := range all {
		all[i] = problem.Candidate{Item: int32(i), Score: vec.Dot(q, rows[i*dim:(i+1)*dim])}
	}
	retrieval.SortBest(all)
	if !slices.Equal(got, all[:k]) {
		t.Errorf("got %v\nwant %v", got, all[:k])
	}
}

func TestExactAnswersABatchAsOneByOne(t *testing.T) {
	for _, tc := range []struct{ n, dim, queries, k int }{
		{1, 3, 1, 2}, {700, 17, 70, 10}, {130, 64, 5, 200}, {300, 8, 3, 0}, {0, 4, 2, 3}, {50, 4, 0, 3},
	} {
		e, qs := retrieval.NewExact(retrievaltest.Uniform(1, tc.n, tc.dim), tc.dim), retrievaltest.Uniform(2, tc.queries, tc.dim)
		got, err := e.Batch(t.Context(), qs, tc.k)
		if err != nil || len(got) != tc.queries {
			t.Fatalf("%+v: %d answers, %v", tc, len(got), err)
		}
		for i, q := range retrievaltest.Queries(qs, tc.dim) {
			want, err := e.Retrieve(t.Context(), q, tc.k, nil)
			if err != nil || !slices.Equal(got[i], want) {
				t.Fatalf("%+v, query %d: %v\nwant %v, %v", tc, i, got[i], want, err)
			}
		}
	}
	if _, err := retrieval.NewExact([]float32{1, 0}, 2).Batch(t.Context(), []float32{1}, 1); err == nil {
		t.Error("half a query was accepted")
	}
}

func TestExactStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := retrieval.NewExact([]float32{1, 0}, 2).Retrieve(ctx, problem.Query{Vec: []float32{1, 0}}, 1, nil)
	if !errors.Is(err, context.Canceled) || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := retrieval.NewExact([]float32{1, 0}, 2).Batch(ctx, []float32{1, 0}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a batch: %v", err)
	}
}

func TestASubsetAnswersInTheCorpusIds(t *testing.T) {
	rows := []float32{1, 0, 0, 1, 0.6, 0.8}
	s := retrieval.NewSubset(retrieval.NewExact(rows, 2), []int32{4, 10, 70})
	got, err := s.Retrieve(t.Context(), problem.Query{Vec: []float32{0, 1}}, 2, []problem.Candidate{{Item: 1}})
	if want := []int32{1, 10, 70}; err != nil || !slices.Equal(items(got), want) {
		t.Errorf("items %v, %v; want %v", items(got), err, want)
	}
	if s.Len() != 3 || s.MB() <= 0 {
		t.Errorf("%d items, %g MB", s.Len(), s.MB())
	}
}
