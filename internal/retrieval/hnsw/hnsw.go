// Package hnsw is stage one by a hierarchical navigable small world graph (Malkov & Yashunin 2018), the engine for corpora
// that are too large to scan. Vectors of unit length come in; an Index comes out that answers a request with the items of
// the largest inner products, nearly always the right ones, in a time that grows with the logarithm of the corpus. An Index
// can be saved and loaded, and items can be inserted and deleted while it is searched.
package hnsw

import (
	"context"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

// Index is the hierarchical navigable small world graph of Malkov & Yashunin (2018), over unit vectors compared by inner
// product. Every item is a node on layer 0 and, with a chance that falls by M a layer, on the layers above. A search
// walks greedily down the layers to a good start, then explores layer 0 with a list of the ef best nodes found so far:
// time grows with the logarithm of the corpus, and ef buys recall with time. Symbols are the paper's.
//
// The walk is bound by memory, so it compares codes of two bytes a value, and the nodes of a large graph are numbered so
// that neighbors lie close together. What it found is then compared by the vectors themselves, whose inner products are
// the scores of the answers.
//
// Every method may be called by any goroutine at any time. Retrieve and Search run side by side. Insert, Delete and Save
// wait for one another, and searches go on beside them: a search waits only while a batch that was prepared is put into
// the graph, which takes microseconds, and sees a batch or a Delete whole or not at all. What a search returned may have been
// deleted since. A filter's Only is called during the search and must not change the index.
type Index struct {
	items          []float32 // row-major, n x dim, by item
	codes          vec.Codes // the same in half the memory, by node
	dim, n         int
	m, mmax0       int // most links of a node above layer 0, and on it
	efSearch       int
	efConstruction int
	seed           uint64
	workers        int
	beamFrom       int

	base  []int32 // layer 0: n rows of mmax0 links, closed by -1 where shorter
	upper []int32 // layers 1 and up: rows of m links
	rowAt []int32 // for each node, its row for layer 1 in upper; those for the layers above follow
	level []int8  // for each node, the highest layer that it is on; -1 for a copy of an earlier item, which is no node
	entry int32   // where a search begins; -1 while empty
	top   int     // entry's layer

	// Where the graph is too large for a cache: for each node, its item, and for each item, its node. nil where they have
	// the same numbers.
	ids, nodes []int32

	// Identical items are a ring, of which the smallest is the node: for each item, the next of its ring, -1 for one that
	// has no copies. nil where all differ.
	copies []int32

	deleted   []bool // for each item, whether it was deleted; nil where none was
	tombstone []bool // for each node, whether all items of its ring were deleted, so that it is only walked through
	live      int    // items that weren't

	changing sync.Mutex   // held by the one goroutine that changes the index; it reads without mu
	builder  *builder     // its working memory, from the first Insert on
	mu       sync.RWMutex // held for writing only while what searches can reach changes
	pool     sync.Pool    // of *searcher
}

// links returns the row of node's links on a layer.
func (h *Index) links(node int32, layer int) []int32 {
	if layer == 0 {
		at := int(node) * h.mmax0
		return h.base[at : at+h.mmax0]
	}
	at := (int(h.rowAt[node]) + layer - 1) * h.m
	return h.upper[at : at+h.m]
}

// row returns an item's vector.
func (h *Index) row(item int32) []float32 {
	return h.items[int(item)*h.dim : (int(item)+1)*h.dim]
}

// Retrieve implements retrieval.Retriever, with ef the larger of EfSearch and k.
func (h *Index) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if err := retrieval.CheckVector(q, h.dim); err != nil {
		return into, err
	}
	return h.search(ctx, q.Vec, k, h.efSearch, &q.Filter, into)
}

// Search appends the k best nodes that a list of ef finds for q, best first; ef is raised to k. It is safe for
// concurrent use.
func (h *Index) Search(q []float32, k, ef int, into []problem.Candidate) []problem.Candidate {
	into, _ = h.search(context.Background(), q, k, ef, &problem.Filter{}, into) // only the context can end it early
	return into
}

func (h *Index) search(ctx context.Context, q []float32, k, ef int, f *problem.Filter,
	into []problem.Candidate,
) ([]problem.Candidate, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if err := ctx.Err(); err != nil || k <= 0 || h.entry < 0 {
		return into, err
	}
	s := h.pool.Get().(*searcher)
	defer h.pool.Put(s)
	s.setQuery(q)
	ef = min(max(ef, k), h.n)
	err := s.enterBase(ctx)
	if err == nil {
		err = s.explore(ctx, ef, 0, h.allowing(f))
	}
	if err != nil {
		return into, err
	}
	s.rescore(q)
	return h.answer(s.found[:min(k, len(s.found))], k, f, into), nil
}

// allowing returns the test of whether a search may return some item of a node; nil where it may return all.
func (h *Index) allowing(f *problem.Filter) func(node int32) bool {
	if f.AllowsAll() {
		if h.deleted == nil {
			return nil
		}
		return func(node int32) bool { return !h.tombstone[node] }
	}
	return func(node int32) bool {
		item := h.itemOf(node)
		if h.returns(item, f) {
			return true
		}
		if h.copies == nil {
			return false
		}
		for i := h.copies[item]; i >= 0 && i != item; i = h.copies[i] {
			if h.returns(i, f) {
				return true
			}
		}
		return false
	}
}

// returns says whether an item is there to be returned.
func (h *Index) returns(item int32, f *problem.Filter) bool {
	return (h.deleted == nil || !h.deleted[item]) && f.Allows(item)
}

// answer appends the k best of the found nodes and their copies, without those that were deleted or that f refuses.
func (h *Index) answer(found []scoredNode, k int, f *problem.Filter, into []problem.Candidate) []problem.Candidate {
	from := len(into)
	for _, c := range found {
		score := c.score()
		if score != score { // a query with NaN has no neighbors
			continue
		}
		item := h.itemOf(c.node())
		if h.returns(item, f) {
			into = append(into, problem.Candidate{Item: item, Score: score})
		}
		if h.copies == nil {
			continue
		}
		for i := h.copies[item]; i >= 0 && i != item && len(into) < from+2*k; i = h.copies[i] {
			if h.returns(i, f) {
				into = append(into, problem.Candidate{Item: i, Score: score})
			}
		}
	}
	// Of equal scores the smaller item comes first, whatever the numbers of the nodes, and copies among the others.
	for i := from + 1; i < len(into); i++ {
		if retrieval.Better(into[i], into[i-1]) {
			retrieval.SortBest(into[from:])
			break
		}
	}
	return into[:min(len(into), from+k)]
}

// Len implements Index. It counts the deleted items too: their ids aren't given out again.
func (h *Index) Len() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.n
}

// Live is the number of items that a search can return.
func (h *Index) Live() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.live
}

// MB implements Index.
func (h *Index) MB() float64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	words := len(h.items) + len(h.base) + len(h.upper) + len(h.rowAt) + len(h.ids) + len(h.nodes) + len(h.copies)
	return retrieval.Megabytes(4*words + len(h.level) + len(h.deleted) + len(h.tombstone) + h.codes.Bytes())
}

// scoredNode is a node with its score in one word, so that a larger word is a better node: the score's word, then the
// complement of the id (equal scores go to the smaller node), then one bit that says the node's links have been followed,
// which decides nothing between different nodes.
type scoredNode uint64

const followed scoredNode = 1

func scoreNode(score float32, node int32) scoredNode {
	return scoredNode(vec.Word(score))<<32 | scoredNode(uint32(^node)<<1)
}

func (c scoredNode) node() int32 { return int32(^uint32(c) >> 1) }

func (c scoredNode) score() float32 { return vec.FromWord(uint32(c >> 32)) }
