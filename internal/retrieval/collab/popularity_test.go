package collab

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"dryrun/internal/problem"
)

func TestPopularityByHand(t *testing.T) {
	// Item 2 has three engagements, the oldest; items 0 and 1 have two; item 3 has none. T is day 20.
	h := historyFrom(3, 4, []event{{0, 2, 0}, {1, 2, 0}, {2, 2, 0}, {0, 1, 20}, {1, 1, 10}, {1, 0, 0}, {2, 0, 10}})
	for _, tc := range []struct {
		name     string
		halfLife float64
		seen     []int32
		k        int
		want     []problem.Candidate
	}{
		{"counts, equal ones to the smaller item", 0, nil, 4, []problem.Candidate{
			{Item: 2, Score: 3},
			{Item: 0, Score: 2},
			{Item: 1, Score: 2},
			{Item: 3, Score: 0},
		}},
		{"the seen are left out and made up for", 0, []int32{0, 2}, 2, []problem.Candidate{{Item: 1, Score: 2}, {Item: 3, Score: 0}}},
		{"half of it is forgotten every ten days", 10, nil, 3, []problem.Candidate{
			{Item: 1, Score: 1.5},
			{Item: 0, Score: 0.75},
			{Item: 2, Score: 0.75},
		}},
		{"more than there are", 0, []int32{0, 1, 2}, 9, []problem.Candidate{{Item: 3, Score: 0}}},
		{"none is wanted", 0, nil, 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := NewPopularity(h, tc.halfLife).Retrieve(t.Context(), problem.Query{
				User:   -1,
				Filter: problem.Filter{Except: tc.seen},
			}, tc.k, nil)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("got %v, %v; want %v", got, err, tc.want)
			}
		})
	}
	if p := NewPopularity(h, 0); p.Score(2) != 3 || p.Len() != 4 || p.MB() <= 0 {
		t.Errorf("score %g, %d items, %g MB", p.Score(2), p.Len(), p.MB())
	}
}

func TestCooccurrenceByHand(t *testing.T) {
	// Users of the items: 0 {a, b, c, d}, 1 {a, b}, 2 {a}, 3 {d}, 4 nobody; user 4 has no history.
	const a, b, c, d = 0, 1, 2, 3
	h := historyFrom(5, 5, []event{{a, 0, 0}, {b, 0, 0}, {c, 0, 0}, {d, 0, 0}, {a, 1, 0}, {b, 1, 0}, {a, 2, 0}, {d, 3, 0}})
	const shrink = 1
	// s_ij = n/(n+1) · n/√(n_i·n_j)
	s01 := float32(2.0 / 3 * 2 / math.Sqrt(4*2))
	s02, s03 := float32(0.5*1/math.Sqrt(4*1)), float32(0.5*1/math.Sqrt(4*1))
	s12 := float32(0.5 * 1 / math.Sqrt(2*1))
	for _, tc := range []struct {
		name      string
		neighbors int
		q         problem.Query
		want      []problem.Candidate
	}{
		{
			"one thing in the history", 9,
			problem.Query{User: c, Filter: problem.Filter{Except: []int32{0}}},
			[]problem.Candidate{{Item: 1, Score: s01}, {Item: 2, Score: s02}, {Item: 3, Score: s03}},
		},
		{
			"two things add up", 9,
			problem.Query{User: b, Filter: problem.Filter{Except: []int32{0, 1}}},
			[]problem.Candidate{{Item: 2, Score: s02 + s12}, {Item: 3, Score: s03}},
		},
		{
			"an item keeps only its nearest", 1,
			problem.Query{User: c, Filter: problem.Filter{Except: []int32{0}}},
			[]problem.Candidate{{Item: 1, Score: s01}},
		},
		{"a newcomer gets what is popular", 9, problem.Query{User: -1}, []problem.Candidate{{Item: 0, Score: 4}, {
			Item:  1,
			Score: 2,
		}, {Item: 2, Score: 1}, {Item: 3, Score: 1}, {Item: 4, Score: 0}}},
		{
			"so does who has no history", 9,
			problem.Query{User: 4, Filter: problem.Filter{Except: []int32{0, 1, 2, 3}}},
			[]problem.Candidate{{Item: 4, Score: 0}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := NewCooccurrence(t.Context(), h, CooccurrenceOptions{Neighbors: tc.neighbors, Shrinkage: shrink, Workers: 1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time on used memory
				got, err := r.Retrieve(t.Context(), tc.q, 9, nil)
				if err != nil || len(got) != len(tc.want) {
					t.Fatalf("got %v, %v; want %v", got, err, tc.want)
				}
				for i, w := range tc.want {
					if got[i].Item != w.Item || math.Abs(float64(got[i].Score-w.Score)) > 1e-6 {
						t.Errorf("place %d is %v, want %v", i, got[i], w)
					}
				}
			}
		})
	}
}

func TestCooccurrenceAtAnyNumberOfWorkers(t *testing.T) {
	d := tastes(150, 4, 40, 12)
	var first *Cooccurrence
	for _, workers := range []int{1, 3, 8} {
		last := 0
		c, err := NewCooccurrence(t.Context(), d.h, CooccurrenceOptions{Neighbors: 10, Workers: workers}, func(done,
			of int,
		) {
			last = done
		})
		if err != nil {
			t.Fatal(err)
		}
		if last != d.h.Items {
			t.Errorf("told of %d of %d items", last, d.h.Items)
		}
		if first == nil {
			first = c
		}
		if !slices.Equal(c.neighborRows.start, first.neighborRows.start) || !slices.Equal(c.neighborRows.id,
			first.neighborRows.id) || !slices.Equal(c.neighborRows.weight, first.neighborRows.weight) {
			t.Errorf("%d workers found other neighbors than one", workers)
		}
	}
}

func TestInteractionEnginesRefuseWhatTheyCantLearnFrom(t *testing.T) {
	empty := &problem.History{Users: 2, Items: 2, Start: make([]int32, 3)}
	torn := historyFrom(1, 2, []event{{0, 1, 0}})
	torn.Weight = nil
	for name, h := range map[string]*problem.History{"none": nil, "empty": empty, "torn": torn} {
		t.Run(name, func(t *testing.T) {
			_, e1 := NewCooccurrence(t.Context(), h, CooccurrenceOptions{}, nil)
			_, e2 := TrainALS(t.Context(), h, ALSOptions{}, nil)
			_, e3 := TrainBPR(t.Context(), h, BPROptions{}, nil)
			_, e4 := TrainTwoTower(t.Context(), h, nil, TwoTowerOptions{}, nil)
			if e1 == nil || e2 == nil || e3 == nil || e4 == nil {
				t.Errorf("errors %v, %v, %v, %v; want four", e1, e2, e3, e4)
			}
		})
	}
	h := historyFrom(1, 2, []event{{0, 1, 0}})
	_, e1 := NewCooccurrence(t.Context(), h, CooccurrenceOptions{Neighbors: -1}, nil)
	_, e2 := TrainALS(t.Context(), h, ALSOptions{Reg: math.NaN()}, nil)
	_, e3 := TrainBPR(t.Context(), h, BPROptions{Factors: -1}, nil)
	_, e4 := TrainTwoTower(t.Context(), h, nil, TwoTowerOptions{Batch: 1}, nil)
	if e1 == nil || e2 == nil || e3 == nil || e4 == nil {
		t.Errorf("options beyond their bounds: errors %v, %v, %v, %v; want four", e1, e2, e3, e4)
	}
}

// Every training and build stops at once when its context has ended, and in the middle when it ends there.
func TestInteractionEnginesStopWhenCancelled(t *testing.T) {
	d := tastes(150, 4, 40, 12)
	runs := map[string]func(ctx context.Context, tick func()) error{
		"co-occurrence": func(ctx context.Context, tick func()) error {
			_, err := NewCooccurrence(ctx, d.h, CooccurrenceOptions{}, func(int, int) { tick() })
			return err
		},
		"ALS": func(ctx context.Context, tick func()) error {
			_, err := TrainALS(ctx, d.h, ALSOptions{Iterations: 1 << 30}, func(int, int, float64) { tick() })
			return err
		},
		"BPR": func(ctx context.Context, tick func()) error {
			_, err := TrainBPR(ctx, d.h, BPROptions{Epochs: 1 << 30}, func(int, int, float64) { tick() })
			return err
		},
		"two towers": func(ctx context.Context, tick func()) error {
			_, err := TrainTwoTower(ctx, d.h, nil, TwoTowerOptions{Epochs: 1 << 30}, func(int, int, float64) { tick() })
			return err
		},
	}
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			if err := run(ctx, cancel); !errors.Is(err, context.Canceled) {
				t.Errorf("canceled at the first progress: %v", err)
			}
			if err := run(ctx, func() { t.Error("went on after the context had ended") }); !errors.Is(err, context.Canceled) {
				t.Errorf("canceled before the start: %v", err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := NewCooccurrence(t.Context(), d.h, CooccurrenceOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []int32{-1, 0} {
		if _, err := c.Retrieve(ctx, problem.Query{User: user}, 3, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("a request of user %d after the context had ended: %v", user, err)
		}
	}
}
