package collab

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"dryrun/internal/parallel"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
)

// CooccurrenceOptions are the settings of item-item neighbors; 0 means the default.
type CooccurrenceOptions struct {
	Neighbors int     // N, how many an item keeps (100)
	Shrinkage float64 // λ (1); negative for none: the sparser the data, the more it takes
	Workers   int     // goroutines (one fewer than the processors); the result is the same at any number
}

// Cooccurrence recommends what people engaged with who also engaged with the same things: item-item collaborative
// filtering by cosine (Sarwar et al. 2001). Similarities that rest on few people are shrunk toward 0 (Bell & Koren
// 2007), since two items that one person happened to like have a cosine of 1:
//
//	s_ij = n_ij/(n_ij + λ) · Σ_u r_ui·r_uj / (‖r_i‖·‖r_j‖)      n_ij: users of both
//
// Each item keeps its N most similar, and a user's score for i is the sum over the history: Σ_j r_uj·s_ji, over the j
// that keep i (Deshpande & Karypis 2004). It is immutable and safe for concurrent use.
type Cooccurrence struct {
	history      *problem.History
	neighborRows sparse // neighborRows.row(j): the items that j keeps, ascending, with s_ji
	popular      *Popularity
	pool         sync.Pool // of *cooccurrenceScratch
}

// cooccurrenceScratch sums up scores: sum is zero everywhere between two uses.
type cooccurrenceScratch struct {
	sum     []float32 // by item
	touched []int32
	top     retrieval.TopK
}

func newCooccurrenceScratch(items int) *cooccurrenceScratch {
	return &cooccurrenceScratch{sum: make([]float32, items)}
}

func (s *cooccurrenceScratch) add(item int32, score float32) {
	if s.sum[item] == 0 {
		s.touched = append(s.touched, item)
	}
	s.sum[item] += score
}

// cooccurrenceChunk is how many items a worker takes at a time.
const cooccurrenceChunk = 16

// NewCooccurrence finds every item's neighbors. Its time grows with the sum of the squared lengths of the users' rows. It
// keeps h, which must not change.
func NewCooccurrence(ctx context.Context, h *problem.History, o CooccurrenceOptions, p retrieval.Progress) (*Cooccurrence, error) {
	if err := checkHistory(h); err != nil {
		return nil, fmt.Errorf("counting what goes together: %w", err)
	}
	o.Neighbors, o.Shrinkage = cmp.Or(o.Neighbors, 100), max(cmp.Or(o.Shrinkage, 1), 0)
	if o.Neighbors < 1 {
		return nil, fmt.Errorf("counting what goes together: %d neighbors an item: choose at least 1", o.Neighbors)
	}
	c := &Cooccurrence{history: h, popular: NewPopularity(h, 0)}
	c.pool.New = func() any { return newCooccurrenceScratch(h.Items) }
	b := newCooccurrenceBuild(ctx, h, o)
	workers := parallel.Workers(o.Workers)
	scratch := make([]*cooccurrenceCounts, workers)
	err := parallel.Batches(ctx, workers, h.Items, cooccurrenceChunk, p, func(w, first, last int) error {
		if scratch[w] == nil {
			scratch[w] = newCooccurrenceCounts(h.Items)
		}
		for i := first; i < last && ctx.Err() == nil; i++ {
			b.neighbors(i, scratch[w])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("counting what goes together among %d items: %w", h.Items, err)
	}
	c.neighborRows = b.neighborRows()
	return c, nil
}

// cooccurrenceBuild is what the workers read, and the rows they write.
type cooccurrenceBuild struct {
	users, items *sparse
	norm         []float64 // ‖r_i‖
	o            CooccurrenceOptions
	kept         [][]problem.Candidate // by item
}

func newCooccurrenceBuild(ctx context.Context, h *problem.History, o CooccurrenceOptions) *cooccurrenceBuild {
	b := &cooccurrenceBuild{
		users: byUser(h), items: byItem(ctx, h), norm: make([]float64, h.Items), o: o, kept: make([][]problem.Candidate, h.Items),
	}
	for i := range h.Items {
		_, weights := b.items.row(i)
		for _, w := range weights {
			b.norm[i] += float64(w) * float64(w)
		}
		b.norm[i] = math.Sqrt(b.norm[i])
	}
	return b
}

// cooccurrenceCounts is one worker's memory: zero everywhere between two items.
type cooccurrenceCounts struct {
	both    []int32   // n_ij
	dot     []float64 // Σ_u r_ui·r_uj
	touched []int32
	top     retrieval.TopK
}

func newCooccurrenceCounts(items int) *cooccurrenceCounts {
	return &cooccurrenceCounts{both: make([]int32, items), dot: make([]float64, items)}
}

// neighbors finds the items most similar to i, by walking all that i's users engaged with.
func (b *cooccurrenceBuild) neighbors(i int, s *cooccurrenceCounts) {
	users, mine := b.items.row(i)
	for n, u := range users {
		others, theirs := b.users.row(int(u))
		for m, j := range others {
			if s.both[j] == 0 {
				s.touched = append(s.touched, j)
			}
			s.both[j]++
			s.dot[j] += float64(mine[n]) * float64(theirs[m])
		}
	}
	s.top.Reset(b.o.Neighbors)
	for _, j := range s.touched {
		n := float64(s.both[j])
		if norm := b.norm[i] * b.norm[j]; int(j) != i && norm > 0 {
			s.top.Push(j, float32(n/(n+b.o.Shrinkage)*s.dot[j]/norm))
		}
		s.both[j], s.dot[j] = 0, 0
	}
	s.touched = s.touched[:0]
	b.kept[i] = s.top.Append(nil)
	slices.SortFunc(b.kept[i], func(x, y problem.Candidate) int { return cmp.Compare(x.Item, y.Item) })
}

// near lays the rows out one after another.
func (b *cooccurrenceBuild) neighborRows() sparse {
	n := sparse{start: make([]int32, len(b.kept)+1)}
	for i, row := range b.kept {
		for _, c := range row {
			n.id, n.weight = append(n.id, c.Item), append(n.weight, c.Score)
		}
		n.start[i+1] = int32(len(n.id))
	}
	return n
}

// Retrieve implements retrieval.Retriever. It returns only items that a neighbor in the user's history speaks
// for: that may be fewer than k. Who has no history (a user of -1, an empty row) gets what is popular.
func (c *Cooccurrence) Retrieve(ctx context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	ids, weights := historyOf(c.history, q.User)
	if len(ids) == 0 {
		return c.popular.Retrieve(ctx, q, k, into)
	}
	if err := ctx.Err(); err != nil {
		return into, err
	}
	s := c.pool.Get().(*cooccurrenceScratch)
	defer c.pool.Put(s)
	for n, j := range ids {
		neighborRows, similar := c.neighborRows.row(int(j))
		for m, i := range neighborRows {
			s.add(i, weights[n]*similar[m])
		}
	}
	s.top.Reset(k)
	for _, i := range s.touched {
		if score := s.sum[i]; score > 0 && s.top.Wants(score) && q.Filter.Allows(i) {
			s.top.Push(i, score)
		}
		s.sum[i] = 0
	}
	s.touched = s.touched[:0]
	return s.top.Append(into), nil
}

// Len implements Index.
func (c *Cooccurrence) Len() int { return c.neighborRows.rows() }

// MB implements Index.
func (c *Cooccurrence) MB() float64 {
	return retrieval.Megabytes(4*(len(c.neighborRows.start)+len(c.neighborRows.id)+len(c.neighborRows.weight))) + c.popular.MB()
}
