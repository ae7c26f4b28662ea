package sim

import (
	"sync/atomic"

	"dryrun/internal/problem"
)

// slots is how many requests' facts are kept. A request's candidates come one after the other, so a few more slots than
// goroutines are enough.
const slots = 256

// RequestCache keeps what is computed once for each request, so that filling the features of its candidates doesn't repeat
// it. It is safe for concurrent use; a request that another one has evicted is computed again, with the same result.
type RequestCache[T any] struct {
	slot [slots]atomic.Pointer[RequestFacts[T]]
}

// RequestFacts is what is computed for one request.
type RequestFacts[T any] struct {
	id   int32
	user int32 // plays reuse request numbers for different users
	from problem.Origin
	day  float64
	Own  T
	vec  []float32 // under the bound embedding; nil where the query brings its own
}

// Get returns the facts of q, computed by work unless they are cached.
func (m *RequestCache[T]) Get(q *problem.Query, emb *problem.Embedding, work func() T) *RequestFacts[T] {
	slot := &m.slot[uint32(q.ID)%slots]
	cached := slot.Load()
	if cached != nil && cached.answers(q) && (emb == nil || q.Vec != nil || cached.vec != nil) {
		return cached
	}
	fresh := &RequestFacts[T]{id: q.ID, user: q.User, from: q.From, day: q.Day, Own: work()}
	if emb != nil && q.Vec == nil {
		fresh.vec = make([]float32, emb.Dim)
		emb.Encode(q, fresh.vec)
	}
	slot.Store(fresh)
	return fresh
}

func (f *RequestFacts[T]) answers(q *problem.Query) bool {
	return f.id == q.ID && f.user == q.User && f.from == q.From && f.day == q.Day
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
