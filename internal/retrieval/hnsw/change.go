package hnsw

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dryrun/internal/vec"
)

// Insert adds rows of dim values, of unit length, with the ids first, first+1, ... It adds batch by batch: each is seen
// by searches as a whole, and those before the end of ctx stay. added says how many items did. Inserted in batches of
// 512 from the start, they make the graph that Build makes; only the numbers of its nodes differ where it is large. The
// first insert copies the vectors, which until then were the caller's.
func (h *Index) Insert(ctx context.Context, rows []float32) (first int32, added int, err error) {
	h.changing.Lock()
	defer h.changing.Unlock()
	before := h.n
	switch {
	case len(rows)%h.dim != 0:
		return 0, 0, fmt.Errorf("inserting %d values into an HNSW index: not rows of %d", len(rows), h.dim)
	case before+len(rows)/h.dim > math.MaxInt32:
		return 0, 0, fmt.Errorf("inserting %d items into an HNSW index of %d: at most %d fit", len(rows)/h.dim, before, math.MaxInt32)
	}
	if h.builder == nil {
		h.builder = newBuilder(h)
	}
	b := h.builder
	for len(rows) > 0 && err == nil {
		part := rows[:min(len(rows), buildBatch*h.dim)]
		rows = rows[len(part):]
		err = h.grow(ctx, b, part)
	}
	if err != nil {
		err = fmt.Errorf("inserting into an HNSW index, stopped at item %d: %w", h.n, err)
	}
	return int32(before), h.n - before, err
}

// grow adds one batch, or leaves the index as it was.
func (h *Index) grow(ctx context.Context, b *builder, rows []float32) error {
	from, upper := h.n, len(h.upper)
	copies, err := h.copiesAmong(ctx, rows)
	if err != nil {
		return err
	}
	isCopy := map[int32]bool{}
	for i := range copies {
		isCopy[i] = true
	}
	codes := h.codes.Resize(from + len(rows)/h.dim)
	for i := 0; i < len(rows); i += h.dim {
		codes.Set(from+i/h.dim, rows[i:i+h.dim])
	}
	h.resize(append(h.items, rows...), codes)
	if err = h.allocate(ctx, from, isCopy); err == nil {
		err = b.prepare(ctx, from, h.n)
	}
	if err != nil { // nothing of the batch can be reached yet
		h.resize(h.items[:from*h.dim], h.codes.Resize(from))
		h.mu.Lock()
		defer h.mu.Unlock()
		h.level, h.rowAt = h.level[:min(from, len(h.level))], h.rowAt[:min(from, len(h.rowAt))]
		h.base, h.upper = h.base[:from*h.mmax0], h.upper[:upper]
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	b.commit(from, h.n)
	h.live += h.n - from
	for i := int32(h.n) - 1; i >= int32(from) && len(copies) > 0; i-- {
		if first, ok := copies[i]; ok {
			h.join(i, first)
			if h.deleted != nil {
				h.tombstone[h.nodeOf(first)] = false // its ring has an item again that can be returned
			}
		}
	}
	return nil
}

// resize sets the vectors and their codes, and makes what else is kept for each item as long. What it copies, it copies
// without mu.
func (h *Index) resize(items []float32, codes vec.Codes) {
	n := len(items) / h.dim
	ids, nodes, copies, deleted, tombstone := h.ids, h.nodes, h.copies, h.deleted, h.tombstone
	if ids != nil {
		ids, nodes = numberedAlike(ids, n), numberedAlike(nodes, n)
	}
	if copies != nil {
		copies = resized(copies, n, -1)
	}
	if deleted != nil {
		deleted, tombstone = resized(deleted, n, false), resized(tombstone, n, false)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items, h.codes, h.n, h.ids, h.nodes, h.copies, h.deleted, h.tombstone = items, codes, n, ids, nodes, copies, deleted, tombstone
}

// numberedAlike returns numbers with n of them, new ones their own: nodes that are inserted are numbered as their items.
func numberedAlike(numbers []int32, n int) []int32 {
	for i := len(numbers); i < n; i++ {
		numbers = append(numbers, int32(i))
	}
	return numbers[:n]
}

// resized returns x with n values, new ones as given.
func resized[T any](x []T, n int, value T) []T {
	for len(x) < n {
		x = append(x, value)
	}
	return x[:n]
}

// copiesAmong finds the new items that are identical to one that has a node, or to an earlier one of the batch, and names
// it. A copy that the search for it misses becomes a node, which costs a little and breaks nothing.
func (h *Index) copiesAmong(ctx context.Context, rows []float32) (map[int32]int32, error) {
	const ef = 24
	copies := map[int32]int32{}
	firsts, hashes := map[uint64]int32{}, newRowHash(h.dim)
	s := h.pool.Get().(*searcher)
	defer h.pool.Put(s)
	for i := 0; i < len(rows); i += h.dim {
		row, id := rows[i:i+h.dim], int32(h.n+i/h.dim)
		if h.entry >= 0 {
			s.setQuery(row)
			if err := s.enterBase(ctx); err != nil {
				return nil, err
			}
			if err := s.explore(ctx, min(ef, h.n), 0, nil); err != nil {
				return nil, err
			}
			s.rescore(row)
			if best := h.itemOf(s.found[0].node()); slices.Equal(row, h.row(best)) {
				copies[id] = best
				continue
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		hash := hashes.of(row)
		if first, found := firsts[hash]; !found {
			firsts[hash] = id
		} else if at := (int(first) - h.n) * h.dim; slices.Equal(row, rows[at:at+h.dim]) {
			copies[id] = first
		}
	}
	return copies, nil
}

// Delete takes items out of every later answer. Their nodes stay as tombstones that searches walk through, so the graph
// keeps its ways and its memory; with more than about half deleted, build a new one. Deleting twice is no error.
func (h *Index) Delete(ids ...int32) error {
	h.changing.Lock()
	defer h.changing.Unlock()
	for _, id := range ids {
		if id < 0 || int(id) >= h.n {
			return fmt.Errorf("deleting item %d of an HNSW index: it has items 0 to %d", id, h.n-1)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.deleted == nil {
		h.deleted, h.tombstone = make([]bool, h.n), make([]bool, h.n)
	}
	for _, id := range ids {
		if h.deleted[id] {
			continue
		}
		h.deleted[id] = true
		h.live--
		first, all := h.copiesOf(id)
		h.tombstone[h.nodeOf(first)] = all
	}
	return nil
}

// copiesOf returns the item of which another is a copy, or the item itself, and whether all of their ring are deleted.
func (h *Index) copiesOf(id int32) (first int32, allDeleted bool) {
	first, allDeleted = id, h.deleted[id]
	if h.copies == nil || h.copies[id] < 0 {
		return first, allDeleted
	}
	for i := h.copies[id]; i != id; i = h.copies[i] {
		if h.level[h.nodeOf(i)] >= 0 {
			first = i
		}
		allDeleted = allDeleted && h.deleted[i]
	}
	return first, allDeleted
}
