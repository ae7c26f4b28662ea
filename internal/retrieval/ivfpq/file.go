package ivfpq

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"dryrun/internal/binfile"
	"dryrun/internal/retrieval/kmeans"
	"dryrun/internal/vec"
)

// FileKind is the kind of a saved index. It holds everything but the vectors, which belong to whoever made them: a sum of
// theirs says whether they are the ones that were encoded.
const (
	FileKind    = "retrieval/ivfpq"
	fileVersion = 1
)

// header is what the sizes of the sections follow from.
type header struct {
	Dim, N, M, Lists, Probe, Refine uint32
	Vectors                         uint32 // binfile.Sum of the vectors
}

// Bounds of a header that is believed.
const (
	maxDim    = 1 << 16
	maxRefine = 1 << 20
)

// Save writes the index without its vectors, so that Load reads the same one.
func (x *Index) Save(ctx context.Context, out io.Writer) error {
	w := binfile.NewWriter(ctx, out, FileKind, fileVersion)
	w.Put(header{uint32(x.dim), uint32(x.n), uint32(x.m), uint32(x.coarse.K), uint32(x.probe), uint32(x.refined), binfile.Sum(x.items)})
	binfile.Slice(w, x.coarse.Rows)
	for _, words := range x.words {
		binfile.Slice(w, words)
	}
	binfile.Slice(w, x.start)
	binfile.Slice(w, x.ids)
	binfile.Slice(w, x.codes)
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving an IVF-PQ index of %d items: %w", x.n, err)
	}
	return nil
}

// Load reads what Save wrote, over the vectors that it was saved with, which it keeps. It refuses what is damaged, and checks
// all that a search takes for granted.
func Load(ctx context.Context, in io.Reader, items []float32) (*Index, error) {
	x, err := load(ctx, in, items)
	if err != nil {
		return nil, fmt.Errorf("loading an IVF-PQ index: %w", err)
	}
	return x, nil
}

func load(ctx context.Context, in io.Reader, items []float32) (*Index, error) {
	r, err := binfile.NewReader(ctx, in, FileKind, fileVersion)
	if err != nil {
		return nil, err
	}
	var head header
	r.Get(&head)
	if r.Err() != nil {
		return nil, r.Err()
	}
	if err := head.check(items); err != nil {
		return nil, err
	}
	x := &Index{
		items: items, dim: int(head.Dim), n: int(head.N), m: int(head.M), stride: (int(head.M) + 7) &^ 7,
		probe: int(head.Probe), refined: int(head.Refine),
	}
	centroids := binfile.ReadSlice[float32](r)
	for m := 0; m < x.m && r.Err() == nil; m++ {
		x.words = append(x.words, binfile.ReadSlice[float32](r))
	}
	x.start, x.ids, x.codes = binfile.ReadSlice[int32](r), binfile.ReadSlice[int32](r), binfile.ReadSlice[byte](r)
	if err := r.Close(); err != nil {
		return nil, err
	}
	if err := x.checkLoaded(len(centroids), int(head.Lists)); err != nil {
		return nil, fmt.Errorf("it contradicts itself: %w", err)
	}
	x.coarse = kmeans.New(centroids, x.dim)
	vec.UseHugePages(items)
	x.ready()
	return x, nil
}

func (head header) check(items []float32) error {
	switch {
	case head.Dim < 1 || head.Dim > maxDim || head.N < 1 || head.N > math.MaxInt32:
		return fmt.Errorf("it has %d items of %d values: 1 to %d of 1 to %d are allowed", head.N, head.Dim, math.MaxInt32, maxDim)
	case head.M < 1 || head.M > head.Dim:
		return fmt.Errorf("its codes have %d bytes: 1 to %d are allowed", head.M, head.Dim)
	case head.Lists < 1 || head.Lists > head.N || head.Probe < 1 || head.Probe > math.MaxInt32 || head.Refine < 1 ||
		head.Refine > maxRefine:
		return fmt.Errorf("it has %d lists, probe %d and refine %d, which can't be", head.Lists, head.Probe, head.Refine)
	case int(head.N)*int(head.Dim) != len(items) || binfile.Sum(items) != head.Vectors:
		return errors.New("it was built over other vectors: delete it and build it again")
	}
	return nil
}

// checkLoaded makes sure of all that a search takes for granted.
func (x *Index) checkLoaded(centroids, lists int) error {
	switch {
	case centroids != lists*x.dim:
		return fmt.Errorf("%d values of centroids for %d lists", centroids, lists)
	case len(x.start) != lists+1 || len(x.ids) != x.n || len(x.codes) != x.n*x.stride:
		return fmt.Errorf("%d list starts, %d ids and %d bytes of codes for %d lists of %d items", len(x.start), len(x.ids),
			len(x.codes), lists, x.n)
	case x.start[0] != 0 || int(x.start[lists]) != x.n:
		return fmt.Errorf("its lists go from %d to %d", x.start[0], x.start[lists])
	}
	for m, words := range x.words {
		if from, to := x.pieceOf(m); len(words) != (to-from)*codewords {
			return fmt.Errorf("piece %d has %d values of codewords", m, len(words))
		}
	}
	for l := range lists {
		if x.start[l] > x.start[l+1] {
			return fmt.Errorf("list %d ends before it begins", l)
		}
	}
	seen := make([]bool, x.n)
	for _, id := range x.ids {
		if id < 0 || int(id) >= x.n || seen[id] {
			return fmt.Errorf("item %d isn't there or in two places", id)
		}
		seen[id] = true
	}
	return nil
}
