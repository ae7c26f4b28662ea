package ranking

import (
	"bytes"
	"context"
	"math"
	"reflect"
	"testing"
)

// savedModels are one model of each kind, saved; the trees split numbers, missing values and codes.
func savedModels(t testing.TB) (trees, logistic []byte) {
	d := clicks(1000, 4, 1)
	d.Categorical = []bool{false, false, false, true}
	for i := 3; i < len(d.X); i += 4 {
		d.X[i] = float32(int(math.Abs(float64(d.X[i])) * 3))
		d.X[i-1] = float32(math.NaN())
	}
	m, err := TrainTrees(context.Background(), d, nil, TreesOptions{Trees: 4, Leaves: 8}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := TrainLogistic(context.Background(), d, LogisticOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := m.Save(&a); err != nil {
		t.Fatal(err)
	}
	if err := l.Save(&b); err != nil {
		t.Fatal(err)
	}
	m2, err := LoadTrees(bytes.NewReader(a.Bytes()))
	if err != nil || !reflect.DeepEqual(m, m2) {
		t.Errorf("trees came back different: %v", err)
	}
	l2, err := LoadLogistic(bytes.NewReader(b.Bytes()))
	if err != nil || !reflect.DeepEqual(l, l2) {
		t.Errorf("logistic regression came back different: %v", err)
	}
	return a.Bytes(), b.Bytes()
}

func TestSavedModelsComeBackTheSame(t *testing.T) { savedModels(t) }

func TestDamagedFilesAreRefused(t *testing.T) {
	trees, logistic := savedModels(t)
	for at := range trees {
		damaged := bytes.Clone(trees)
		damaged[at] ^= 0x10
		if _, err := LoadTrees(bytes.NewReader(damaged)); err == nil {
			t.Fatalf("byte %d of the trees is wrong and nobody noticed", at)
		}
		if _, err := LoadTrees(bytes.NewReader(trees[:at])); err == nil {
			t.Fatalf("the trees end after %d bytes and nobody noticed", at)
		}
	}
	if _, err := LoadTrees(bytes.NewReader(logistic)); err == nil {
		t.Error("logistic regression was read as trees")
	}
}

// FuzzLoadTrees gives bodies with a right checksum: whatever they say, the result is an error or trees that score.
func FuzzLoadTrees(f *testing.F) {
	trees, _ := savedModels(f)
	f.Add(trees[20:])
	f.Fuzz(func(t *testing.T, body []byte) {
		s := saver{*bytes.NewBuffer(bytes.Clone(body))}
		var file bytes.Buffer
		if err := s.save(&file, savedTrees); err != nil {
			t.Fatal(err)
		}
		m, err := LoadTrees(&file)
		if err != nil {
			return
		}
		out := make([]float32, 5)
		m.Score(make([]float32, 5*len(m.columns)), out)
	})
}
