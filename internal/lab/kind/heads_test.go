package kind

import (
	"math"
	"math/rand/v2"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/ranking"
)

// baited is rows of two columns: what a title promises, which draws clicks, and what the video delivers, which decides
// whether it is finished. Labels are grades: clicked 1, finished 2.
func baited(n int) *ranking.Dataset {
	rng := rand.New(rand.NewPCG(1, 2))
	d := &ranking.Dataset{Columns: []string{"promise", "worth"}, Group: []int32{int32(n)}}
	for range n {
		promise, worth := rng.Float32(), rng.Float32()
		grade := float32(0)
		if rng.Float32() < 0.8*promise {
			grade = 1
			if rng.Float32() < worth {
				grade = 2
			}
		}
		d.X, d.Y = append(d.X, promise, worth), append(d.Y, grade)
	}
	return d
}

func TestAScoreOfSatisfactionMultipliesAClickByWhatComesAfter(t *testing.T) {
	for _, id := range []string{"trees", "logistic"} {
		r := Ranker{ID: id, Trees: 60, Rate: 0.1, Size: TrainingSize{Leaves: 8, MinLeaf: 20}, Score: catalog.Satisfied, Workers: 1}
		m, err := r.Train(t.Context(), baited(8000), &ranking.Dataset{Columns: []string{"promise", "worth"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		product := m.(*Product)
		out := make([]float32, 3)
		product.Score([]float32{0.9, 0.05, 0.6, 0.95, 0.1, 0.95}, out) // bait, a good video, one that nobody opens
		if !(out[1] > out[0] && out[1] > out[2]) {
			t.Errorf("%s scores bait %.2f, a good video %.2f, an unopened one %.2f", id, out[0], out[1], out[2])
		}
		if p := product.Prob(out[1]); math.Abs(p-0.8*0.6*0.95) > 0.12 {
			t.Errorf("%s: a watch of probability 0.46 has %.2f", id, p)
		}
	}
}

// echo scores a row by its last column, and a missing one by -1.
type echo struct{ width int }

func (e echo) Score(rows, out []float32) {
	for i := range out {
		if out[i] = rows[(i+1)*e.width-1]; out[i] != out[i] {
			out[i] = -1
		}
	}
}

func (echo) MB() float64 { return 0 }

func TestASlotThatWasLearnedFromIsMissingAtServing(t *testing.T) {
	out := make([]float32, 2)
	(&Slotless{echo{3}}).Score([]float32{1, 2, 3, 4}, out)
	if out[0] != -1 || out[1] != -1 {
		t.Errorf("the slots are %v", out)
	}
}
