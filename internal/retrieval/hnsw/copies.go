package hnsw

import (
	"context"
	"encoding/binary"
	"hash"
	"hash/fnv"
	"math"
	"slices"
)

// rowHash hashes rows one after another.
type rowHash struct {
	fnv   hash.Hash64
	bytes []byte
}

func newRowHash(dim int) *rowHash { return &rowHash{fnv.New64a(), make([]byte, 0, 4*dim)} }

func (h *rowHash) of(row []float32) uint64 {
	h.bytes = h.bytes[:0]
	for _, v := range row {
		h.bytes = binary.LittleEndian.AppendUint32(h.bytes, math.Float32bits(v))
	}
	h.fnv.Reset()
	_, _ = h.fnv.Write(h.bytes) // it can't fail
	return h.fnv.Sum64()
}

// findCopies puts identical items into rings and says which are not the first of theirs. Only the first becomes a
// node: forty copies of one item would otherwise link to each other and to nothing else.
func (h *Index) findCopies(ctx context.Context) (copies map[int32]bool, err error) {
	copies = map[int32]bool{}
	firsts, hashes := map[uint64]int32{}, newRowHash(h.dim)
	for i := range int32(h.n) {
		if i%askEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row := h.row(i)
		hash := hashes.of(row)
		first, found := firsts[hash]
		switch {
		case !found:
			firsts[hash] = i
		case slices.Equal(row, h.row(first)):
			copies[i] = true
		}
	}
	// Once more from the end, so that each joins its ring right behind the first.
	for i := int32(h.n) - 1; i >= 0 && len(copies) > 0; i-- {
		if copies[i] {
			h.join(i, firsts[hashes.of(h.row(i))])
		}
	}
	return copies, nil
}

// join puts item i into the ring of the item first, behind it: at once, however large the ring.
func (h *Index) join(i, first int32) {
	for j := len(h.copies); j < h.n; j++ {
		h.copies = append(h.copies, -1)
	}
	if h.copies[first] < 0 {
		h.copies[first] = first
	}
	h.copies[i], h.copies[first] = h.copies[first], i
}
