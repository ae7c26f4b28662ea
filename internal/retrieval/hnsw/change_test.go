package hnsw

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
	"pgregory.net/rapid"
)

func TestHNSWGrownIsTheOneBuiltAtOnce(t *testing.T) {
	const dim = 12
	items := retrievaltest.Hard(3, 3*buildBatch, dim)
	copy(items[700*dim:701*dim], items[:dim]) // a copy of an old item, and one within its batch
	copy(items[703*dim:704*dim], items[702*dim:703*dim])
	want := build(t, items, dim, Options{Seed: 4, M: 8})
	got := build(t, items[:buildBatch*dim], dim, Options{Seed: 4, M: 8})
	for _, part := range [][]float32{items[buildBatch*dim : 2*buildBatch*dim], items[2*buildBatch*dim:]} {
		if _, added, err := got.Insert(t.Context(), part); err != nil || added != buildBatch {
			t.Fatalf("added %d, %v", added, err)
		}
	}
	if !slices.Equal(got.base, want.base) || !slices.Equal(got.upper, want.upper) || !slices.Equal(got.copies, want.copies) ||
		got.entry != want.entry {
		t.Error("an index grown batch by batch isn't the one built at once")
	}
}

func TestHNSWInsertedOneByOneFindsWhatAScanFinds(t *testing.T) {
	const n, dim = 1500, 16
	items := retrievaltest.Hard(1, n, dim)
	h := build(t, nil, dim, Options{Seed: 7})
	for i := range n {
		first, added, err := h.Insert(t.Context(), items[i*dim:(i+1)*dim])
		if err != nil || int(first) != i || added != 1 {
			t.Fatalf("item %d: id %d, added %d, %v", i, first, added, err)
		}
	}
	if r := retrievaltest.Recall(t, h, retrieval.NewExact(items, dim), retrievaltest.Queries(retrievaltest.Hard(2, 100, dim),
		dim), 10); r < 0.98 {
		t.Errorf("recall@10 is %.3f", r)
	}
	if lost := unreachable(h); lost > 0 {
		t.Errorf("%d items can't be reached", lost)
	}
}

func TestHNSWInsertLeavesTheCallersVectorsAlone(t *testing.T) {
	whole := retrievaltest.Hard(1, 20, 4)
	was := slices.Clone(whole)
	h := build(t, whole[:40], 4, Options{})
	if _, _, err := h.Insert(t.Context(), []float32{1, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole, was) {
		t.Error("an insert wrote behind the slice that the index was built over")
	}
}

func TestHNSWInsertCancelledLeavesTheIndexAsItWas(t *testing.T) {
	const dim = 8
	items := retrievaltest.Hard(1, 900, dim)
	h := build(t, items[:400*dim], dim, Options{Seed: 1})
	q := items[:dim]
	want := h.Search(q, 10, 64, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, added, err := h.Insert(ctx, items[400*dim:]); !errors.Is(err, context.Canceled) || added != 0 {
		t.Fatalf("added %d, %v", added, err)
	}
	if h.Len() != 400 || h.Live() != 400 || !slices.Equal(h.Search(q, 10, 64, nil), want) {
		t.Errorf("%d items, %d live; the answers changed", h.Len(), h.Live())
	}
	if _, added, err := h.Insert(t.Context(), items[400*dim:]); err != nil || added != 500 {
		t.Errorf("afterwards: added %d, %v", added, err)
	}
}

// Whatever is inserted and deleted: no deleted item comes back, scores are those of a scan over what lives, and as good.
func TestHNSWAnswersAsAScanOfTheLiving(t *testing.T) {
	const dim = 8
	pool := retrievaltest.Hard(5, 600, dim)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		kinds := rapid.IntRange(1, n).Draw(t, "different")
		items := make([]float32, 0, n*dim)
		for i := range n {
			items = append(items, pool[i%kinds*dim:(i%kinds+1)*dim]...)
		}
		split := rapid.IntRange(0, n).Draw(t, "built")
		h, err := Build(context.Background(), items[:split*dim], dim, Options{
			M: 6, Seed: 1, orderFrom: rapid.SampledFrom([]int{1, 1000}).Draw(t, "ordered from"), beamFrom: rapid.SampledFrom([]int{
				1,
				1000,
			}).Draw(t, "beam from"),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		gone := map[int32]bool{}
		drop := func(of int) {
			for i := range int32(of) {
				if rapid.IntRange(0, 3).Draw(t, "fate") > 0 {
					gone[i] = true
					if err := h.Delete(i); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		drop(split)
		if _, _, err := h.Insert(context.Background(), items[split*dim:]); err != nil {
			t.Fatal(err)
		}
		drop(n)
		if h.Live() != n-len(gone) || h.Len() != n {
			t.Fatalf("%d of %d live, want %d of %d", h.Live(), h.Len(), n-len(gone), n)
		}
		q := pool[500*dim : 501*dim]
		var top retrieval.TopK
		top.Reset(10)
		for i := range int32(n) {
			if !gone[i] {
				top.PushRows(i, []float32{h.scoreOf(q, i)})
			}
		}
		want, got := top.Append(nil), h.Search(q, 10, 2*n, nil)
		if len(got) != len(want) {
			t.Fatalf("%d answers, want %d", len(got), len(want))
		}
		for i := range got {
			if gone[got[i].Item] || got[i].Score != want[i].Score {
				t.Fatalf("answer %d is %v (deleted: %v), a scan has %v", i, got[i], gone[got[i].Item], want[i])
			}
		}
	})
}

func (h *Index) scoreOf(q []float32, item int32) float32 {
	return vec.Dot(q, h.row(item))
}

func TestHNSWKeepsItsRecallWhenMostIsDeleted(t *testing.T) {
	const n, dim = 3000, 24
	items := retrievaltest.Hard(1, n, dim)
	h := build(t, items, dim, Options{Seed: 2})
	var left []float32
	var ids []int32
	for i := range int32(n) {
		if i%5 == 0 {
			left, ids = append(left, h.row(i)...), append(ids, i)
		} else if err := h.Delete(i); err != nil {
			t.Fatal(err)
		}
	}
	hits := 0
	exact := retrieval.NewSubset(retrieval.NewExact(left, dim), ids)
	queries := retrievaltest.Queries(retrievaltest.Hard(2, 60, dim), dim)
	for _, q := range queries {
		want, err := exact.Retrieve(t.Context(), q, 10, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range h.Search(q.Vec, 10, 64, nil) {
			if slices.Contains(want, c) {
				hits++
			}
		}
	}
	if r := float64(hits) / float64(10*len(queries)); r < 0.97 {
		t.Errorf("with 80%% deleted, recall@10 of what is left is %.3f", r)
	}
	if err := h.Delete(3, n); err == nil {
		t.Error("an item that isn't there was deleted")
	}
}

// Under the race detector this shows that searches may run beside changes.
func TestHNSWIsSearchedWhileItChanges(t *testing.T) {
	const dim, n = 8, 1200
	items := retrievaltest.Hard(1, n, dim)
	h := build(t, items[:200*dim], dim, Options{Seed: 1})
	done := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			into := []problem.Candidate{}
			for i := w; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				at := i % n * dim
				into = h.Search(items[at:at+dim], 5, 32, into[:0])
				if len(into) != 5 {
					t.Errorf("%d answers, want 5", len(into))
					return
				}
				_, _ = h.Len(), h.MB()
			}
		})
	}
	for i := 200; i < n; i += 50 {
		if _, _, err := h.Insert(t.Context(), items[i*dim:(i+50)*dim]); err != nil {
			t.Error(err)
		}
		if err := h.Delete(int32(i), int32(i-200)); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}
