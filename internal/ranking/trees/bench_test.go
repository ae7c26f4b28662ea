package trees

import (
	"context"
	"testing"

	"dryrun/internal/ranking/rankingtest"
)

func BenchmarkTrainTrees100kx28(b *testing.B) {
	d := rankingtest.Clicks(100_000, 28, 1)
	for b.Loop() {
		if _, err := Train(context.Background(), d, nil, Options{Workers: 1}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrainLambdaRank1000x100(b *testing.B) {
	d := rankingtest.Searches(1000, 100, 1)
	for b.Loop() {
		if _, err := Train(context.Background(), d, nil, Options{Objective: LambdaRank, Workers: 1}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScore200x100Trees(b *testing.B) {
	d := rankingtest.Clicks(20_000, 28, 1)
	m, err := Train(context.Background(), d, nil, Options{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]float32, 200)
	for b.Loop() {
		m.Score(d.X[:200*28], out)
	}
}
