//go:build faiss && cgo

package faiss

/*
#cgo CXXFLAGS: -std=c++17 -O2 -fopenmp
#cgo LDFLAGS: -lfaiss -llapack -lblas -fopenmp
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// Rows that are added between two looks at the context: some tens of milliseconds of work. The graph depends on it,
// because FAISS inserts the nodes of one batch by level.
const (
	flatBatch  = 8192
	ivfpqBatch = 2048
	hnswBatch  = 128
)

// index is one of FAISS's, owned: handle is freed by Close, or when nobody holds the index any more.
type index struct {
	handle  *C.faiss_shim
	cleanup runtime.Cleanup
	open    sync.RWMutex // held for writing by Close alone

	kind   Kind
	dim    int // of the items
	padded int // of the rows in FAISS: zeros after the items' values
	n      int
	mb     float64
	pool   sync.Pool // of *results
}

// results is where FAISS writes one search's answer.
type results struct {
	query   []float32
	scores  []float32
	items   []int64
	allowed []byte // a bit for each item that the request's filter allows; empty where it allows all
	effort  float64
}

// allow sets allowed and effort, and returns how many items are allowed. FAISS's graph and lists look at a fixed number of
// items, refused ones among them, so it has to look at more where much is refused.
func (r *results) allow(f *problem.Filter, n int) int {
	r.allowed, r.effort = r.allowed[:0], 1
	if f.AllowsAll() {
		return n
	}
	r.allowed = slices.Grow(r.allowed, (n+7)/8)[:(n+7)/8]
	for i := range r.allowed {
		r.allowed[i] = 0xff
	}
	for item := n; item < 8*len(r.allowed); item++ {
		r.refuse(item)
	}
	for _, item := range f.Except {
		if item >= 0 && int(item) < n {
			r.refuse(int(item))
		}
	}
	count := 0
	for i := range r.allowed {
		for item := 8 * i; f.Only != nil && item < min(8*i+8, n); item++ {
			if r.allowed[i]>>(item%8)&1 == 1 && !f.Only(int32(item)) {
				r.refuse(item)
			}
		}
		count += bits.OnesCount8(r.allowed[i])
	}
	r.effort = float64(n) / float64(max(count, 1))
	return count
}

func (r *results) refuse(item int) { r.allowed[item/8] &^= 1 << (item % 8) }

// Version is the FAISS that this program was built with, and whether there is one.
func Version() (string, bool) { return C.GoString(C.faiss_shim_version()), true }

// Build builds an index over items, row-major with dim columns. FAISS keeps a copy. The same items, parameters and seed
// give the same index.
func Build(ctx context.Context, kind Kind, items []float32, dim int, o Options, p retrieval.Progress) (Index, error) {
	ix, err := build(ctx, kind, items, dim, o, p)
	if err != nil {
		return nil, fmt.Errorf("building a FAISS %s index of %d items: %w", kind, len(items)/max(dim, 1), err)
	}
	return ix, nil
}

func build(ctx context.Context, kind Kind, items []float32, dim int, o Options, p retrieval.Progress) (*index, error) {
	if dim <= 0 || len(items)%dim != 0 {
		return nil, fmt.Errorf("%d values aren't rows of %d", len(items), dim)
	}
	n := len(items) / dim
	if n > math.MaxInt32 {
		return nil, fmt.Errorf("at most %d fit", math.MaxInt32)
	}
	o = o.withDefaults(n)
	if err := o.check(); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(items, notFinite); i >= 0 {
		return nil, fmt.Errorf("item %d has a value that isn't a number: look at the encoder", i/dim)
	}
	ix := &index{kind: kind, dim: dim, padded: dim, n: n}
	ix.pool.New = func() any { return new(results) }
	batch, err := ix.make(o)
	if err != nil {
		return nil, err
	}
	if err := ix.fill(ctx, items, batch, p); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	ix.mb = float64(C.faiss_shim_bytes(ix.handle)) / 1e6
	return ix, nil
}

// make makes the empty index and returns the size of its batches.
func (ix *index) make(o Options) (batch int, err error) {
	var failed *C.char
	switch ix.kind {
	case Flat:
		batch = flatBatch
		failed = C.faiss_shim_flat(C.int(ix.dim), &ix.handle)
	case HNSW:
		batch = hnswBatch
		failed = C.faiss_shim_hnsw(C.int(ix.dim), C.int(o.M), C.int(o.EfConstruction), C.int(o.EfSearch), C.uint64_t(o.Seed), &ix.handle)
	case IVFPQ:
		batch = ivfpqBatch
		// Each byte of a code stands for four values. A code book has as many entries as eight bits count, and no more than a
		// corpus gives four examples of.
		ix.padded = (ix.dim + partWidth - 1) / partWidth * partWidth
		width := min(8, max(1, bits.Len(uint(ix.n/4))-1))
		failed = C.faiss_shim_ivfpq(C.int(ix.padded), C.int(o.Lists), C.int(ix.padded/partWidth), C.int(width), C.int(o.Probes),
			C.int(o.Refine), C.uint64_t(o.Seed), &ix.handle)
	default:
		return 0, fmt.Errorf("kind %q is unknown: choose %s, %s or %s", ix.kind, Flat, HNSW, IVFPQ)
	}
	if failed != nil {
		return 0, said(failed)
	}
	ix.cleanup = runtime.AddCleanup(ix, func(h *C.faiss_shim) { C.faiss_shim_free(h) }, ix.handle)
	return batch, nil
}

// partWidth is how many values of a vector one code of a product quantizer stands for.
const partWidth = 4

// fill trains on the items and adds them. When ctx ends, FAISS stops too.
func (ix *index) fill(ctx context.Context, items []float32, batch int, p retrieval.Progress) error {
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		C.faiss_shim_stop(ix.handle)
	})
	defer func() {
		if !stop() {
			<-stopped // it holds the handle, which the caller is about to free
		}
	}()
	if ix.n < 2 && ix.kind == IVFPQ {
		return errors.New("there are fewer than two to learn a code book from: choose the kind flat")
	}
	rows := items
	if ix.kind == IVFPQ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows = ix.pad(items)
		if failed := C.faiss_shim_train(ix.handle, C.int64_t(ix.n), floats(rows)); failed != nil {
			return endOr(ctx, said(failed))
		}
	}
	for first := 0; first < ix.n; first += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		last := min(first+batch, ix.n)
		if failed := C.faiss_shim_add(ix.handle, C.int64_t(last-first), floats(rows[first*ix.padded:last*ix.padded])); failed != nil {
			return endOr(ctx, said(failed))
		}
		if p != nil {
			p(last, ix.n)
		}
	}
	return ctx.Err()
}

// endOr is why a build stopped: ctx's end, where FAISS reports no more than that it was interrupted, or err.
func endOr(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return err
}

// pad returns rows of padded values, with zeros after the items' own: no inner product changes.
func (ix *index) pad(items []float32) []float32 {
	if ix.padded == ix.dim {
		return items
	}
	rows := make([]float32, ix.n*ix.padded)
	for i := range ix.n {
		copy(rows[i*ix.padded:], items[i*ix.dim:(i+1)*ix.dim])
	}
	return rows
}

// Retrieve implements retrieval.Retriever. One search isn't interrupted: it takes FAISS milliseconds.
func (ix *index) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if len(q.Vec) != ix.dim {
		return into,
			fmt.Errorf("searching the FAISS index for request %d: its vector has %d values and the index %d: encode it with "+
				"the index's encoder", q.ID, len(q.Vec), ix.dim)
	}
	if err := ctx.Err(); err != nil {
		return into, err
	}
	k = min(k, ix.n)
	if k <= 0 || slices.ContainsFunc(q.Vec, notFinite) { // a query with NaN has no neighbors
		return into, nil
	}
	r := ix.pool.Get().(*results)
	defer ix.pool.Put(r)
	r.query = append(r.query[:0], q.Vec...)
	for len(r.query) < ix.padded {
		r.query = append(r.query, 0)
	}
	if k = min(k, r.allow(&q.Filter, ix.n)); k == 0 {
		return into, nil
	}
	r.scores, r.items = slices.Grow(r.scores[:0], k)[:k], slices.Grow(r.items[:0], k)[:k]
	if err := ix.search(r, k); err != nil {
		return into, fmt.Errorf("searching the FAISS %s index for request %d: %w", ix.kind, q.ID, err)
	}
	from := len(into)
	for i, item := range r.items {
		if item >= 0 { // -1: fewer than k were found
			into = append(into, problem.Candidate{Item: int32(item), Score: r.scores[i]})
		}
	}
	slices.SortFunc(into[from:], func(a, b problem.Candidate) int { // FAISS leaves equal scores in any order
		if retrieval.Better(a, b) {
			return -1
		}
		return 1
	})
	return into, nil
}

func (ix *index) search(r *results, k int) error {
	ix.open.RLock()
	defer ix.open.RUnlock()
	if ix.handle == nil {
		return errors.New("it is closed")
	}
	if len(r.allowed) > 0 {
		return said(C.faiss_shim_search_allowed(ix.handle, floats(r.query), C.int64_t(k),
			(*C.uint8_t)(unsafe.SliceData(r.allowed)), C.int64_t(len(r.allowed)),
			C.double(r.effort), floats(r.scores), (*C.int64_t)(unsafe.SliceData(r.items))))
	}
	return said(C.faiss_shim_search(ix.handle, floats(r.query), C.int64_t(k), floats(r.scores), (*C.int64_t)(unsafe.SliceData(r.items))))
}

// Len implements retrieval.Index.
func (ix *index) Len() int { return ix.n }

// MB implements retrieval.Index.
func (ix *index) MB() float64 { return ix.mb }

// Close frees FAISS's memory, once the searches under way are done.
func (ix *index) Close() error {
	ix.open.Lock()
	defer ix.open.Unlock()
	if ix.handle != nil {
		ix.cleanup.Stop()
		C.faiss_shim_free(ix.handle)
		ix.handle = nil
	}
	return nil
}

// said turns the shim's complaint into an error, nil into none, and frees it.
func said(failed *C.char) error {
	if failed == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(failed))
	return errors.New("FAISS says: " + C.GoString(failed))
}

func floats(x []float32) *C.float { return (*C.float)(unsafe.SliceData(x)) }

func notFinite(x float32) bool { return x-x != 0 }
