package ranking

import (
	"context"
	"testing"
)

func BenchmarkTrainTrees100kx28(b *testing.B) {
	d := clicks(100_000, 28, 1)
	for b.Loop() {
		if _, err := TrainTrees(context.Background(), d, nil, TreesOptions{Workers: 1}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrainLambdaRank1000x100(b *testing.B) {
	d := searches(1000, 100, 1)
	for b.Loop() {
		if _, err := TrainTrees(context.Background(), d, nil, TreesOptions{Objective: LambdaRank, Workers: 1}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScore200x100Trees(b *testing.B) {
	d := clicks(20_000, 28, 1)
	m, err := TrainTrees(context.Background(), d, nil, TreesOptions{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]float32, 200)
	for b.Loop() {
		m.Score(d.X[:200*28], out)
	}
}

func BenchmarkTrainLogistic100kx28(b *testing.B) {
	d := clicks(100_000, 28, 1)
	for b.Loop() {
		if _, err := TrainLogistic(context.Background(), d, LogisticOptions{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
