package hnsw

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"dryrun/internal/binfile"
	"dryrun/internal/vec"
)

// FileKind is the kind of a saved index. It holds everything but the vectors, which belong to whoever made them: a sum of
// theirs says whether they are the ones that the graph was built over.
const (
	FileKind    = "retrieval/hnsw"
	fileVersion = 1
)

// header is what the sizes of the sections follow from.
type header struct {
	Dim, N, M                uint32
	EfSearch, EfConstruction uint32
	Seed                     uint64
	Entry                    int32
	Vectors                  uint32 // binfile.Sum of the vectors
}

// maxDim bounds the dimension of a header that is believed far enough to read on.
const maxDim = 1 << 16

// Save writes the index without its vectors, so that Load reads the same one. It waits for changes under way; searches go
// on meanwhile.
func (h *Index) Save(ctx context.Context, out io.Writer) error {
	h.changing.Lock()
	defer h.changing.Unlock()
	w := binfile.NewWriter(ctx, out, FileKind, fileVersion)
	w.Put(header{
		uint32(h.dim), uint32(h.n), uint32(h.m), uint32(h.efSearch), uint32(h.efConstruction), h.seed, h.entry,
		binfile.Sum(h.items),
	})
	binfile.Slice(w, h.level)
	binfile.Slice(w, h.base[:h.n*h.mmax0])
	binfile.Slice(w, h.upper)
	binfile.Slice(w, h.ids)
	binfile.Slice(w, h.copies)
	binfile.Slice(w, h.deleted)
	if err := w.Close(); err != nil {
		return fmt.Errorf("saving an HNSW index of %d items: %w", h.n, err)
	}
	return nil
}

// Vectors returns the vectors of all items, row-major, those that were inserted included: what Load needs beside the file.
// They must not be changed.
func (h *Index) Vectors() []float32 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.items
}

// Load reads what Save wrote, over the vectors that it was saved with, which it keeps. It refuses what is damaged, cut short
// or of another version, and believes nothing that it hasn't checked: a file that was made to mislead gives an error, not a
// panic.
func Load(ctx context.Context, in io.Reader, items []float32) (*Index, error) {
	h, err := load(ctx, in, items)
	if err == nil {
		err = h.encode(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("loading an HNSW index: %w", err)
	}
	vec.UseHugePages(h.items)
	vec.UseHugePages(h.base)
	return h, nil
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
	h := newIndex(int(head.Dim), Options{
		M: int(head.M), EfSearch: int(head.EfSearch), EfConstruction: int(head.EfConstruction),
		Seed: head.Seed,
	}.withDefaults())
	h.items, h.n, h.entry = slices.Clip(items), int(head.N), head.Entry
	h.level, h.base, h.upper = binfile.ReadSlice[int8](r), binfile.ReadSlice[int32](r), binfile.ReadSlice[int32](r)
	h.ids, h.copies, h.deleted = binfile.ReadSlice[int32](r), binfile.ReadSlice[int32](r), binfile.ReadSlice[bool](r)
	if err := r.Close(); err != nil {
		return nil, err
	}
	rows, err := h.placeUpperRows()
	switch {
	case err != nil:
		return nil, err
	case len(h.level) != h.n || len(h.base) != h.n*h.mmax0 || len(h.upper) != rows*h.m:
		return nil, fmt.Errorf("it contradicts itself: %d levels, %d links below and %d above for %d items", len(h.level),
			len(h.base), len(h.upper), h.n)
	}
	for _, n := range []int{len(h.ids), len(h.copies), len(h.deleted)} {
		if n != 0 && n != h.n {
			return nil, fmt.Errorf("it contradicts itself: a list of %d for %d items", n, h.n)
		}
	}
	if err := h.checkLoaded(); err != nil {
		return nil, fmt.Errorf("it contradicts itself: %w", err)
	}
	return h, nil
}

func (head header) check(items []float32) error {
	switch {
	case head.Dim < 1 || head.Dim > maxDim:
		return fmt.Errorf("its vectors have %d values: at most %d are allowed", head.Dim, maxDim)
	case head.N > math.MaxInt32:
		return fmt.Errorf("it has %d items: at most %d are allowed", head.N, math.MaxInt32)
	case head.M < minM || head.M > maxM:
		return fmt.Errorf("its M is %d: %d to %d are allowed", head.M, minM, maxM)
	case head.EfSearch < 1 || head.EfSearch > maxEf || head.EfConstruction < 1 || head.EfConstruction > maxEf:
		return fmt.Errorf("its ef are %d and %d: 1 to %d are allowed", head.EfSearch, head.EfConstruction, maxEf)
	case int(head.N)*int(head.Dim) != len(items) || binfile.Sum(items) != head.Vectors:
		return errors.New("it was built over other vectors: delete it and build it again")
	}
	return nil
}

// placeUpperRows computes where the upper rows of each node begin, from the levels, and returns how many there are.
func (h *Index) placeUpperRows() (rows int, err error) {
	h.rowAt = make([]int32, len(h.level))
	for i, l := range h.level {
		if l < -1 || l > maxLevel {
			return 0, fmt.Errorf("node %d is on layer %d of at most %d", i, l, maxLevel)
		}
		if h.rowAt[i] = int32(rows); rows > math.MaxInt32-maxLevel {
			return 0, errors.New("its upper layers have too many rows")
		}
		rows += max(int(l), 0)
	}
	return rows, nil
}

// checkLoaded makes sure of all that a search takes for granted, and fills in what isn't saved.
func (h *Index) checkLoaded() error {
	if err := h.invertIDs(); err != nil {
		return err
	}
	for node, level := range h.level {
		for layer := 0; layer <= int(level); layer++ {
			for _, next := range open(h.links(int32(node), layer)) {
				if int(next) >= h.n || int(h.level[next]) < layer {
					return fmt.Errorf("node %d links to %d, which isn't on layer %d", node, next, layer)
				}
			}
		}
		if int(level) > h.top {
			h.top = int(level)
		}
	}
	switch {
	case h.entry < -1 || int(h.entry) >= h.n || h.entry == -1 && h.n > 0:
		return fmt.Errorf("its entry is node %d of %d", h.entry, h.n)
	case h.entry >= 0 && int(h.level[h.entry]) != h.top:
		return fmt.Errorf("its entry, node %d, isn't on the top layer", h.entry)
	}
	if err := h.checkCopies(); err != nil {
		return err
	}
	h.live = h.n
	if h.deleted == nil {
		return nil
	}
	h.tombstone = make([]bool, h.n)
	for i, deleted := range h.deleted {
		if deleted {
			h.live--
		}
		if node := h.nodeOf(int32(i)); h.level[node] >= 0 {
			_, h.tombstone[node] = h.copiesOf(int32(i))
		}
	}
	return nil
}

// invertIDs makes sure that each item is one node's, and fills in whose.
func (h *Index) invertIDs() error {
	if h.ids == nil {
		return nil
	}
	h.nodes = make([]int32, h.n)
	for i := range h.nodes {
		h.nodes[i] = -1
	}
	for node, item := range h.ids {
		if item < 0 || int(item) >= h.n || h.nodes[item] >= 0 {
			return fmt.Errorf("node %d is said to be of item %d, which is another's or none", node, item)
		}
		h.nodes[item] = int32(node)
	}
	return nil
}

// checkCopies makes sure that each copy is in the ring of exactly one item, of identical vectors.
func (h *Index) checkCopies() error {
	left := 0
	for _, l := range h.level {
		if l < 0 {
			left++
		}
	}
	for item := int32(0); int(item) < len(h.copies); item++ {
		if h.level[h.nodeOf(item)] < 0 || h.copies[item] == -1 {
			continue
		}
		// A walk that leads through copies only, none met before, is back at its item within as many steps as there are.
		for i := h.copies[item]; i != item; i = h.copies[i] {
			if left--; i < 0 || int(i) >= h.n || h.level[h.nodeOf(i)] >= 0 || left < 0 {
				return fmt.Errorf("the copies of item %d don't come back to it", item)
			}
		}
		if h.copies[item] < 0 {
			return fmt.Errorf("the copies of item %d begin at %d", item, h.copies[item])
		}
	}
	if left > 0 {
		return fmt.Errorf("%d copies belong to no item", left)
	}
	return nil
}
