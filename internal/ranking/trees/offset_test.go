package trees

import (
	"math"
	"math/rand/v2"
	"testing"

	"dryrun/internal/nn"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
)

// An offset is in every row's score while trees are grown, and in none that they give.
func TestTreesLearnWhatAnOffsetLeaves(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	d := &ranking.Dataset{Columns: []string{"x"}}
	for range 20_000 {
		x := rng.Float32()
		offset := 3*x - 1.5 + 0.5*float32(rng.NormFloat64())
		y := float32(0)
		if rng.Float64() < nn.Sigmoid(float64(offset)-1) {
			y = 1
		}
		d.X, d.Y, d.Offset = append(d.X, x), append(d.Y, y), append(d.Offset, offset)
	}
	rise := func() float64 {
		m, err := Train(t.Context(), d, nil, Options{Trees: 60, Leaves: 6, MinLeaf: 200}, nil)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float32, 2)
		m.Score([]float32{0.1, 0.9}, out)
		return float64(out[1] - out[0])
	}
	with := rise()
	d.Offset = nil
	if without := rise(); math.Abs(with) > 0.3 || without < 1.5 {
		t.Errorf("scores rise by %.2f beside the offset that explains the labels, by %.2f without", with, without)
	}
}

// The best of a noisy curve is its luckiest round; smoothed, more trees are kept as long as the mean still falls.
func TestASmoothedCurveIsntStoppedByOneLuckyRound(t *testing.T) {
	train, valid := rankingtest.Clicks(3000, 8, 1), rankingtest.Clicks(150, 8, 2)
	size := func(smooth int) int {
		m, err := Train(t.Context(), train, valid, Options{Trees: 200, Rate: 0.05, EarlyStop: 20, Smooth: smooth}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m.Len()
	}
	if alone, smoothed := size(1), size(15); smoothed <= alone {
		t.Errorf("%d trees by single rounds, %d by the smoothed curve", alone, smoothed)
	}
}
