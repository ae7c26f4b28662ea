package collab

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/hnsw"
)

// bootstrapDifference is the 95% percentile interval of mean(b − a) over users.
func bootstrapDifference(a, b []float64) (lo, hi float64) {
	rng := rand.New(rand.NewPCG(1, 1))
	means := make([]float64, 2000)
	for r := range means {
		for range a {
			i := rng.IntN(len(a))
			means[r] += (b[i] - a[i]) / float64(len(a))
		}
	}
	slices.Sort(means)
	return means[50], means[1949]
}

// Each engine is worth its cost on real people: NDCG@10 beats popularity's, and stays near where it was when
// ALS and BPR were compared with the implicit library under the same settings.
func TestEachEngineBeatsPopularityOnMovieLens(t *testing.T) {
	d := movielens(t)
	if got := [3]int{len(d.h.Item), len(d.tests), d.h.Items}; got != [3]int{44679, 938, 1682} {
		t.Fatalf("training positives, test users, items: %v", got)
	}
	popular, _ := d.judge(t, NewPopularity(d.h, 0))
	if m := mean(popular); m < 0.0800 || m > 0.0810 {
		t.Errorf("popularity's NDCG@10 is %.4f, which is 0.0805 by another program", m)
	}
	factors := func(f *Factors, err error) (retrieval.Retriever, error) {
		if err != nil {
			return nil, err
		}
		return scan(f.Embedding()), nil
	}
	for _, tc := range []struct {
		name  string
		make  func(ctx context.Context) (retrieval.Retriever, error)
		least float64
	}{
		{"co-occurrence", func(ctx context.Context) (retrieval.Retriever, error) {
			return NewCooccurrence(ctx, d.h, CooccurrenceOptions{}, nil)
		}, 0.12},
		{"ALS", func(ctx context.Context) (retrieval.Retriever, error) {
			return factors(TrainALS(ctx, d.h, ALSOptions{}, nil))
		}, 0.13},
		{"BPR", func(ctx context.Context) (retrieval.Retriever, error) {
			return factors(TrainBPR(ctx, d.h, BPROptions{}, nil))
		}, 0.115},
		{"two towers", func(ctx context.Context) (retrieval.Retriever, error) {
			towers, err := TrainTwoTower(ctx, d.h, nil, TwoTowerOptions{}, nil)
			if err != nil {
				return nil, err
			}
			return scan(towers.Embedding()), nil
		}, 0.13},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := tc.make(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ndcg, recall := d.judge(t, r)
			lo, hi := bootstrapDifference(popular, ndcg)
			t.Logf("NDCG@10 %.4f, recall@10 %.4f, above popularity by %.4f to %.4f", mean(ndcg), mean(recall), lo, hi)
			if lo <= 0 || mean(ndcg) < tc.least {
				t.Errorf("NDCG@10 %.4f, above popularity by %.4f to %.4f: want at least %.3f and an interval above 0", mean(ndcg), lo, hi, tc.least)
			}
		})
	}
}

// A graph over the unit vectors finds what a scan of the learned vectors finds.
func TestHNSWFindsTheGreatestInnerProducts(t *testing.T) {
	for name, d := range map[string]heldOut{"generated": tastes(600, 10, 300, 20), "MovieLens": {}} {
		t.Run(name, func(t *testing.T) {
			if d.h == nil {
				d = movielens(t)
			}
			for _, train := range []func() (*Factors, error){
				func() (*Factors, error) { return TrainALS(t.Context(), d.h, ALSOptions{}, nil) },
				func() (*Factors, error) { return TrainBPR(t.Context(), d.h, BPROptions{Epochs: 10}, nil) },
			} {
				f, err := train()
				if err != nil {
					t.Fatal(err)
				}
				raw, unit := f.Embedding(), f.UnitEmbedding()
				shares := map[string]float64{}
				for _, e := range []*problem.Embedding{raw, unit} {
					h, err := hnsw.Build(t.Context(), e.Items, e.Dim, hnsw.Options{Seed: 1}, nil)
					if err != nil {
						t.Fatal(err)
					}
					found := 0
					for u := range int32(d.h.Users) {
						want := first(t, raw, retrieval.NewExact(raw.Items, raw.Dim), u)
						for _, i := range first(t, e, h, u) {
							if slices.Contains(want, i) {
								found++
							}
						}
					}
					shares[map[bool]string{true: "raw", false: "unit"}[e == raw]] = float64(found) / float64(50*d.h.Users)
				}
				t.Logf("%s: recall@50 of the graph %.4f on unit vectors, %.4f on raw ones", f.Name, shares["unit"], shares["raw"])
				if shares["unit"] < 0.95 {
					t.Errorf("%s: recall@50 on unit vectors %.3f, want at least 0.95", f.Name, shares["unit"])
				}
			}
		})
	}
}

// first returns the first 50 items for a user.
func first(t *testing.T, e *problem.Embedding, r retrieval.Retriever, user int32) []int32 {
	t.Helper()
	q := problem.Query{User: user, Vec: make([]float32, e.Dim)}
	e.Encode(&q, q.Vec)
	got, err := r.Retrieve(t.Context(), q, 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	return items(got)
}
