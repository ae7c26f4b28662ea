package lab

import (
	"context"
	"errors"
	"sync"

	"dryrun/internal/parallel"
)

// cache holds what was built, by a comparable key whose type says what it is a key of. Two that ask for the same thing
// at once share one build.
type cache struct {
	mu      sync.Mutex
	entries map[any]*entry
	order   []any // least recently used first
	limit   int64 // bytes of kept values; the entry used last always stays
}

func newCache(limit int64) *cache { return &cache{entries: map[any]*entry{}, limit: limit} }

// keep raises the limit to at least so many bytes.
func (c *cache) keep(bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = max(c.limit, bytes)
}

type entry struct {
	done  chan struct{} // closed when value and err stand
	value any
	bytes int64
	err   error
}

// sizeOf is roughly how much memory a built value keeps; 0 for what is small.
func sizeOf(v any) int64 {
	switch v := v.(type) {
	case interface{ bytes() int64 }:
		return v.bytes()
	case interface{ MB() float64 }:
		return int64(1e6 * v.MB())
	}
	return 0
}

// once returns the value kept under key, or builds it. A build that fails isn't kept: whoever waited for a build that
// was cancelled by somebody else builds it again.
func once[V any](ctx context.Context, c *cache, key any, build func(context.Context) (V, error)) (V, error) {
	var none V
	for {
		c.mu.Lock()
		e, ok := c.entries[key]
		if !ok {
			e = &entry{done: make(chan struct{})}
			c.entries[key] = e
			c.mu.Unlock()
			v, err := build(ctx)
			c.settle(key, e, v, err)
			return v, err
		}
		c.touch(key)
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return none, ctx.Err()
		case <-e.done:
		}
		if e.err == nil {
			return e.value.(V), nil
		}
		if !errors.Is(e.err, context.Canceled) && !errors.Is(e.err, context.DeadlineExceeded) {
			return none, e.err
		}
		if ctx.Err() != nil {
			return none, ctx.Err()
		}
	}
}

// settle publishes a finished build and forgets the least recently used ones above the limit.
func (c *cache) settle(key any, e *entry, v any, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.value, e.err = v, err
	if err == nil {
		e.bytes = sizeOf(v)
	}
	close(e.done)
	if err != nil {
		delete(c.entries, key)
		return
	}
	c.order = append(c.order, key)
	total := int64(0)
	for _, k := range c.order {
		total += c.entries[k].bytes
	}
	for len(c.order) > 1 && total > c.limit {
		total -= c.entries[c.order[0]].bytes
		delete(c.entries, c.order[0])
		c.order = c.order[1:]
	}
}

// touch moves key to the end of the order, if it has been built.
func (c *cache) touch(key any) {
	for i, k := range c.order {
		if k == key {
			c.order = append(append(c.order[:i:i], c.order[i+1:]...), key)
			return
		}
	}
}

// each calls do for 0 to n-1 on as many workers; see parallel.For. do must write only what belongs to its own index: then
// the result is the same at any number of workers.
func each(ctx context.Context, n, workers int, do func(i int) error) error {
	return parallel.For(ctx, workers, n, func(_, i int) error { return do(i) })
}
