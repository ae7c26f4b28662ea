package ivfpq

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
)

func saved(t testing.TB) (x *Index, items []float32, file []byte) {
	t.Helper()
	items = retrievaltest.Hard(1, 300, 6)
	x, err := Build(t.Context(), items, 6, Options{Seed: 1, M: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := x.Save(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return x, items, out.Bytes()
}

func TestIVFPQComesBackAsItWasSaved(t *testing.T) {
	x, items, file := saved(t)
	again, err := Load(t.Context(), bytes.NewReader(file), items)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range retrievaltest.Queries(retrievaltest.Hard(2, 20, 6), 6) {
		want, err := x.Retrieve(t.Context(), q, 10, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Retrieve(t.Context(), q, 10, nil); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v, %v; want %v", got, err, want)
		}
	}
	if again.MB() != x.MB() || again.Len() != x.Len() {
		t.Errorf("%d items, %g MB; want %d, %g", again.Len(), again.MB(), x.Len(), x.MB())
	}
}

func TestIVFPQRefusesWhatItCantTrust(t *testing.T) {
	_, items, file := saved(t)
	for at := range file {
		damaged := bytes.Clone(file)
		damaged[at] ^= 0x10
		if _, err := Load(t.Context(), bytes.NewReader(damaged), items); err == nil {
			t.Fatalf("byte %d is wrong and the file was accepted", at)
		}
	}
	if _, err := Load(t.Context(), bytes.NewReader(file), retrievaltest.Hard(3, 300, 6)); err == nil ||
		!strings.Contains(err.Error(), "other vectors") {
		t.Errorf("over other vectors: %v", err)
	}
}

// Any file with a right checksum either is refused or gives an index that answers.
func FuzzLoad(f *testing.F) {
	_, items, file := saved(f)
	f.Add(file[:len(file)-4])
	q := retrievaltest.Queries(retrievaltest.Hard(2, 1, 6), 6)[0]
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed := binary.LittleEndian.AppendUint32(slices.Clip(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
		x, err := Load(t.Context(), bytes.NewReader(sealed), items)
		if err != nil {
			return
		}
		if x.dim != len(q.Vec) {
			return // refused for its vector
		}
		if _, err := x.Retrieve(t.Context(), q, 10, nil); err != nil {
			t.Error(err)
		}
	})
}
