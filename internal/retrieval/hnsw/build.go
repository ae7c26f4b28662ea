package hnsw

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/parallel"
	"dryrun/internal/retrieval"
	"dryrun/internal/vec"
)

// Options are the paper's parameters; 0 means the default.
type Options struct {
	M              int // links that a new node makes on each layer (16); twice as many fit on layer 0
	EfConstruction int // size of the list while building (128): more gives a better graph, slower
	EfSearch       int // size of the list while searching, where k is not larger (64)
	Seed           uint64
	Workers        int // goroutines (one fewer than the processors); the graph is the same at any number

	orderFrom, beamFrom int // sizes from which large graphs are treated as such
}

func (o Options) withDefaults() Options {
	o.M = cmp.Or(o.M, 16)
	o.EfConstruction = cmp.Or(o.EfConstruction, 128)
	o.EfSearch = cmp.Or(o.EfSearch, 64)
	o.Workers = parallel.Workers(o.Workers)
	o.orderFrom, o.beamFrom = cmp.Or(o.orderFrom, orderFrom), cmp.Or(o.beamFrom, beamFrom)
	return o
}

// Bounds of the parameters. M of 1 has no level to fall by (mL = 1/ln M).
const (
	minM, maxM = 2, 256
	maxEf      = 1 << 20
	maxLevel   = 30
)

// A batch is inserted as one: its nodes search the graph as it was before the batch, side by side, and are compared with
// each other in full. So the result depends on this number and not on the number of workers.
const buildBatch = 512

// Build builds the graph over items, row-major with dim columns, of unit length. It keeps the slice, which must not
// change. The same items, parameters and seed give the same graph.
func Build(ctx context.Context, items []float32, dim int, o Options, p retrieval.Progress) (*Index, error) {
	o = o.withDefaults()
	switch {
	case dim <= 0 || len(items)%dim != 0:
		return nil, fmt.Errorf("building an HNSW index of %d values: not rows of %d", len(items), dim)
	case len(items)/dim > math.MaxInt32:
		return nil, fmt.Errorf("building an HNSW index of %d items: at most %d fit", len(items)/dim, math.MaxInt32)
	case o.M < minM || o.M > maxM:
		return nil, fmt.Errorf("building an HNSW index with M = %d: choose %d to %d", o.M, minM, maxM)
	case o.EfConstruction < 1 || o.EfConstruction > maxEf || o.EfSearch < 1 || o.EfSearch > maxEf:
		return nil, fmt.Errorf("building an HNSW index with efConstruction = %d and ef = %d: choose 1 to %d", o.EfConstruction,
			o.EfSearch, maxEf)
	}
	h := newIndex(dim, o)
	h.items, h.n, h.live = slices.Clip(items), len(items)/dim, len(items)/dim // clipped: an insert won't write into the caller's array
	copies, err := h.findCopies(ctx)
	if err == nil && h.n >= o.orderFrom {
		err = h.order(ctx, copies)
	}
	if err == nil {
		err = h.encode(ctx)
	}
	if err == nil {
		err = h.allocate(ctx, 0, copies)
	}
	if err != nil {
		return nil, fmt.Errorf("building an HNSW index of %d items, stopped before the first: %w", h.n, err)
	}
	vec.UseHugePages(h.items)
	vec.UseHugePages(h.base)
	b := newBuilder(h)
	for first := 0; first < h.n; first += buildBatch {
		last := min(first+buildBatch, h.n)
		if err := b.prepare(ctx, first, last); err != nil {
			return nil, fmt.Errorf("building an HNSW index, stopped at item %d of %d: %w", first, h.n, err)
		}
		b.commit(first, last)
		if p != nil {
			p(last, h.n)
		}
	}
	return h, nil
}

func newIndex(dim int, o Options) *Index {
	h := &Index{
		dim: dim, m: o.M, mmax0: 2 * o.M, efSearch: o.EfSearch, efConstruction: o.EfConstruction, seed: o.Seed,
		workers: o.Workers, beamFrom: o.beamFrom, entry: -1,
	}
	h.pool.New = func() any { return newSearcher(h) }
	return h
}

// encodeBatch is how many items a worker encodes between two looks at the context.
const encodeBatch = 256

// encode codes all items.
func (h *Index) encode(ctx context.Context) error {
	h.codes = vec.NewCodes(h.n, h.dim)
	return parallel.Batches(ctx, h.workers, h.n, encodeBatch, nil, func(_, first, last int) error {
		for i := first; i < last; i++ {
			h.codes.Set(i, h.row(h.itemOf(int32(i))))
		}
		return nil
	})
}

// levelOf is the highest layer of an item's node, floor(-ln U · mL) with mL = 1/ln M and U in (0, 1] drawn from the seed
// and the item alone, so that an index grown later has the levels of one built at once; -1 for a copy.
func (h *Index) levelOf(item int32, isCopy map[int32]bool) int8 {
	if isCopy[item] {
		return -1
	}
	u := 1 - rand.New(rand.NewPCG(h.seed, uint64(item)*0x9e3779b97f4a7c15+0x6877)).Float64()
	return int8(min(-math.Log(u)/math.Log(float64(h.m)), maxLevel))
}

// allocate gives each node from first on its highest layer, and lays out empty rows for all. It writes only beyond what a
// search can reach, and sets the fields under mu.
func (h *Index) allocate(ctx context.Context, first int, isCopy map[int32]bool) error {
	level, rowAt := slices.Grow(h.level[:first], h.n-first), slices.Grow(h.rowAt[:first], h.n-first)
	rows := int32(len(h.upper) / h.m)
	for i := first; i < h.n; i++ {
		l := h.levelOf(h.itemOf(int32(i)), isCopy)
		level, rowAt = append(level, l), append(rowAt, rows)
		rows += max(int32(l), 0)
	}
	base, err := padded(ctx, h.base[:first*h.mmax0], h.n*h.mmax0)
	if err != nil {
		return err
	}
	upper, err := padded(ctx, h.upper, int(rows)*h.m)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.level, h.rowAt, h.base, h.upper = level, rowAt, base, upper
	return nil
}

// padded returns rows lengthened to n links, the new ones open.
func padded(ctx context.Context, rows []int32, n int) ([]int32, error) {
	from := len(rows)
	rows = slices.Grow(rows, n-from)[:n]
	for part := range slices.Chunk(rows[from:], 1<<20) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for i := range part {
			part[i] = -1
		}
	}
	return rows, nil
}

// builder inserts batch after batch.
type builder struct {
	h       *Index
	ef      int
	workers []*buildWorker
	back    []backLink
	groups  [][]backLink // those of one row together
	staged  []int32      // what each group's row becomes, mmax0 apart
}

func newBuilder(h *Index) *builder {
	b := &builder{h: h, ef: h.efConstruction, workers: make([]*buildWorker, h.workers)}
	for i := range b.workers {
		b.workers[i] = &buildWorker{searcher: newSearcher(h), batch: make([]float32, buildBatch)}
	}
	return b
}

// buildWorker is one goroutine's working memory.
type buildWorker struct {
	*searcher
	batch   []float32 // scores of the batch's earlier nodes
	chosen  []int32
	skipped []scoredNode
}

// backLink is a link that target owes to a new node.
type backLink struct {
	layer        int32
	target, node int32
}

// prepare links the items first to last-1 to the graph in three phases: each finds and chooses its neighbors (side by
// side: nobody can reach a new node yet, and each writes only its own rows); the links back are sorted by the node that
// gets them; what the rows of such nodes become is chosen and put aside (side by side again).
func (b *builder) prepare(ctx context.Context, first, last int) error {
	err := parallel.For(ctx, len(b.workers), last-first, func(worker, i int) error {
		return b.connect(ctx, b.workers[worker], first, first+i)
	})
	if err != nil {
		return err
	}
	h := b.h
	b.back = b.back[:0]
	for item := int32(first); item < int32(last); item++ {
		node := h.nodeOf(item)
		for layer := 0; layer <= int(h.level[node]); layer++ {
			for _, target := range open(h.links(node, layer)) {
				b.back = append(b.back, backLink{int32(layer), target, node})
			}
		}
	}
	slices.SortFunc(b.back, func(x, y backLink) int {
		return cmp.Or(cmp.Compare(x.target, y.target), cmp.Compare(x.layer, y.layer), cmp.Compare(x.node, y.node))
	})
	b.groups = b.groups[:0]
	for rest := b.back; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].target == rest[0].target && rest[n].layer == rest[0].layer {
			n++
		}
		b.groups, rest = append(b.groups, rest[:n]), rest[n:]
	}
	b.staged = slices.Grow(b.staged[:0], len(b.groups)*h.mmax0)[:len(b.groups)*h.mmax0]
	return parallel.For(ctx, len(b.workers), len(b.groups), func(worker, i int) error {
		b.workers[worker].linkBack(b.groups[i], b.staged[i*h.mmax0:(i+1)*h.mmax0])
		return nil
	})
}

// commit puts what was prepared in force: from now on a search can reach the batch. While others search, mu is held.
func (b *builder) commit(first, last int) {
	h := b.h
	for i, g := range b.groups {
		copy(h.links(g[0].target, int(g[0].layer)), b.staged[i*h.mmax0:])
	}
	for item := int32(first); item < int32(last); item++ {
		node := h.nodeOf(item)
		if l := int(h.level[node]); l >= 0 && (h.entry < 0 || l > h.top) {
			h.entry, h.top = node, l
		}
	}
}

// connect is the search of Algorithm 1 for the node of one new item, and the choice of its neighbors on each of its
// layers.
func (b *builder) connect(ctx context.Context, w *buildWorker, first, item int) error {
	h := b.h
	node := h.nodeOf(int32(item))
	q, level := h.row(int32(item)), int(h.level[node])
	if level < 0 {
		return nil
	}
	earlier := w.batch[:item-first]
	vec.DotRows(q, h.items[first*h.dim:], h.dim, earlier)
	var at scoredNode
	if h.entry >= 0 {
		w.setQuery(q)
		at = w.descend(w.score(h.entry), h.top, level)
	}
	for layer := level; layer >= 0; layer-- {
		w.found = w.found[:0]
		if h.entry >= 0 && layer <= h.top {
			w.found = append(w.found, at)
			if err := w.explore(ctx, b.ef, layer, nil); err != nil {
				return err
			}
			at = w.found[0] &^ followed
			w.rescore(q)
		}
		for i, score := range earlier {
			if other := h.nodeOf(int32(first + i)); int(h.level[other]) >= layer {
				w.insert(scoreNode(score, other), b.ef)
			}
		}
		copy(h.links(node, layer), w.choose(w.found, h.m))
	}
	return nil
}

// linkBack writes into row what one node's links of one layer become with the new ones.
func (w *buildWorker) linkBack(group []backLink, row []int32) {
	h := w.h
	target := group[0].target
	old := h.links(target, int(group[0].layer))
	row = row[:len(old)]
	had := copy(row, open(old))
	if had+len(group) <= len(row) {
		for i, l := range group {
			row[had+i] = l.node
		}
		padRow(row[had+len(group):])
		return
	}
	ids := append(w.chosen[:0], row[:had]...)
	for _, l := range group {
		ids = append(ids, l.node)
	}
	w.chosen = ids
	scores := w.scoreBuffer(len(ids))
	w.dot(h.row(h.itemOf(target)), ids, scores)
	w.found = w.found[:0]
	for i, id := range ids {
		w.found = append(w.found, scoreNode(scores[i], id))
	}
	slices.SortFunc(w.found, func(x, y scoredNode) int { return cmp.Compare(y, x) })
	padRow(row[copy(row, w.choose(w.found, len(row))):])
}

func padRow(rest []int32) {
	for i := range rest {
		rest[i] = -1
	}
}

// choose is Algorithm 4, the heuristic: of candidates, best first, it takes those that are nearer to the base than to
// any taken before, so that links lead to different places and not all into one cluster; places that are left go to
// the best of those passed over (the paper's keepPrunedConnections). The result lives until the next call.
func (w *buildWorker) choose(cands []scoredNode, limit int) []int32 {
	h := w.h
	taken, items := w.chosen[:0], w.items[:0] // the nodes, and the items they are of
	w.skipped = w.skipped[:0]
	var near4 [4]float32
candidates:
	for _, c := range cands {
		if len(taken) == limit {
			break
		}
		item, score := h.itemOf(c.node()), c.score()
		v := h.row(item)
		for i := 0; i < len(items); i += len(near4) {
			some := items[i:min(i+len(near4), len(items))]
			vec.DotGather(v, h.items, h.dim, some, near4[:])
			for _, between := range near4[:len(some)] {
				if between >= score {
					w.skipped = append(w.skipped, c)
					continue candidates
				}
			}
		}
		taken, items = append(taken, c.node()), append(items, item)
	}
	for _, c := range w.skipped[:min(limit-len(taken), len(w.skipped))] {
		taken = append(taken, c.node())
	}
	w.chosen, w.items = taken, items
	return taken
}
