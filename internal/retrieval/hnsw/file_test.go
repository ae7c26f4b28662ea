package hnsw

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/retrieval/retrievaltest"
)

// saved is a small index with all that a file can hold: copies, tombstones, several layers.
func saved(t testing.TB) (*Index, []byte) {
	t.Helper()
	const dim = 4
	items := retrievaltest.Hard(1, 40, dim)
	copy(items[8*dim:9*dim], items[2*dim:3*dim])
	h := build(t, items, dim, Options{M: 2, Seed: 3, orderFrom: 1})
	if err := h.Delete(2, 5); err != nil {
		t.Fatal(err)
	}
	return h, save(t, h)
}

func save(t testing.TB, h *Index) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := h.Save(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHNSWComesBackAsItWasSaved(t *testing.T) {
	h, file := saved(t)
	same := retrievaltest.Hard(1, 40, 4)
	copy(same[8*4:9*4], same[2*4:3*4])
	numbered := build(t, same, 4, Options{M: 2, Seed: 3})
	for _, tc := range []struct {
		name  string
		index *Index
		file  []byte
	}{
		{"with copies and tombstones", h, file},
		{"with copies, and nodes numbered as items", numbered, save(t, numbered)},
		{"plain", build(t, retrievaltest.Hard(2, 30, 4), 4, Options{}), nil},
		{"empty", build(t, nil, 4, Options{}), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.file == nil {
				tc.file = save(t, tc.index)
			}
			got, err := Load(t.Context(), bytes.NewReader(tc.file), tc.index.Vectors())
			if err != nil {
				t.Fatal(err)
			}
			if again := save(t, got); !bytes.Equal(again, tc.file) {
				t.Error("saved again, it is another file")
			}
			if got.Live() != tc.index.Live() || got.MB() != tc.index.MB() {
				t.Errorf("%d live, %g MB; want %d, %g", got.Live(), got.MB(), tc.index.Live(), tc.index.MB())
			}
			more := retrievaltest.Hard(9, 25, 4)
			for _, x := range []*Index{tc.index, got} {
				if _, _, err := x.Insert(t.Context(), more); err != nil {
					t.Fatal(err)
				}
			}
			for i := 0; i < len(more); i += 4 {
				if a, b := tc.index.Search(more[i:i+4], 7, 20, nil), got.Search(more[i:i+4], 7, 20, nil); !slices.Equal(a, b) {
					t.Fatalf("after growing both: %v and %v", a, b)
				}
			}
		})
	}
}

func TestHNSWRefusesWhatItCantTrust(t *testing.T) {
	h, file := saved(t)
	body := file[:len(file)-4]
	change := func(at int, to ...byte) []byte {
		out := slices.Clone(body)
		copy(out[at:], to)
		return sealed(out)
	}
	const head = 8 + 1 + len(FileKind) + 2 // magic, kind and version
	levels := head + binary.Size(header{}) + 8
	links := levels + len(h.level) + 8
	ids := links + 4*len(h.base) + 8 + 4*len(h.upper) + 8
	for _, tc := range []struct {
		name, words string
		file        []byte
	}{
		{"nothing", "ends too early", nil},
		{"another file", "isn't a file of this program", []byte("%PDF-1.7 and so on, and some more")},
		{"cut short", "ends too early", file[:len(file)/2]},
		{"a bit turned", "damaged", append(slices.Clone(file[:len(file)-9]), append([]byte{file[len(file)-9] ^ 4},
			file[len(file)-8:]...)...)},
		{"another version", "build it again", change(head-2, fileVersion+1)},
		{"an item of two nodes", "another's", change(ids, body[ids+4:ids+8]...)},
		{"more items than there are", "other vectors", change(head+4, 255, 255, 255, 127)},
		{"vectors of no width", "its vectors have 0 values", change(head, 0, 0, 0, 0)},
		{"a level beyond the top", "of at most", change(levels, 77)},
		{"a link to nowhere", "links to", change(links, 41)},
		{"an entry that isn't there", "entry", change(head+28, 99)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Load(t.Context(), bytes.NewReader(tc.file), h.Vectors())
			if err == nil || !strings.Contains(err.Error(), tc.words) {
				t.Errorf("got %v, want words about %q", err, tc.words)
			}
		})
	}
	if _, err := Load(t.Context(), bytes.NewReader(file), retrievaltest.Hard(7, 40, 4)); err == nil ||
		!strings.Contains(err.Error(), "other vectors") {
		t.Errorf("over other vectors: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, bytes.NewReader(file), h.Vectors()); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// sealed adds the checksum, so that what lies behind it is tested too.
func sealed(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clip(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

// Any file either is refused or gives an index that answers, grows and forgets.
func FuzzLoadHNSW(f *testing.F) {
	whole, file := saved(f)
	f.Add(file[:len(file)-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := Load(t.Context(), bytes.NewReader(sealed(body)), whole.Vectors())
		if err != nil {
			return
		}
		q := make([]float32, h.dim)
		q[0] = 1
		if got := h.Search(q, 5, 10, nil); len(got) > min(5, h.Live()) {
			t.Errorf("%d answers of %d", len(got), h.Live())
		}
		if _, _, err := h.Insert(t.Context(), q); err != nil {
			t.Error(err)
		}
		if err := h.Delete(int32(h.Len() - 1)); err != nil {
			t.Error(err)
		}
		h.Search(q, 5, 10, nil)
	})
}
