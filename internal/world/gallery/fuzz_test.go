package gallery

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"image"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"dryrun/internal/world/read"
)

func FuzzIDX(f *testing.F) {
	pictures, labels := idxPair(24)
	f.Add(pictures, labels)
	f.Add(zipped(f, pictures), labels)
	f.Add(pictures[:100], labels[:9])
	f.Fuzz(func(t *testing.T, pictures, labels []byte) {
		set, err := readIDXFS(t.Context(), fstest.MapFS{"images-idx3-ubyte": {Data: pictures}, "labels-idx1-ubyte": {Data: labels}}, "f", "", nil)
		if err != nil {
			return
		}
		if len(set.pix) != len(set.labels)*photoBytes || len(set.labels) != int(binary.BigEndian.Uint32(unzipped(pictures)[4:])) {
			t.Errorf("%d bytes for %d labels: not what the header says", len(set.pix), len(set.labels))
		}
	})
}

func unzipped(data []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return data
	}
	head := make([]byte, 16)
	n, _ := z.Read(head)
	return head[:n]
}

func FuzzPGM(f *testing.F) {
	f.Add([]byte("P5 2 2 255\n\x00\x80\xff\x01"))
	f.Add([]byte("P2 # c\n2 1 7 3 7"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodePGM(bytes.NewReader(data))
		if err != nil {
			return
		}
		if g := m.(*image.Gray); len(g.Pix) != g.Rect.Dx()*g.Rect.Dy() || len(g.Pix) > 8*len(data) {
			t.Errorf("%d pixels for %v from %d bytes", len(g.Pix), g.Rect, len(data))
		}
	})
}

// One file of a folder is anything at all; the others are sound.
func FuzzFolders(f *testing.F) {
	f.Add("a.png", asPNG(f, painted(1)))
	f.Add("b.jpg", asJPEG(f, painted(2)))
	f.Add("c.pgm", []byte("P5 1 1 255\n."))
	sound := twoClasses(f)
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		fsys := fstest.MapFS{}
		for k, v := range sound {
			fsys[k] = v
		}
		if filepath.IsLocal(name) && !strings.ContainsAny(name, "/\\") && name != "." {
			fsys["cat/"+name] = &fstest.MapFile{Data: data}
		}
		set, err := readFolderFS(t.Context(), fsys, "pets", 1, nil)
		if err != nil {
			return
		}
		if n := len(set.labels); n < 23 || n > 25 || len(set.pix) != n*photoBytes {
			t.Errorf("%d pictures of 24 sound ones and one that is anything", n)
		}
		for _, note := range set.notes {
			if note != read.Printable(note) {
				t.Errorf("note %q holds what a terminal might obey", note)
			}
		}
	})
}
