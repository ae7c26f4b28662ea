//go:build faiss && cgo

package faiss

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

var kinds = []Kind{Flat, HNSW, IVFPQ}

// rows are n unit vectors around some centers.
func rows(n, dim int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	centers := make([]float32, 40*dim)
	for i := range centers {
		centers[i] = float32(rng.NormFloat64())
	}
	x := make([]float32, n*dim)
	for i := range n {
		c := rng.IntN(40)
		row := x[i*dim : (i+1)*dim]
		for j := range row {
			row[j] = centers[c*dim+j] + float32(rng.NormFloat64())
		}
		vec.Normalize(row)
	}
	return x
}

func built(t *testing.T, kind Kind, items []float32, dim int, o Options) Index {
	t.Helper()
	ix, err := Build(context.Background(), kind, items, dim, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	return ix
}

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatal(...any)
}

func found(t failer, r retrieval.Retriever, q []float32, k int) []problem.Candidate {
	t.Helper()
	got, err := r.Retrieve(context.Background(), problem.Query{Vec: q}, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// recall is the share of the exact scan's first k that ix finds, over some queries.
func recall(t *testing.T, ix retrieval.Index, items []float32, dim, k int) float64 {
	t.Helper()
	exact := retrieval.NewExact(items, dim)
	queries := rows(50, dim, 99)
	hits := 0
	for i := range 50 {
		q := queries[i*dim : (i+1)*dim]
		want := map[int32]bool{}
		for _, c := range found(t, exact, q, k) {
			want[c.Item] = true
		}
		for _, c := range found(t, ix, q, k) {
			if want[c.Item] {
				hits++
			}
		}
	}
	return float64(hits) / float64(50*k)
}

func TestTheLibraryIsThere(t *testing.T) {
	if v, there := Version(); !there || strings.Count(v, ".") != 2 {
		t.Errorf("version %q, there %v", v, there)
	}
}

func TestFlatFindsWhatAnExactScanFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim, n, k := rapid.IntRange(1, 20).Draw(t, "dim"), rapid.IntRange(1, 300).Draw(t, "n"), rapid.IntRange(1, 40).Draw(t, "k")
		items := rows(n, dim, rapid.Uint64().Draw(t, "seed"))
		q := rows(1, dim, rapid.Uint64().Draw(t, "query"))
		ix, err := Build(context.Background(), Flat, items, dim, Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ix.Close()
		got := found(t, ix, q, k)
		want := found(t, retrieval.NewExact(items, dim), q, k)
		if len(got) != len(want) || ix.Len() != n {
			t.Fatalf("%d results of %d items, the scan %d of %d", len(got), ix.Len(), len(want), n)
		}
		for i := range got {
			// Both sum in float32, in another order: equal but for rounding, and near ties may change places.
			if math.Abs(float64(got[i].Score-want[i].Score)) > 1e-5 {
				t.Fatalf("result %d is %v, the scan's %v", i, got[i], want[i])
			}
		}
	})
}

func TestGraphAndListsFindNearlyAll(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		dim    int
		o      Options
		recall float64
	}{
		{Flat, 24, Options{}, 1},
		{HNSW, 24, Options{}, 0.93},
		{IVFPQ, 24, Options{}, 0.9},
		{IVFPQ, 21, Options{}, 0.9}, // a width that codes of four values don't fill
		{IVFPQ, 24, Options{Lists: 20, Probes: 20, Refine: 20}, 0.99},
	} {
		t.Run(fmt.Sprintf("%s of width %d", c.kind, c.dim), func(t *testing.T) {
			items := rows(4000, c.dim, 3)
			ix := built(t, c.kind, items, c.dim, c.o)
			if got := recall(t, ix, items, c.dim, 50); got < c.recall {
				t.Errorf("recall %.3f, want %.2f", got, c.recall)
			}
			// Beside its vector an item has up to 34 links or a code and its number.
			if vectors := 4 * float64(len(items)) / 1e6; ix.MB() < vectors || ix.MB() > vectors+4000*180/1e6 {
				t.Errorf("%.2f MB for %.2f MB of vectors", ix.MB(), vectors)
			}
		})
	}
}

func TestLessWorkFindsLess(t *testing.T) {
	items := rows(4000, 24, 3)
	few := recall(t, built(t, IVFPQ, items, 24, Options{Probes: 1, Refine: 1}), items, 24, 50)
	many := recall(t, built(t, IVFPQ, items, 24, Options{Probes: 40, Refine: 8}), items, 24, 50)
	if few > many-0.2 {
		t.Errorf("one list finds %.3f, forty %.3f: the parameters don't reach FAISS", few, many)
	}
	thin := recall(t, built(t, HNSW, items, 24, Options{M: 2, EfConstruction: 4, EfSearch: 1}), items, 24, 50)
	full := recall(t, built(t, HNSW, items, 24, Options{}), items, 24, 50)
	if thin > full-0.05 {
		t.Errorf("two links a node find %.3f, sixteen %.3f: the parameters don't reach FAISS", thin, full)
	}
}

func TestTheSameSeedGivesTheSameIndex(t *testing.T) {
	items := rows(3000, 16, 4)
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			a, b := built(t, kind, items, 16, Options{Seed: 7}), built(t, kind, items, 16, Options{Seed: 7})
			if a.MB() != b.MB() {
				t.Errorf("%v MB and %v MB", a.MB(), b.MB())
			}
			for i := range 20 {
				q := items[i*16 : (i+1)*16]
				if x, y := found(t, a, q, 30), found(t, b, q, 30); !reflect.DeepEqual(x, y) {
					t.Fatalf("query %d: %v and %v", i, x, y)
				}
			}
		})
	}
	a, b := built(t, HNSW, items, 16, Options{Seed: 7}), built(t, HNSW, items, 16, Options{Seed: 8})
	if a.MB() == b.MB() {
		t.Error("two seeds draw the same levels: the seed doesn't reach FAISS")
	}
}

func TestCorporaOfAnySizeAnswerOnceForEachItem(t *testing.T) {
	for _, kind := range kinds {
		for _, n := range []int{1, 2, 3, 7, 40, 200} {
			if kind == IVFPQ && n < 2 {
				continue
			}
			t.Run(fmt.Sprintf("%s of %d", kind, n), func(t *testing.T) {
				ix := built(t, kind, rows(n, 6, 5), 6, Options{})
				got := found(t, ix, rows(1, 6, 6), n+10)
				seen := map[int32]bool{}
				for i, c := range got {
					if c.Item < 0 || int(c.Item) >= n || seen[c.Item] || i > 0 && !retrieval.Better(got[i-1], c) {
						t.Fatalf("result %d of %v", i, got)
					}
					seen[c.Item] = true
				}
				// FAISS's graph may fall apart where clusters lie far from each other; the others reach every item.
				if len(got) != n && (kind != HNSW || len(got) < n/2) {
					t.Errorf("%d of %d items", len(got), n)
				}
			})
		}
	}
	empty := built(t, Flat, nil, 6, Options{})
	if got := found(t, empty, make([]float32, 6), 5); len(got) > 0 {
		t.Errorf("an empty index answers %v", got)
	}
}

func TestEqualScoresGoToTheSmallerItem(t *testing.T) {
	items := make([]float32, 0, 20)
	for range 10 {
		items = append(items, 0.6, 0.8)
	}
	for i, c := range found(t, built(t, Flat, items, 2, Options{}), []float32{1, 0}, 10) {
		if int(c.Item) != i {
			t.Fatalf("place %d holds item %d", i, c.Item)
		}
	}
}

func TestWhatCantBeBuiltIsSaid(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name  string
		kind  Kind
		items []float32
		dim   int
		o     Options
		words string
	}{
		{"rows of no width", Flat, []float32{1, 2}, 0, Options{}, "aren't rows of 0"},
		{"half a row", Flat, []float32{1, 2, 3}, 2, Options{}, "aren't rows of 2"},
		{"a kind that FAISS here lacks", "lsh", []float32{1, 2}, 2, Options{}, "choose flat, hnsw or ivfpq"},
		{"a graph of one link", HNSW, []float32{1, 2}, 2, Options{M: 1}, "M = 1"},
		{"a list of negative length", HNSW, []float32{1, 2}, 2, Options{EfSearch: -4}, "efSearch = -4"},
		{"one item to learn from", IVFPQ, []float32{1, 2}, 2, Options{}, "fewer than two"},
		{"not a number", IVFPQ, []float32{1, 2, nan, 4}, 2, Options{}, "item 1 has a value that isn't a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ix, err := Build(context.Background(), c.kind, c.items, c.dim, c.o, nil)
			if err == nil || ix != nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%v, %v; want %q", ix, err, c.words)
			}
		})
	}
}

// An exception inside the library has to arrive as an error, with the library's own words.
func TestWhatTheLibraryThrowsArrivesAsAnError(t *testing.T) {
	ix := &index{kind: IVFPQ, dim: 4, padded: 4, n: 8}
	if _, err := ix.make(Options{Lists: 5}.withDefaults(8)); err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	ix.n = 3 // fewer rows than lists
	err := ix.fill(context.Background(), rows(8, 4, 1), 1, nil)
	if err == nil || !strings.Contains(err.Error(), "FAISS says") || !strings.Contains(err.Error(), "training points") {
		t.Errorf("three rows for five lists: %v", err)
	}
}

func TestCancellingStopsABuild(t *testing.T) {
	items := rows(40_000, 32, 8)
	for _, kind := range kinds {
		t.Run(string(kind)+" before the first batch", func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if ix, err := Build(ctx, kind, items, 32, Options{}, nil); ix != nil || !errors.Is(err, context.Canceled) {
				t.Errorf("%v, %v", ix, err)
			}
		})
		t.Run(string(kind)+" after the first batch", func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			calls := 0
			ix, err := Build(ctx, kind, items[:9_000*32], 32, Options{}, func(int, int) { calls++; cancel() })
			if ix != nil || !errors.Is(err, context.Canceled) || calls != 1 {
				t.Errorf("%v, %v after %d batches", ix, err, calls)
			}
		})
	}
	t.Run("in the middle of training", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond) // training takes many times that
		defer cancel()
		ix, err := Build(ctx, IVFPQ, items, 32, Options{Lists: 2000}, func(int, int) { t.Error("training went to its end") })
		if ix != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", ix, err)
		}
	})
	t.Run("another build goes on", func(t *testing.T) {
		built(t, IVFPQ, items[:2000*32], 32, Options{})
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ix := built(t, Flat, items[:320], 32, Options{})
	if _, err := ix.Retrieve(ctx, problem.Query{Vec: items[:32]}, 5, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a search after the end: %v", err)
	}
}

func TestSearchesRunSideBySideAndCloseWaitsForThem(t *testing.T) {
	items := rows(2000, 16, 9)
	for _, kind := range kinds {
		ix := built(t, kind, items, 16, Options{})
		want := found(t, ix, items[:16], 20)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50 {
					got, err := ix.Retrieve(context.Background(), problem.Query{Vec: items[:16]}, 20, nil)
					if err != nil {
						if !strings.Contains(err.Error(), "closed") {
							t.Errorf("%s: %v", kind, err)
						}
						return
					}
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s: %v, alone %v", kind, got, want)
					}
				}
			})
		}
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if err := ix.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
		if _, err := ix.Retrieve(context.Background(), problem.Query{Vec: items[:16]}, 20, nil); err == nil {
			t.Error("a closed index answers")
		}
	}
}

func TestAQueryThatDoesntFitIsRefused(t *testing.T) {
	ix := built(t, Flat, rows(10, 6, 1), 6, Options{})
	if _, err := ix.Retrieve(context.Background(), problem.Query{ID: 3, Vec: make([]float32, 5)}, 5, nil); err == nil ||
		!strings.Contains(err.Error(), "request 3") {
		t.Errorf("%v", err)
	}
	q := make([]float32, 6)
	q[2] = float32(math.NaN())
	if got := found(t, ix, q, 5); len(got) > 0 {
		t.Errorf("a query that isn't a number finds %v", got)
	}
}

func TestMemoryIsGivenBack(t *testing.T) {
	items := rows(20_000, 50, 2) // 4 MB
	build := func(n int, end func(Index)) {
		for range n {
			ix, err := Build(context.Background(), Flat, items, 50, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			end(ix)
		}
	}
	build(3, func(ix Index) { _ = ix.Close() })
	before := resident(t)
	for range 10 {
		build(10, func(ix Index) { _ = ix.Close() })
	}
	if grown := resident(t) - before; grown > 60 {
		t.Errorf("100 indexes of 4 MB that were closed keep %d MB", grown)
	}
	build(50, func(Index) {}) // 200 MB that nobody holds
	for tries := 0; resident(t)-before > 60; tries++ {
		if tries == 1000 {
			t.Fatalf("50 indexes of 4 MB that nobody holds keep %d MB", resident(t)-before)
		}
		runtime.GC() // frees run beside the program, some time after
	}
}

// resident is the process's memory in MB.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("this system doesn't say how much memory a process has")
	}
	var size, pages int
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() / 1_000_000
}
