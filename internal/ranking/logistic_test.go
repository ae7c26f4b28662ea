package ranking_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"dryrun/internal/binfile"
	"dryrun/internal/nn"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
)

func BenchmarkTrainLogistic100kx28(b *testing.B) {
	d := rankingtest.Clicks(100_000, 28, 1)
	for b.Loop() {
		if _, err := ranking.TrainLogistic(context.Background(), d, ranking.LogisticOptions{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func savedLogistic(t testing.TB) ([]byte, *ranking.Logistic) {
	t.Helper()
	l, err := ranking.TrainLogistic(t.Context(), rankingtest.Clicks(200, 4, 1), ranking.LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := l.Save(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), l
}

func TestASavedLogisticRegressionComesBackTheSame(t *testing.T) {
	file, l := savedLogistic(t)
	again, err := ranking.LoadLogistic(t.Context(), bytes.NewReader(file))
	if err != nil || !reflect.DeepEqual(l, again) {
		t.Errorf("it came back different: %v", err)
	}
	for at := range file {
		damaged := bytes.Clone(file)
		damaged[at] ^= 0x10
		if _, err := ranking.LoadLogistic(t.Context(), bytes.NewReader(damaged)); err == nil {
			t.Fatalf("byte %d is wrong and the file was accepted", at)
		}
	}
}

// FuzzLoadLogistic gives bodies with a right checksum: whatever they say, the result is an error or a model that scores.
func FuzzLoadLogistic(f *testing.F) {
	const kind, version = ranking.LogisticKind, 1
	file, _ := savedLogistic(f)
	f.Add(file[8+1+len(kind)+2 : len(file)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		var file bytes.Buffer
		w := binfile.NewWriter(t.Context(), &file, kind, version)
		w.Put(body)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		m, err := ranking.LoadLogistic(t.Context(), &file)
		if err != nil {
			return
		}
		m.Score(make([]float32, 5*len(m.Columns())), make([]float32, 5))
	})
}

// A row's offset is what is known of its odds already: the model learns the rest.
func TestAnOffsetIsntLearnedAgain(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	d := &ranking.Dataset{Columns: []string{"x"}}
	for range 20_000 {
		x := rng.Float32()
		offset := 3*x - 1.5 + 0.5*float32(rng.NormFloat64()) // shown higher the larger x is
		y := float32(0)
		if rng.Float64() < nn.Sigmoid(float64(x+offset)-1) {
			y = 1
		}
		d.X, d.Y, d.Offset = append(d.X, x), append(d.Y, y), append(d.Offset, offset)
	}
	slope := func(d *ranking.Dataset) float64 {
		m, err := ranking.TrainLogistic(t.Context(), d, ranking.LogisticOptions{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float32, 2)
		m.Score([]float32{0, 1}, out)
		return float64(out[1] - out[0])
	}
	with := slope(d)
	d.Offset = nil
	if without := slope(d); math.Abs(with-1) > 0.2 || without < 3 {
		t.Errorf("of a slope of 1, %.2f is learned beside the offset, %.2f without", with, without)
	}
}
