package collab

import (
	"fmt"
	"testing"

	"dryrun/internal/problem"
)

// One goroutine each: the comparison with other libraries is by work, not by cores.

func BenchmarkTrainALS(b *testing.B) {
	for _, tc := range []struct {
		name string
		d    heldOut
	}{{"movielens", movielens(b)}, {"20000x20000", tastes(20000, 50, 400, 30)}} {
		for _, factors := range []int{32, 64, 128} {
			b.Run(fmt.Sprintf("%s/f=%d", tc.name, factors), func(b *testing.B) {
				o := ALSOptions{Factors: factors, Iterations: 5, Workers: 1}
				for b.Loop() {
					if _, err := TrainALS(b.Context(), tc.d.h, o, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkTrainBPREpoch(b *testing.B) {
	d := movielens(b)
	t := newBPR(b.Context(), d.h, BPROptions{}.withDefaults())
	for b.Loop() {
		if _, err := t.epoch(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(d.h.Item)), "triples/op")
}

func BenchmarkTrainTwoTowerEpoch(b *testing.B) {
	d := movielens(b)
	t := newTowerTraining(b.Context(), d.h, nil, TwoTowerOptions{}.withDefaults())
	for b.Loop() {
		if _, err := t.epoch(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCooccurrence(b *testing.B) {
	d := movielens(b)
	c, err := NewCooccurrence(b.Context(), d.h, CooccurrenceOptions{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewCooccurrence(b.Context(), d.h, CooccurrenceOptions{Workers: 1}, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("request", func(b *testing.B) {
		into := make([]problem.Candidate, 0, 200)
		for i := 0; b.Loop(); i++ {
			if _, err := c.Retrieve(b.Context(), d.tests[i%len(d.tests)], 200, into); err != nil {
				b.Fatal(err)
			}
		}
	})
}
