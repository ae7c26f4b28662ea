package retrieval

import (
	"context"
	"math"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// HNSW is the hierarchical navigable small world graph of Malkov & Yashunin (2018), over unit vectors compared by inner
// product. Every item is a node on layer 0 and, with a chance that falls by M a layer, on the layers above. A search
// walks greedily down the layers to a good start, then explores layer 0 with a list of the ef best nodes found so far:
// time grows with the logarithm of the corpus, and ef buys recall with time. Symbols are the paper's.
//
// It may be searched by any number of goroutines, also while Insert and Delete change it: a search sees a batch of
// changes whole or not at all.
type HNSW struct {
	items          []float32 // row-major, n x dim
	dim, n         int
	m, mmax0       int // most links of a node above layer 0, and on it
	efSearch       int
	efConstruction int
	seed           uint64
	workers        int

	base  []int32 // layer 0: n rows of mmax0 links, closed by -1 where shorter
	upper []int32 // layers 1 and up: rows of m links
	rowAt []int32 // for each node, its row for layer 1 in upper; those for the layers above follow
	level []int8  // for each node, the highest layer that it is on; -1 for a copy of an earlier item, which is no node
	entry int32   // where a search begins; -1 while empty
	top   int     // entry's layer

	// Identical items stand in a circle, of which the smallest is the node: for each item, the next of its circle, -1
	// for one that is alone. nil where all differ.
	copies []int32

	dead []bool // for each item, whether it was deleted; nil where none was
	shut []bool // for each node, whether all of its circle were deleted, so that it is only walked through
	live int    // items that weren't

	changing sync.Mutex   // held by the one goroutine that changes the index; it reads without mu
	builder  *builder     // its working memory, from the first Insert on
	mu       sync.RWMutex // held for writing only while what searches can reach changes
	pool     sync.Pool    // of *searcher
}

// links returns the row of node's links on a layer.
func (h *HNSW) links(node int32, layer int) []int32 {
	if layer == 0 {
		at := int(node) * h.mmax0
		return h.base[at : at+h.mmax0]
	}
	at := (int(h.rowAt[node]) + layer - 1) * h.m
	return h.upper[at : at+h.m]
}

func (h *HNSW) item(node int32) []float32 {
	return h.items[int(node)*h.dim : (int(node)+1)*h.dim]
}

// Retrieve implements Retriever, with ef the larger of EfSearch and k.
func (h *HNSW) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	if err := checkVector(q, h.dim); err != nil {
		return into, err
	}
	return h.search(ctx, q.Vec, k, h.efSearch, into)
}

// Search appends the k best nodes that a list of ef finds for q, best first; ef is raised to k. It is safe for
// concurrent use.
func (h *HNSW) Search(q []float32, k, ef int, into []problem.Candidate) []problem.Candidate {
	into, _ = h.search(context.Background(), q, k, ef, into) // only the context can end it early
	return into
}

func (h *HNSW) search(ctx context.Context, q []float32, k, ef int, into []problem.Candidate) ([]problem.Candidate, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if err := ctx.Err(); err != nil || k <= 0 || h.entry < 0 {
		return into, err
	}
	s := h.pool.Get().(*searcher)
	defer h.pool.Put(s)
	start := s.descend(q, s.score(q, h.entry), h.top, 0)
	ef = min(max(ef, k), h.n)
	var err error
	if h.dead == nil {
		err = s.explore(ctx, q, start, ef, 0)
	} else {
		err = s.exploreThrough(ctx, q, start, ef)
	}
	if err != nil {
		return into, err
	}
	return h.answer(s.found[:min(k, len(s.found))], k, into), nil
}

// answer appends the k best of the found nodes and their copies, without those that were deleted.
func (h *HNSW) answer(found []near, k int, into []problem.Candidate) []problem.Candidate {
	from := len(into)
	for _, c := range found {
		score := c.score()
		if score != score { // a query with NaN has no neighbours
			continue
		}
		if h.dead == nil || !h.dead[c.node()] {
			into = append(into, problem.Candidate{Item: c.node(), Score: score})
		}
		if h.copies == nil {
			continue
		}
		for i := h.copies[c.node()]; i >= 0 && i != c.node() && len(into) < from+2*k; i = h.copies[i] {
			if h.dead == nil || !h.dead[i] {
				into = append(into, problem.Candidate{Item: i, Score: score})
			}
		}
	}
	if h.copies == nil {
		return into
	}
	sortBest(into[from:]) // another node of equal score may have a smaller id than a copy
	return into[:min(len(into), from+k)]
}

// Len implements Index. It counts the deleted items too: their ids aren't given out again.
func (h *HNSW) Len() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.n
}

// Live is the number of items that a search can return.
func (h *HNSW) Live() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.live
}

// MB implements Index.
func (h *HNSW) MB() float64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return megabytes(4*(len(h.items)+len(h.base)+len(h.upper)+len(h.rowAt)+len(h.copies)) + len(h.level) + len(h.dead) + len(h.shut))
}

// near is a node with its score in one word, so that a larger word is a better node: the score's bits made to sort as
// integers, then the complement of the id (equal scores go to the smaller item), then one bit that says the node's
// links have been followed, which decides nothing between different nodes.
type near uint64

const followed near = 1

func toNear(score float32, node int32) near {
	b := math.Float32bits(score)
	b ^= uint32(int32(b)>>31) | 1<<31 // negative: turn all bits, otherwise the sign
	return near(b)<<32 | near(uint32(^node)<<1)
}

func (c near) node() int32 { return int32(^uint32(c) >> 1) }

func (c near) score() float32 {
	b := uint32(c >> 32)
	b ^= ^uint32(int32(b)>>31) | 1<<31
	return math.Float32frombits(b)
}

// searcher is the working memory of one search at a time.
type searcher struct {
	h       *HNSW
	visited []uint8 // equal to epoch: this search has scored the node
	epoch   uint8
	found   []near // the ef best so far, best first
	passing []near // deleted nodes to walk through, the best on top of a heap
	ids     []int32
	scores  []float32
}

func newSearcher(h *HNSW) *searcher {
	return &searcher{h: h, visited: make([]uint8, h.n), ids: make([]int32, h.mmax0), scores: make([]float32, h.mmax0)}
}

// begin forgets which nodes were visited. The marks are cleared only when the epochs run out, and made anew when the
// index has grown.
func (s *searcher) begin() {
	if len(s.visited) < s.h.n {
		s.visited, s.epoch = make([]uint8, s.h.n+s.h.n/8), 0
	}
	s.epoch++
	if s.epoch == 0 {
		clear(s.visited)
		s.epoch = 1
	}
}

func (s *searcher) score(q []float32, node int32) near {
	return toNear(vec.Dot(q, s.h.item(node)), node)
}

// descend is the search with ef = 1 from layer from down to layer to, not included: step to the best neighbour until
// there is none better.
func (s *searcher) descend(q []float32, at near, from, to int) near {
	for layer := from; layer > to; layer-- {
		for moved := true; moved; {
			moved = false
			row := open(s.h.links(at.node(), layer))
			vec.DotGather(q, s.h.items, s.h.dim, row, s.scores)
			for i, node := range row {
				if c := toNear(s.scores[i], node); c > at {
					at, moved = c, true
				}
			}
		}
	}
	return at
}

// open returns a row's links without the padding.
func open(row []int32) []int32 {
	for i, node := range row {
		if node < 0 {
			return row[:i]
		}
	}
	return row
}

// How many nodes a search follows between two looks at its context: well under a millisecond.
const askEvery = 512

// explore is Algorithm 2 of the paper: it leaves in found the ef best nodes of a layer that are reached from start. The
// paper's two heaps are one sorted list here, where those not yet followed are the candidates: it is done when all
// are followed.
func (s *searcher) explore(ctx context.Context, q []float32, start near, ef, layer int) error {
	s.begin()
	s.visited[start.node()] = s.epoch
	s.found = append(s.found[:0], start)
	steps := 0
	for at := 0; at < len(s.found); {
		c := s.found[at]
		if c&followed != 0 {
			at++
			continue
		}
		if steps++; steps%askEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s.found[at] |= followed
		at++
		ids := s.unvisited(s.h.links(c.node(), layer))
		if at < len(s.found) { // very likely the next to be followed: have its links at hand
			vec.Prefetch(s.h.links(s.found[at].node(), layer))
		}
		vec.DotGather(q, s.h.items, s.h.dim, ids, s.scores)
		for i, node := range ids {
			if place := s.insert(toNear(s.scores[i], node), ef); place < at {
				at = place
			}
		}
	}
	return nil
}

// unvisited marks the nodes of a row and returns those that were not marked before.
func (s *searcher) unvisited(row []int32) []int32 {
	ids, n := s.ids, 0
	for _, node := range row {
		if node < 0 {
			break
		}
		ids[n] = node
		if s.visited[node] != s.epoch {
			s.visited[node] = s.epoch
			n++
		}
	}
	return ids[:n]
}

// insert puts c in its place among the ef best and returns the place; len(found) or more where it is not among them.
func (s *searcher) insert(c near, ef int) int {
	n := len(s.found)
	if n == ef {
		if c < s.found[n-1] {
			return n
		}
		n--
	} else {
		s.found = append(s.found, c)
	}
	// The first place whose node is worse.
	lo, hi := 0, n
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); s.found[mid] > c {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	copy(s.found[lo+1:n+1], s.found[lo:n])
	s.found[lo] = c
	return lo
}
