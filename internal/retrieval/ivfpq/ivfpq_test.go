package ivfpq

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
	"pgregory.net/rapid"
)

func ivfpq(t testing.TB, items []float32, dim int, o Options) *Index {
	t.Helper()
	x, err := Build(t.Context(), items, dim, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestIVFPQFindsWhatAScanFinds(t *testing.T) {
	const n, dim = 5000, 32
	for _, tc := range []struct {
		name           string
		items, queries []float32
		least          float64
	}{
		{"clustered", retrievaltest.Clustered(1, n, dim, 50, 0.4), retrievaltest.Clustered(2, 100, dim, 50, 0.4), 0.95},
		{"low intrinsic dimension", retrievaltest.Hard(1, n, dim), retrievaltest.Hard(2, 100, dim), 0.95},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := ivfpq(t, tc.items, dim, Options{Seed: 7, Lists: 64, Probe: 12, Refine: 8})
			if r := retrievaltest.Recall(t, x, retrieval.NewExact(tc.items, dim), retrievaltest.Queries(tc.queries, dim), 10); r < tc.least {
				t.Errorf("recall@10 is %.3f, want at least %.2f", r, tc.least)
			}
		})
	}
}

// Whatever the shape: looking everywhere and comparing all in full is an exact scan.
func TestIVFPQLookingEverywhereIsExact(t *testing.T) {
	pool := retrievaltest.Uniform(3, 400, 24)
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(1, 300).Draw(t, "n"), rapid.IntRange(1, 24).Draw(t, "dim")
		items := pool[:n*dim]
		o := Options{
			Lists: rapid.IntRange(0, 20).Draw(t, "lists"), M: rapid.IntRange(0, dim).Draw(t, "m"),
			Probe: 1000, Refine: 1000, Seed: 1, Workers: rapid.IntRange(1, 3).Draw(t, "workers"),
		}
		x, err := Build(context.Background(), items, dim, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		q := problem.Query{Vec: pool[len(pool)-dim:]}
		k := rapid.IntRange(0, 30).Draw(t, "k")
		want, _ := retrieval.NewExact(items, dim).Retrieve(context.Background(), q, k, nil)
		got, err := x.Retrieve(context.Background(), q, k, nil)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, %v\nwant %v", got, err, want)
		}
	})
}

// The rough score is the inner product with the item put together again from its centroid and codewords.
func TestIVFPQScoresAreThoseOfTheDecodedItem(t *testing.T) {
	const n, dim = 1000, 10
	items, q := retrievaltest.Hard(1, n, dim), retrievaltest.Hard(2, 1, dim)
	for _, m := range []int{1, 3, 10} {
		x := ivfpq(t, items, dim, Options{M: m, Lists: 8, Seed: 2})
		table := make([][codewords]float32, x.stride)
		x.tabulate(q, table)
		worst := 0.0
		for l := range x.coarse.K {
			c := x.coarse.Rows[l*dim : (l+1)*dim]
			for at := x.start[l]; at < x.start[l+1]; at++ {
				code := x.codes[int(at)*x.stride : (int(at)+1)*x.stride]
				back := slices.Clone(c)
				for p := range m {
					from, to := x.pieceOf(p)
					for d := from; d < to; d++ {
						back[d] += x.words[p][(d-from)*codewords+int(code[p])]
					}
				}
				var got [1]float32
				scanCodes(code, x.stride, table, vec.Dot(q, c), got[:])
				if want := vec.Dot(q, back); math.Abs(float64(got[0]-want)) > 1e-5 {
					t.Fatalf("m %d, place %d: score %g, decoded %g", m, at, got[0], want)
				}
				item := items[int(x.ids[at])*dim : (int(x.ids[at])+1)*dim]
				far := 0.0
				for i, v := range item {
					far += float64(v-back[i]) * float64(v-back[i])
				}
				worst = max(worst, far)
			}
		}
		if m == dim && worst > 0.05 {
			t.Errorf("a byte a value loses a squared distance of up to %.3f", worst)
		}
	}
}

func TestScanOfSixteenBytesIsTheGeneralOne(t *testing.T) {
	table := make([][codewords]float32, 24)
	for m := range table {
		copy(table[m][:], retrievaltest.Uniform(uint64(m), 1, codewords))
	}
	codes := make([]byte, 24*7)
	for i := range codes {
		codes[i] = byte(i * 37)
	}
	for _, stride := range []int{8, 16, 24} {
		out := make([]float32, 7)
		scanCodes(codes, stride, table, 0.5, out)
		for i, got := range out {
			want := 0.5
			for m := range stride {
				want += float64(table[m][codes[i*stride+m]])
			}
			if math.Abs(float64(got)-want) > 1e-5 {
				t.Errorf("stride %d, code %d: %g, want %g", stride, i, got, want)
			}
		}
	}
}

func TestIVFPQIsTheSameAtAnyNumberOfWorkers(t *testing.T) {
	items := retrievaltest.Hard(3, 2000, 16)
	a, b := ivfpq(t, items, 16, Options{Seed: 5, Workers: 1}), ivfpq(t, items, 16, Options{Seed: 5, Workers: 3})
	if !slices.Equal(a.codes, b.codes) || !slices.Equal(a.ids, b.ids) || !slices.Equal(a.coarse.Rows, b.coarse.Rows) {
		t.Error("the index differs between one and three workers")
	}
}

func TestIVFPQRefusesAndStops(t *testing.T) {
	for _, o := range []Options{{M: 3}, {M: -1}, {Lists: -1}, {Probe: -1}, {Refine: -1}} {
		if _, err := Build(t.Context(), []float32{1, 0}, 2, o, nil); err == nil {
			t.Errorf("options %+v were accepted", o)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	x := ivfpq(t, retrievaltest.Hard(1, 300, 8), 8, Options{})
	cancel()
	if _, err := x.Retrieve(ctx, problem.Query{Vec: make([]float32, 8)}, 5, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a search whose time is over: %v", err)
	}
	if _, err := Build(ctx, retrievaltest.Hard(1, 300, 8), 8, Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a build whose time is over: %v", err)
	}
}
