package encode

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
	"dryrun/internal/vec"
)

// nuisance makes pairs that show the same thing in different light: a weak signal of the thing itself under strong
// variation that says nothing about it.
type nuisance struct {
	width, kinds  int
	thing, ground []float32
}

func newNuisance(width int) nuisance {
	rng := rand.New(rand.NewPCG(77, 1))
	return nuisance{width: width, kinds: 12, thing: retrievaltest.Gaussian(rng, 12, width), ground: retrievaltest.Gaussian(rng, 8, width)}
}

func (w nuisance) pairs(seed uint64, n int) PairSet {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := PairSet{Width: w.width, A: make([]float32, n*w.width), B: make([]float32, n*w.width)}
	for i := range n {
		z := retrievaltest.Gaussian(rng, 1, w.kinds)
		for _, side := range [][]float32{s.A, s.B} {
			row := side[i*w.width : (i+1)*w.width]
			for k, v := range z {
				vec.Axpy(v, w.thing[k*w.width:(k+1)*w.width], row)
			}
			for k := range 8 {
				vec.Axpy(float32(3*rng.NormFloat64()), w.ground[k*w.width:(k+1)*w.width], row)
			}
			for j := range row {
				row[j] = 0.5 + 0.05*row[j] + float32(0.01*rng.NormFloat64())
			}
		}
	}
	return s
}

// found is the share of A's rows whose own row of B is the nearest.
func found(v Vectorizer, dim int, s PairSet) float64 {
	n := s.rows()
	rows, q, out := make([]float32, n*dim), make([]float32, dim), make([]float32, n)
	for i := range n {
		v.Encode(s.B[i*s.Width:(i+1)*s.Width], rows[i*dim:(i+1)*dim])
	}
	hits := 0
	for i := range n {
		v.Encode(s.A[i*s.Width:(i+1)*s.Width], q)
		vec.DotRows(q, rows, dim, out)
		if slices.Max(out) == out[i] {
			hits++
		}
	}
	return float64(hits) / float64(n)
}

func TestEncoderSeesThroughWhatPCAFollows(t *testing.T) {
	world := newNuisance(60)
	train, test := world.pairs(1, 1500), world.pairs(2, 300)
	pca, err := TrainPCA(t.Context(), train.A, train.Width, 16, 1)
	if err != nil {
		t.Fatal(err)
	}
	base := found(pca, 16, test)
	for name, o := range map[string]Options{
		"in-batch negatives": {Dim: 16, Seed: 1},
		"mined negatives":    {Dim: 16, Hard: 1, Seed: 1},
		"linear":             {Dim: 16, Hidden: -1, Seed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Train(t.Context(), train, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := found(e, 16, test); got < base+0.3 || got < 0.7 {
				t.Errorf("finds %.2f of the pairs, PCA %.2f", got, base)
			}
			if first, last := e.Loss[0], e.Loss[len(e.Loss)-1]; last > first/2 {
				t.Errorf("the loss went from %.3f to %.3f", first, last)
			}
		})
	}
}

func TestEncoderLearnsFromLabelsAlone(t *testing.T) {
	world := newNuisance(40)
	s := world.pairs(3, 400)
	both := PairSet{Width: s.Width, A: append(slices.Clone(s.A), s.B...), Label: make([]int32, 800)}
	for i := range both.Label {
		both.Label[i] = int32(i % 400)
	}
	for _, hard := range []int{0, 1} {
		e, err := Train(t.Context(), both, Options{Dim: 16, Hard: hard, Seed: 2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := found(e, 16, world.pairs(4, 200)); got < 0.6 {
			t.Errorf("with %d mined negatives finds %.2f of new pairs, want at least 0.6", hard, got)
		}
	}
}

func TestEncoderRepeatsForASeedAndEncodesToUnitLength(t *testing.T) {
	s := newNuisance(20).pairs(1, 200)
	o := Options{Dim: 8, Hidden: 16, Epochs: 6, Hard: 2, Seed: 3}
	a, err := Train(t.Context(), s, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Train(t.Context(), s, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Loss, b.Loss) {
		t.Errorf("losses %v and %v for one seed", a.Loss, b.Loss)
	}
	x, y := make([]float32, 8), make([]float32, 8)
	a.Encode(s.A[:20], x)
	b.Encode(s.A[:20], y)
	if !slices.Equal(x, y) {
		t.Errorf("vectors %v and %v for one seed", x, y)
	}
	if n := vec.Dot(x, x); math.Abs(float64(n)-1) > 1e-5 {
		t.Errorf("length² %g, want 1", n)
	}
}

func TestEncoderRefusesWhatItCannotLearnFrom(t *testing.T) {
	nan := float32(math.NaN())
	for name, s := range map[string]PairSet{
		"no rows":                    {Width: 2},
		"a broken row":               {Width: 2, A: make([]float32, 3)},
		"sides of different lengths": {Width: 1, A: make([]float32, 3), B: make([]float32, 2)},
		"no pairs and no labels":     {Width: 1, A: make([]float32, 3)},
		"too few labels":             {Width: 1, A: make([]float32, 3), Label: []int32{1}},
		"one row":                    {Width: 2, A: make([]float32, 2), B: make([]float32, 2)},
		"values that are no numbers": {Width: 1, A: []float32{nan, 1, 2}, B: []float32{1, nan, 2}},
	} {
		if _, err := Train(t.Context(), s, Options{Epochs: 2}, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Train(ctx, newNuisance(10).pairs(1, 50), Options{}, func(int, int, float64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("canceled after the first epoch: %v", err)
	}
}

// The budget's case: 4,000 pairs of width 600 at dim 64.
func BenchmarkEncoder(b *testing.B) {
	world := newNuisance(600)
	train, test := world.pairs(1, 4000), world.pairs(2, 1000)
	for name, o := range map[string]Options{"plain": {}, "hard": {Hard: 1}} {
		b.Run(name, func(b *testing.B) {
			var e *Network
			for b.Loop() {
				var err error
				if e, err = Train(b.Context(), train, o, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(found(e, 64, test), "found")
		})
	}
}

func BenchmarkPCA(b *testing.B) {
	train := newNuisance(600).pairs(1, 4000)
	for b.Loop() {
		if _, err := TrainPCA(b.Context(), train.A, 600, 64, 1); err != nil {
			b.Fatal(err)
		}
	}
}
