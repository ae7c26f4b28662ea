package trees

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"dryrun/internal/binfile"
	"dryrun/internal/ranking/rankingtest"
)

// saved is a model, saved; its trees split numbers, missing values and codes.
func saved(t testing.TB) ([]byte, *Model) {
	t.Helper()
	d := rankingtest.Clicks(1000, 4, 1)
	d.Categorical = []bool{false, false, false, true}
	for i := 3; i < len(d.X); i += 4 {
		d.X[i] = float32(int(math.Abs(float64(d.X[i])) * 3))
		d.X[i-1] = float32(math.NaN())
	}
	m, err := Train(t.Context(), d, nil, Options{Trees: 4, Leaves: 8}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := m.Save(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), m
}

func TestSavedTreesComeBackTheSame(t *testing.T) {
	file, m := saved(t)
	again, err := Load(t.Context(), bytes.NewReader(file))
	if err != nil || !reflect.DeepEqual(m, again) {
		t.Errorf("they came back different: %v", err)
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	file, _ := saved(t)
	for at := range file {
		damaged := bytes.Clone(file)
		damaged[at] ^= 0x10
		if _, err := Load(t.Context(), bytes.NewReader(damaged)); err == nil {
			t.Fatalf("byte %d of the trees is wrong and the file was accepted", at)
		}
		if _, err := Load(t.Context(), bytes.NewReader(file[:at])); err == nil {
			t.Fatalf("the trees end after %d bytes and the file was accepted", at)
		}
	}
}

// FuzzLoad gives bodies with a right checksum: whatever they say, the result is an error or trees that score.
func FuzzLoad(f *testing.F) {
	file, _ := saved(f)
	f.Add(file[8+1+len(FileKind)+2 : len(file)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		var file bytes.Buffer
		w := binfile.NewWriter(t.Context(), &file, FileKind, fileVersion)
		w.Put(body)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		m, err := Load(t.Context(), &file)
		if err != nil {
			return
		}
		out := make([]float32, 5)
		m.Score(make([]float32, 5*len(m.columns)), out)
	})
}
