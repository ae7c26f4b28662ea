package collab

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"reflect"
	"slices"
	"testing"

	"dryrun/internal/problem"
)

type saver interface {
	Save(ctx context.Context, out io.Writer) error
}

func save(t testing.TB, s saver) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := s.Save(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sealed(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clip(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

// small are models of a small history.
func small(t testing.TB) (h *problem.History, als, bpr *Factors, plain, content *TwoTower) {
	t.Helper()
	h = historyFrom(3, 5, []event{{0, 0, 1}, {0, 1, 2}, {0, 3, 3}, {1, 2, 1}, {1, 0, 2}, {1, 4, 3}})
	var errs [4]error
	als, errs[0] = TrainALS(t.Context(), h, ALSOptions{Factors: 3, Iterations: 2}, nil)
	bpr, errs[1] = TrainBPR(t.Context(), h, BPROptions{Factors: 2, Epochs: 2}, nil)
	o := TwoTowerOptions{Dim: 3, Hidden: 4, Epochs: 2, Batch: 3, Negatives: 2}
	plain, errs[2] = TrainTwoTower(t.Context(), h, nil, o, nil)
	content, errs[3] = TrainTwoTower(t.Context(), h, groupContent{5, 1}, o, nil)
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return h, als, bpr, plain, content
}

func TestFactorsComeBackAsTheyWereSaved(t *testing.T) {
	_, als, bpr, _, _ := small(t)
	for _, f := range []*Factors{als, bpr} {
		file := save(t, f)
		again, err := LoadFactors(t.Context(), bytes.NewReader(file))
		if err != nil || !reflect.DeepEqual(again, f) {
			t.Errorf("%s: %v, %v; want %v", f.Name, again, err, f)
		}
		for at := range file {
			damaged := bytes.Clone(file)
			damaged[at] ^= 0x10
			if _, err := LoadFactors(t.Context(), bytes.NewReader(damaged)); err == nil {
				t.Fatalf("byte %d is wrong and the file was accepted", at)
			}
		}
	}
}

func TestTwoTowersComeBackAsTheyWereSaved(t *testing.T) {
	h, _, _, plain, content := small(t)
	for _, tc := range []struct {
		t  *TwoTower
		in problem.Inputs
	}{{plain, nil}, {content, groupContent{5, 1}}} {
		file := save(t, tc.t)
		again, err := LoadTwoTower(t.Context(), bytes.NewReader(file), h, tc.in)
		if err != nil {
			t.Fatal(err)
		}
		a, b := tc.t.Embedding(), again.Embedding()
		if !slices.Equal(a.Items, b.Items) || !slices.Equal(tc.t.Loss, again.Loss) {
			t.Error("the items' vectors or the losses differ")
		}
		for user := int32(-1); user < 3; user++ {
			x, y := make([]float32, 3), make([]float32, 3)
			a.Encode(&problem.Query{User: user}, x)
			if b.Encode(&problem.Query{User: user}, y); !slices.Equal(x, y) {
				t.Errorf("user %d is encoded as %v, was %v", user, y, x)
			}
		}
		for at := range file {
			damaged := bytes.Clone(file)
			damaged[at] ^= 0x10
			if _, err := LoadTwoTower(t.Context(), bytes.NewReader(damaged), h, tc.in); err == nil {
				t.Fatalf("byte %d is wrong and the file was accepted", at)
			}
		}
	}
	if _, err := LoadTwoTower(t.Context(), bytes.NewReader(save(t, content)), h, nil); err == nil {
		t.Error("towers over content were accepted without it")
	}
}

// Any file with a right checksum either is refused or gives vectors.
func FuzzLoadFactors(f *testing.F) {
	_, als, bpr, _, _ := small(f)
	for _, x := range []*Factors{als, bpr} {
		file := save(f, x)
		f.Add(file[:len(file)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := LoadFactors(t.Context(), bytes.NewReader(sealed(body)))
		if err != nil {
			return
		}
		for _, e := range []*problem.Embedding{x.Embedding(), x.UnitEmbedding()} {
			e.Encode(&problem.Query{User: 0}, make([]float32, e.Dim))
			e.Encode(&problem.Query{User: -1}, make([]float32, e.Dim))
		}
	})
}

func FuzzLoadTwoTower(f *testing.F) {
	h, _, _, plain, _ := small(f)
	file := save(f, plain)
	f.Add(file[:len(file)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := LoadTwoTower(t.Context(), bytes.NewReader(sealed(body)), h, nil)
		if err != nil {
			return
		}
		e := x.Embedding()
		e.Encode(&problem.Query{User: 0}, make([]float32, e.Dim))
	})
}
