package sim

import (
	"sync/atomic"

	"dryrun/internal/problem"
)

// slots is how many requests' facts are remembered: a request's candidates come one after the other, so that a few more
// than there are goroutines suffice.
const slots = 256

// RequestCache keeps what is worked out once a request, so that filling the features of its candidates doesn't repeat it.
// It is safe for concurrent use; a request that another has displaced is worked out again, to the same result.
type RequestCache[T any] struct {
	slot [slots]atomic.Pointer[RequestFacts[T]]
}

// RequestFacts are those of one request.
type RequestFacts[T any] struct {
	id   int32
	user int32 // plays number their requests alike, whoever asks
	from problem.Origin
	day  float64
	Own  T
	vec  []float32 // under the bound embedding; nil where the query brings its own
}

// Get returns the facts of q, worked out by make where they aren't remembered.
func (m *RequestCache[T]) Get(q *problem.Query, emb *problem.Embedding, work func() T) *RequestFacts[T] {
	slot := &m.slot[uint32(q.ID)%slots]
	got := slot.Load()
	if got != nil && got.id == q.ID && got.user == q.User && got.from == q.From && got.day == q.Day && (emb == nil || q.Vec != nil || got.vec != nil) {
		return got
	}
	made := &RequestFacts[T]{id: q.ID, user: q.User, from: q.From, day: q.Day, Own: work()}
	if emb != nil && q.Vec == nil {
		made.vec = make([]float32, emb.Dim)
		emb.Encode(q, made.vec)
	}
	slot.Store(made)
	return made
}

// Dot is the inner product of the request and item i, 0 without an embedding.
func (f *RequestFacts[T]) Dot(q *problem.Query, emb *problem.Embedding, i int32) float32 {
	if emb == nil {
		return 0
	}
	vec := q.Vec
	if vec == nil {
		vec = f.vec
	}
	var sum float32
	for k, v := range emb.Item(i) {
		sum += v * vec[k]
	}
	return sum
}
