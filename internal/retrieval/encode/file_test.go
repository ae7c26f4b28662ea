package encode

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
)

type saver interface {
	Vectorizer
	Save(ctx context.Context, out io.Writer) error
}

const inputWidth = 8

// encoders is one of each kind, with the length of its vectors.
func encoders(t testing.TB) map[string]struct {
	saver
	dim int
} {
	t.Helper()
	rows := retrievaltest.Hard(1, 60, inputWidth)
	pca, err := TrainPCA(t.Context(), rows, inputWidth, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	set := PairSet{Width: inputWidth, A: rows, B: retrievaltest.Hard(2, 60, inputWidth)}
	network := func(hidden int) *Network {
		e, err := Train(t.Context(), set, Options{Dim: 4, Hidden: hidden, Epochs: 2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	return map[string]struct {
		saver
		dim int
	}{"raw": {Raw{5}, 5}, "pca": {pca, 3}, "network": {network(6), 4}, "linear network": {network(-1), 4}}
}

func save(t testing.TB, s saver) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := s.Save(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEncodersComeBackAsTheyWereSaved(t *testing.T) {
	for name, e := range encoders(t) {
		file := save(t, e)
		again, err := Load(t.Context(), bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, want := make([]float32, e.dim), make([]float32, e.dim)
		for _, q := range retrievaltest.Queries(retrievaltest.Hard(3, 10, inputWidth), inputWidth) {
			again.Encode(q.Vec, got)
			e.Encode(q.Vec, want)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", name, got, want)
			}
		}
		for at := range file {
			damaged := bytes.Clone(file)
			damaged[at] ^= 0x10
			if _, err := Load(t.Context(), bytes.NewReader(damaged)); err == nil {
				t.Fatalf("%s: byte %d is wrong and the file was accepted", name, at)
			}
		}
	}
}

// Any file with a right checksum either is refused or gives an encoder that encodes.
func FuzzLoad(f *testing.F) {
	for _, e := range encoders(f) {
		file := save(f, e)
		f.Add(file[:len(file)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed := binary.LittleEndian.AppendUint32(slices.Clip(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
		v, err := Load(t.Context(), bytes.NewReader(sealed))
		if err != nil {
			return
		}
		width, dim := Size(v)
		v.Encode(make([]float32, width), make([]float32, dim))
	})
}
