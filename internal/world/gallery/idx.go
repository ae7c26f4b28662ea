package gallery

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dryrun/internal/problem"
	"dryrun/internal/world/raster"
	"dryrun/internal/world/read"
)

// The IDX format of the MNIST family (LeCun, Cortes and Burges): two zero bytes, the type of a value (8: unsigned byte),
// the number of dimensions, the dimensions as big-endian 32-bit numbers, the values.
const (
	idxLabels   = 0x00000801
	idxPictures = 0x00000803
	// maxIDXSide bounds a picture's sides; the family's are 28.
	maxIDXSide = 1024
)

// readIDX reads pictures and labels from a folder, or from a file of pictures whose labels are beside it. All pairs in a
// folder are read, in the order of their names.
func readIDX(ctx context.Context, where string, p problem.Progress) (*pictureSet, error) {
	info, err := os.Stat(where)
	if err != nil {
		return nil, fmt.Errorf("opening IDX data: %w", err)
	}
	folder, only := where, ""
	if !info.IsDir() {
		folder, only = filepath.Dir(where), filepath.Base(where)
	}
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of IDX data %q: %w", folder, err)
	}
	defer dir.Close()
	return readIDXFS(ctx, dir.FS(), folder, only, p)
}

func readIDXFS(ctx context.Context, fsys fs.FS, folder, only string, p problem.Progress) (*pictureSet, error) {
	pairs, err := idxPairs(fsys, folder, only)
	if err != nil {
		return nil, err
	}
	set := &pictureSet{}
	for _, pair := range pairs {
		if err := set.addIDX(ctx, fsys, pair[0], pair[1], p); err != nil {
			return nil, fmt.Errorf("reading IDX data in %q: %w", folder, err)
		}
	}
	top := int32(-1)
	for _, l := range set.labels {
		top = max(top, l)
	}
	for c := range top + 1 {
		set.classes = append(set.classes, strconv.Itoa(int(c)))
	}
	return set, nil
}

// idxPairs finds files of pictures by their names ("images-idx3" or "images.idx3") and the labels' beside them.
func idxPairs(fsys fs.FS, folder, only string) ([][2]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", folder, err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	var pairs [][2]string
	for _, name := range names {
		if !strings.Contains(name, "images") || !strings.Contains(name, "idx3") || only != "" && name != only {
			continue
		}
		labels := strings.Replace(strings.Replace(name, "images", "labels", 1), "idx3", "idx1", 1)
		other := labels + ".gz" // one of a pair may be compressed and the other not
		if plain, ok := strings.CutSuffix(labels, ".gz"); ok {
			other = plain
		}
		switch {
		case slices.Contains(names, labels):
		case slices.Contains(names, other):
			labels = other
		default:
			return nil, fmt.Errorf("reading %q: no file of labels %q beside it", path.Join(folder, read.Printable(name)), read.Printable(labels))
		}
		pairs = append(pairs, [2]string{name, labels})
	}
	if len(pairs) == 0 && only != "" {
		return nil, fmt.Errorf("reading IDX data in %q: not named as a file of pictures is, with images and idx3, as in "+
			"t10k-images-idx3-ubyte.gz", path.Join(folder, read.Printable(only)))
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("reading IDX data in %q: no file of pictures; its name holds images and idx3, as in t10k-images-idx3-ubyte.gz",
			folder)
	}
	return pairs, nil
}

// idxFile reads one file, plain or gzip, and keeps the offset for error messages.
type idxFile struct {
	name   string
	r      *bufio.Reader
	offset int64
	close  func()
}

func openIDX(fsys fs.FS, name string) (*idxFile, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	if magic, err := r.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(r)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("opening %s as gzip: %w", name, err)
		}
		r = bufio.NewReaderSize(z, 1<<16)
	}
	return &idxFile{name: name, r: r, close: func() { f.Close() }}, nil
}

// read fills into, or says at which offset the file ended before what was expected.
func (f *idxFile) read(into []byte, what string) error {
	n, err := io.ReadFull(f.r, into)
	if err != nil {
		return fmt.Errorf("%s at offset %d: expected %d bytes of %s, got %d: %w", read.Printable(f.name), f.offset, len(into), what, n,
			read.UnexpectedEOF(err))
	}
	f.offset += int64(n)
	return nil
}

func (f *idxFile) number(what string, low, top uint32) (int, error) {
	var b [4]byte
	at := f.offset
	if err := f.read(b[:], what); err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint32(b[:])
	if low == top && n != low {
		return 0, fmt.Errorf("%s at offset %d: %s is %d, expected %d", read.Printable(f.name), at, what, n, low)
	}
	if n < low || n > top {
		return 0, fmt.Errorf("%s at offset %d: %s is %d, expected %d to %d", read.Printable(f.name), at, what, n, low, top)
	}
	return int(n), nil
}

// end checks that nothing follows.
func (f *idxFile) end() error {
	_, err := f.r.ReadByte()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = errors.New("the header counts fewer")
	}
	return fmt.Errorf("%s at offset %d: expected the end of the file: %w", read.Printable(f.name), f.offset, err)
}

// addIDX reads one pair of files. Memory grows with what is read, never with what a header claims.
func (l *pictureSet) addIDX(ctx context.Context, fsys fs.FS, pictures, labels string, p problem.Progress) error {
	pf, err := openIDX(fsys, pictures)
	if err != nil {
		return err
	}
	defer pf.close()
	lf, err := openIDX(fsys, labels)
	if err != nil {
		return err
	}
	defer lf.close()
	if _, err := pf.number("magic number of pictures", idxPictures, idxPictures); err != nil {
		return err
	}
	if _, err := lf.number("magic number of labels", idxLabels, idxLabels); err != nil {
		return err
	}
	n, err := pf.number("number of pictures", 1, maxPictures)
	if err != nil {
		return err
	}
	if _, err := lf.number("number of labels", uint32(n), uint32(n)); err != nil {
		return err
	}
	rows, err := pf.number("number of rows", 1, maxIDXSide)
	if err != nil {
		return err
	}
	columns, err := pf.number("number of columns", 1, maxIDXSide)
	if err != nil {
		return err
	}
	m := &image.Gray{Pix: make([]uint8, rows*columns), Stride: columns, Rect: image.Rect(0, 0, columns, rows)}
	var label [1]byte
	var small [photoBytes]uint8
	for i := range n {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if p != nil {
				p("reading pictures", i, n)
			}
		}
		if err := pf.read(m.Pix, fmt.Sprintf("picture %d of %d", i+1, n)); err != nil {
			return err
		}
		if err := lf.read(label[:], fmt.Sprintf("label %d of %d", i+1, n)); err != nil {
			return err
		}
		raster.Shrink(m, photoSide, small[:])
		l.pix = append(l.pix, small[:]...)
		l.labels = append(l.labels, int32(label[0]))
		l.names = append(l.names, "picture "+strconv.Itoa(i+1))
	}
	if err := pf.end(); err != nil {
		return err
	}
	return lf.end()
}

// IDX reads the IDX files at the Spec's path and makes the problem.
func IDX(ctx context.Context, s problem.Spec, p problem.Progress) (*problem.Problem, error) {
	if s.Path == "" {
		return nil, errors.New("reading IDX pictures: no path; give --data idx:PATH")
	}
	set, err := readIDX(ctx, s.Path, p)
	if err != nil {
		return nil, err
	}
	return set.problem(s)
}
