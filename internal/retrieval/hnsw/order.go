package hnsw

import (
	"context"
	"math/rand/v2"

	"dryrun/internal/parallel"
	"dryrun/internal/retrieval/kmeans"
	"dryrun/internal/vec"
)

// A walk goes from neighbor to neighbor, so where neighbors lie side by side in memory much of what it needs next has
// come along with what it needed before (Coleman et al. 2022, "Graph Reordering for Cache-Efficient Near Neighbor Search",
// order a finished graph by its links; here the vectors decide before it is built, so that nothing has to be moved).
// Nodes are numbered in such an order, and the items keep their ids.

// orderFrom is the number of items from which a graph is too large for a cache, so that the order of its nodes matters.
const orderFrom = 1 << 16

// nodeOf returns the node of an item.
func (h *Index) nodeOf(item int32) int32 {
	if h.nodes == nil {
		return item
	}
	return h.nodes[item]
}

// itemOf returns the item of a node.
func (h *Index) itemOf(node int32) int32 {
	if h.ids == nil {
		return node
	}
	return h.ids[node]
}

// order numbers the nodes: those of the highest layers first, which every search meets, and within a layer in the order of
// localOrder.
func (h *Index) order(ctx context.Context, isCopy map[int32]bool) error {
	local, err := localOrder(ctx, h.items, h.dim, h.seed, h.workers)
	if err != nil {
		return err
	}
	levels := make([]int8, h.n)
	var starts [maxLevel + 3]int // by maxLevel − level: where its nodes begin
	for item := range levels {
		levels[item] = h.levelOf(int32(item), isCopy)
		starts[maxLevel-int(levels[item])+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	h.ids, h.nodes = make([]int32, h.n), make([]int32, h.n)
	for _, item := range local {
		next := &starts[maxLevel-int(levels[item])]
		h.ids[*next], h.nodes[item] = item, int32(*next)
		*next++
	}
	return nil
}

// segment is a part of an order that is still to be split.
type segment struct {
	items    []int32
	products []float32 // working memory, one for each item
}

const (
	minSegment     = 512 // so few lie close together in any order
	enoughSegments = 64  // so many segments keep all workers busy
)

// localOrder returns the items in an order in which neighbors mostly lie close together: they are split in two by the
// plane between two means, and the halves again, until few are left. It is the same at any number of workers.
func localOrder(ctx context.Context, items []float32, dim int, seed uint64, workers int) ([]int32, error) {
	n := len(items) / dim
	whole := segment{make([]int32, n), make([]float32, n)}
	for i := range whole.items {
		whole.items[i] = int32(i)
	}
	p := splitter{items: items, dim: dim, seed: seed}
	parts := []segment{whole}
	for len(parts) < enoughSegments {
		halves := make([]segment, 2*len(parts))
		err := parallel.For(ctx, workers, len(parts), func(_, i int) error {
			halves[2*i], halves[2*i+1] = p.split(ctx, parts[i], p.sampleBuffer())
			return nil
		})
		if err != nil {
			return nil, err
		}
		parts = halves
	}
	err := parallel.For(ctx, workers, len(parts), func(_, i int) error {
		p.splitAll(ctx, parts[i], p.sampleBuffer())
		return nil
	})
	return whole.items, err
}

// splitter splits segments of items, row-major with dim columns.
type splitter struct {
	items []float32
	dim   int
	seed  uint64
}

func (p splitter) row(item int32) []float32 {
	return p.items[int(item)*p.dim : (int(item)+1)*p.dim]
}

// planeSample is how many vectors decide where a plane lies.
const planeSample = 64

// sampleBuffer is memory for the vectors of a sample.
func (p splitter) sampleBuffer() []float32 { return make([]float32, 0, planeSample*p.dim) }

func (p splitter) splitAll(ctx context.Context, s segment, buffer []float32) {
	for len(s.items) > minSegment && ctx.Err() == nil {
		var first segment
		first, s = p.split(ctx, s, buffer)
		p.splitAll(ctx, first, buffer)
	}
}

// split reorders a segment so that its items on the one side of a plane come before those on the other, and returns both.
// Where nearly all would be on one side it parts them in the middle, as they lie.
func (p splitter) split(ctx context.Context, s segment, buffer []float32) (first, second segment) {
	n := len(s.items)
	if n <= minSegment {
		return s, segment{}
	}
	normal, offset, err := p.plane(ctx, s.items, buffer)
	const some = 1 << 14 // between two looks at the context
	for i := 0; i < n && err == nil; i += some {
		to := min(i+some, n)
		vec.DotGather(normal, p.items, p.dim, s.items[i:to], s.products[i:to])
		err = ctx.Err()
	}
	if err != nil {
		return s, segment{} // the whole order is given up
	}
	at, end := 0, n
	for at < end {
		if s.products[at] > offset {
			at++
			continue
		}
		end--
		s.items[at], s.items[end] = s.items[end], s.items[at]
		s.products[at], s.products[end] = s.products[end], s.products[at]
	}
	if at < n/16 || at > n-n/16 {
		at = n / 2
	}
	return segment{s.items[:at], s.products[:at]}, segment{s.items[at:], s.products[at:]}
}

// plane is the one halfway between the means of two clusters of a sample: a vector x is on the first one's side where its
// inner product with normal is above offset.
func (p splitter) plane(ctx context.Context, items []int32, buffer []float32) (normal []float32, offset float32, err error) {
	seed := p.seed ^ (uint64(items[0])<<32 | uint64(len(items)))
	rng := rand.New(rand.NewPCG(seed, 0x6f72))
	rows := buffer[:0]
	for range planeSample {
		rows = append(rows, p.row(items[rng.IntN(len(items))])...)
	}
	two, err := kmeans.Train(ctx, rows, p.dim, 2, seed, 1)
	if err != nil {
		return nil, 0, err
	}
	normal = two.Rows[:p.dim]
	vec.Axpy(-1, two.Rows[p.dim:], normal)
	return normal, two.Bias[1] - two.Bias[0], nil
}
