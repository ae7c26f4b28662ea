package ranking

import (
	"context"
	"slices"
	"sync"

	"dryrun/internal/problem"
	"dryrun/internal/vec"
)

// Scored is a Ranker that fills each candidate's row of features and orders by a model's scores.
type Scored struct {
	model    Model
	features problem.Features
	width    int
	buffers  sync.Pool // of *rowBuffer, so that a request allocates nothing once warm
}

type rowBuffer struct{ rows, scores []float32 }

// NewRanker returns the ranker that scores the rows of f by m, which must have been trained on f's columns.
func NewRanker(m Model, f problem.Features) *Scored {
	return &Scored{model: m, features: f, width: len(f.Columns())}
}

// rankBlock is how many candidates are scored between looks at the context.
const rankBlock = 256

// Rank scores the candidates in place and sorts them, best first, ties by item. Where ctx ends first the candidates are
// as they came.
func (s *Scored) Rank(ctx context.Context, q problem.Query, cands []problem.Candidate) error {
	buf, _ := s.buffers.Get().(*rowBuffer)
	if buf == nil {
		buf = &rowBuffer{}
	}
	defer s.buffers.Put(buf)
	buf.rows = slices.Grow(buf.rows[:0], rankBlock*s.width)[:rankBlock*s.width]
	buf.scores = slices.Grow(buf.scores[:0], len(cands))[:len(cands)]
	for from := 0; from < len(cands); from += rankBlock {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(rankBlock, len(cands)-from)
		rows := buf.rows[:n*s.width]
		for i := range n {
			s.features.Fill(&q, cands[from+i], rows[i*s.width:(i+1)*s.width])
		}
		s.model.Score(rows, buf.scores[from:from+n])
	}
	for i := range cands {
		cands[i].Score = buf.scores[i]
	}
	Sort(cands)
	return nil
}

// Sort puts candidates in order: best score first, ties by item, scores that are no numbers last. A candidate becomes one
// word that sorts as it should, since comparing words takes half the time of comparing scores and then items.
func Sort(cands []problem.Candidate) {
	var near [2 * rankBlock]uint64 // enough for most pages without a word to the allocator
	words := near[:0]
	for _, c := range cands {
		words = append(words, word(c))
	}
	slices.Sort(words)
	for i, w := range words {
		cands[i] = candidate(w)
	}
}

// word holds the complement of the score's word, so that the best score is the least, before the item.
func word(c problem.Candidate) uint64 {
	return uint64(^vec.Word(c.Score))<<32 | uint64(uint32(c.Item)^1<<31)
}

// candidate is the inverse of word.
func candidate(w uint64) problem.Candidate {
	return problem.Candidate{Item: int32(uint32(w) ^ 1<<31), Score: vec.FromWord(^uint32(w >> 32))}
}

// Identity is the Ranker that keeps stage one's order and scores: what a second stage has to beat.
type Identity struct{}

// Rank leaves the candidates as they came.
func (Identity) Rank(ctx context.Context, _ problem.Query, _ []problem.Candidate) error {
	return ctx.Err()
}
