package ranking_test

import (
	"bytes"
	"context"
	"reflect"
	"testing"

	"dryrun/internal/binfile"
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
