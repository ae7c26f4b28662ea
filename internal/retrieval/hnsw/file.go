package hnsw

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"

	"dryrun/internal/vec"
)

// A saved index is, all little-endian: eight bytes of magic, the format's version, the header, the levels (a byte an
// node), the links of layer 0 and of the layers above, the item of each node where the numbers differ, the circles of copies
// and the tombstones where there are any, the vectors, and a CRC-32C of all that. Format 1 was never released.
const (
	fileMagic   = "dryrhnsw"
	fileVersion = 2
)

// header is what the sizes of the sections follow from.
type header struct {
	Dim, N, M                uint32
	EfSearch, EfConstruction uint32
	Seed                     uint64
	Entry                    int32
	Ordered, Copies, Dead    bool
}

// Bounds of a header that is believed far enough to read on.
const maxDim = 1 << 16

// pieceBytes is how much is read or written between two looks at the context, and how much is allocated before it has
// been read: a header that claims more than the file holds costs no memory.
const pieceBytes = 1 << 20

// Save writes the index, its vectors included. It waits for changes under way; searches go on meanwhile.
func (h *Index) Save(ctx context.Context, out io.Writer) error {
	h.changing.Lock()
	defer h.changing.Unlock()
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	buf := bufio.NewWriterSize(out, pieceBytes)
	w := &sectionWriter{ctx: ctx, out: io.MultiWriter(buf, sum)}
	w.write([]byte(fileMagic))
	w.write(uint32(fileVersion))
	w.write(header{uint32(h.dim), uint32(h.n), uint32(h.m), uint32(h.efSearch), uint32(h.efConstruction), h.seed, h.entry, h.ids != nil, h.copies != nil, h.dead != nil})
	writeSlice(w, h.level)
	writeSlice(w, h.base)
	writeSlice(w, h.upper)
	writeSlice(w, h.ids)
	writeSlice(w, h.copies)
	writeSlice(w, h.dead)
	writeSlice(w, h.items)
	w.write(sum.Sum32())
	if err := errors.Join(w.err, buf.Flush()); err != nil {
		return fmt.Errorf("saving an HNSW index of %d items: %w", h.n, err)
	}
	return nil
}

type sectionWriter struct {
	ctx context.Context
	out io.Writer
	err error
}

func (w *sectionWriter) write(v any) {
	if w.err == nil {
		w.err = binary.Write(w.out, binary.LittleEndian, v)
	}
}

func writeSlice[T any](w *sectionWriter, x []T) {
	const piece = pieceBytes / 4
	for len(x) > 0 && w.err == nil {
		n := min(piece, len(x))
		w.write(x[:n])
		x = x[n:]
		if w.err == nil {
			w.err = w.ctx.Err()
		}
	}
}

// Load reads what Save wrote. It refuses what is damaged, cut short or of a newer format, and believes nothing that it
// hasn't checked: a file that was made to mislead gives an error, not a panic.
func Load(ctx context.Context, in io.Reader) (*Index, error) {
	h, err := load(ctx, in)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early; save it again, or build it anew")
	}
	if err != nil {
		return nil, fmt.Errorf("loading an HNSW index: %w", err)
	}
	return h, nil
}

func load(ctx context.Context, in io.Reader) (*Index, error) {
	r := &sectionReader{ctx: ctx, in: bufio.NewReaderSize(in, pieceBytes), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	magic := make([]byte, len(fileMagic))
	var version uint32
	r.read(magic)
	r.read(&version)
	switch {
	case r.err != nil:
		return nil, r.err
	case string(magic) != fileMagic:
		return nil, errors.New("it isn't a saved HNSW index")
	case version > fileVersion:
		return nil, fmt.Errorf("it has format %d and this program knows %d: use a newer program, or build it anew", version, fileVersion)
	case version < fileVersion:
		return nil, fmt.Errorf("it has format %d, which no released program wrote: build it anew", version)
	}
	var head header
	r.read(&head)
	if r.err != nil {
		return nil, r.err
	}
	if err := head.check(); err != nil {
		return nil, err
	}
	h := newIndex(int(head.Dim), Options{M: int(head.M), EfSearch: int(head.EfSearch), EfConstruction: int(head.EfConstruction), Seed: head.Seed}.withDefaults())
	h.n, h.entry = int(head.N), head.Entry
	h.level = readSlice[int8](r, h.n)
	rows, err := h.lay()
	if r.err = errors.Join(r.err, err); r.err != nil {
		return nil, r.err
	}
	h.base = readSlice[int32](r, h.n*h.mmax0)
	h.upper = readSlice[int32](r, rows*h.m)
	if head.Ordered {
		h.ids = readSlice[int32](r, h.n)
	}
	if head.Copies {
		h.copies = readSlice[int32](r, h.n)
	}
	if head.Dead {
		h.dead = readSlice[bool](r, h.n)
	}
	h.items = readSlice[float32](r, h.n*h.dim)
	want := r.sum.Sum32()
	var sum uint32
	r.read(&sum)
	switch {
	case r.err != nil:
		return nil, r.err
	case sum != want:
		return nil, errors.New("its checksum doesn't match: it is damaged; save it again, or build it anew")
	}
	if err := h.checkLoaded(); err != nil {
		return nil, fmt.Errorf("it contradicts itself: %w", err)
	}
	vec.Huge(h.items)
	vec.Huge(h.base)
	return h, h.encode(ctx)
}

func (head header) check() error {
	switch {
	case head.Dim < 1 || head.Dim > maxDim:
		return fmt.Errorf("its vectors have %d values: at most %d are allowed", head.Dim, maxDim)
	case head.N > math.MaxInt32:
		return fmt.Errorf("it has %d items: at most %d are allowed", head.N, math.MaxInt32)
	case head.M < minM || head.M > maxM:
		return fmt.Errorf("its M is %d: %d to %d are allowed", head.M, minM, maxM)
	case head.EfSearch < 1 || head.EfSearch > maxEf || head.EfConstruction < 1 || head.EfConstruction > maxEf:
		return fmt.Errorf("its ef are %d and %d: 1 to %d are allowed", head.EfSearch, head.EfConstruction, maxEf)
	}
	return nil
}

// lay computes where the upper rows of each node begin, from the levels, and returns how many there are.
func (h *Index) lay() (rows int, err error) {
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
	if err := h.fillNodes(); err != nil {
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
	for i, x := range h.items {
		if x-x != 0 { // NaN or infinite
			return fmt.Errorf("item %d has a value that is no number", i/h.dim)
		}
	}
	if err := h.checkCircles(); err != nil {
		return err
	}
	h.live = h.n
	if h.dead == nil {
		return nil
	}
	h.shut = make([]bool, h.n)
	for i, dead := range h.dead {
		if dead {
			h.live--
		}
		if node := h.nodeOf(int32(i)); h.level[node] >= 0 {
			_, h.shut[node] = h.circle(int32(i))
		}
	}
	return nil
}

// fillNodes makes sure that each item is one node's, and fills in whose.
func (h *Index) fillNodes() error {
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

// checkCircles makes sure that each copy is in the circle of exactly one item, of identical vectors.
func (h *Index) checkCircles() error {
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

type sectionReader struct {
	ctx context.Context
	in  io.Reader
	sum hash.Hash32
	err error
}

func (r *sectionReader) read(v any) {
	if r.err == nil {
		r.err = binary.Read(io.TeeReader(r.in, r.sum), binary.LittleEndian, v)
	}
}

// readSlice reads n values, allocating no faster than they come.
func readSlice[T any](r *sectionReader, n int) []T {
	const piece = pieceBytes / 4
	out := make([]T, 0, min(n, piece))
	for len(out) < n && r.err == nil {
		part := make([]T, min(piece, n-len(out)))
		r.read(part)
		out = append(out, part...)
		if r.err == nil {
			r.err = r.ctx.Err()
		}
	}
	return out
}
