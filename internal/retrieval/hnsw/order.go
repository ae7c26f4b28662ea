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

// orderLeast is the number of items from which a graph is too large for a cache, so that the order of its nodes matters.
const orderLeast = 1 << 16

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

// stretch is a part of an order that is still to be parted.
type stretch struct {
	items []int32
	sides []float32 // working memory, one for each item
}

const (
	stretchLeast = 512 // so few lie close together in any order
	stretchMany  = 64  // so many stretches keep all workers busy
)

// localOrder returns the items in an order in which neighbors mostly lie close together: they are parted in two by the
// plane between two means, and the halves again, until few are left. It is the same at any number of workers.
func localOrder(ctx context.Context, items []float32, dim int, seed uint64, workers int) ([]int32, error) {
	n := len(items) / dim
	whole := stretch{make([]int32, n), make([]float32, n)}
	for i := range whole.items {
		whole.items[i] = int32(i)
	}
	p := parting{items: items, dim: dim, seed: seed}
	parts := []stretch{whole}
	for len(parts) < stretchMany {
		halves := make([]stretch, 2*len(parts))
		err := parallel.For(ctx, workers, len(parts), func(_, i int) error {
			halves[2*i], halves[2*i+1] = p.part(ctx, parts[i], p.room())
			return nil
		})
		if err != nil {
			return nil, err
		}
		parts = halves
	}
	err := parallel.For(ctx, workers, len(parts), func(_, i int) error {
		p.partAll(ctx, parts[i], p.room())
		return nil
	})
	return whole.items, err
}

// parting parts stretches of items, row-major with dim columns.
type parting struct {
	items []float32
	dim   int
	seed  uint64
}

func (p parting) row(item int32) []float32 {
	return p.items[int(item)*p.dim : (int(item)+1)*p.dim]
}

// planeSample is how many vectors decide where a plane lies.
const planeSample = 64

// room is for the vectors of a sample.
func (p parting) room() []float32 { return make([]float32, 0, planeSample*p.dim) }

func (p parting) partAll(ctx context.Context, s stretch, room []float32) {
	for len(s.items) > stretchLeast && ctx.Err() == nil {
		var first stretch
		first, s = p.part(ctx, s, room)
		p.partAll(ctx, first, room)
	}
}

// part reorders a stretch so that its items on the one side of a plane come before those on the other, and returns both.
// Where nearly all would be on one side it parts them in the middle, as they lie.
func (p parting) part(ctx context.Context, s stretch, room []float32) (first, second stretch) {
	n := len(s.items)
	if n <= stretchLeast {
		return s, stretch{}
	}
	normal, offset, err := p.plane(ctx, s.items, room)
	const some = 1 << 14 // between two looks at the context
	for i := 0; i < n && err == nil; i += some {
		to := min(i+some, n)
		vec.DotGather(normal, p.items, p.dim, s.items[i:to], s.sides[i:to])
		err = ctx.Err()
	}
	if err != nil {
		return s, stretch{} // the whole order is given up
	}
	at, end := 0, n
	for at < end {
		if s.sides[at] > offset {
			at++
			continue
		}
		end--
		s.items[at], s.items[end] = s.items[end], s.items[at]
		s.sides[at], s.sides[end] = s.sides[end], s.sides[at]
	}
	if at < n/16 || at > n-n/16 {
		at = n / 2
	}
	return stretch{s.items[:at], s.sides[:at]}, stretch{s.items[at:], s.sides[at:]}
}

// plane is the one halfway between the means of two clusters of a sample: a vector x is on the first one's side where its
// inner product with normal is above offset.
func (p parting) plane(ctx context.Context, items []int32, room []float32) (normal []float32, offset float32, err error) {
	seed := p.seed ^ (uint64(items[0])<<32 | uint64(len(items)))
	rng := rand.New(rand.NewPCG(seed, 0x6f72))
	rows := room[:0]
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
