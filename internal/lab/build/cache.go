package build

import (
	"context"
	"errors"
	"sync"
)

// cache holds what was built by its key. Two that ask for the same thing at once share one build.
type cache struct {
	parent *cache // what it already holds is used, and nothing is added to it; nil: there is none

	mu      sync.Mutex
	entries map[Key]*entry
	order   []Key // least recently used first
	limit   int64 // bytes of kept values; the entry used last always stays
}

func newCache(limit int64) *cache { return &cache{entries: map[Key]*entry{}, limit: limit} }

// allow raises the limit to at least this many bytes.
func (c *cache) allow(bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = max(c.limit, bytes)
}

func (c *cache) allowed() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

type entry struct {
	done  chan struct{} // closed when value and err are final
	value Sized
	bytes int64
	err   error
}

// built returns the finished value under key in c or above it.
func (c *cache) built(key Key) (Sized, bool) {
	for ; c != nil; c = c.parent {
		c.mu.Lock()
		e, ok := c.entries[key]
		if ok {
			c.touch(key)
		}
		c.mu.Unlock()
		if !ok {
			continue
		}
		select {
		case <-e.done:
			if e.err == nil {
				return e.value, true
			}
		default:
		}
	}
	return nil, false
}

// put keeps a value under key, unless it already has one or one is being built.
func (c *cache) put(key Key, v Sized) {
	c.mu.Lock()
	if _, ok := c.entries[key]; ok {
		c.mu.Unlock()
		return
	}
	e := &entry{done: make(chan struct{})}
	c.entries[key] = e
	c.mu.Unlock()
	c.settle(key, e, v, nil)
}

// once returns the value kept under key, or builds it. A build that fails isn't kept: whoever waited for a build that
// was canceled by somebody else builds it again.
func once[V Sized](ctx context.Context, c *cache, key Key, build func(context.Context) (V, error)) (V, error) {
	var none V
	if v, ok := c.parent.built(key); ok {
		return v.(V), nil
	}
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
func (c *cache) settle(key Key, e *entry, v Sized, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.value, e.err = v, err
	if err == nil {
		e.bytes = v.Bytes()
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
func (c *cache) touch(key Key) {
	for i, k := range c.order {
		if k == key {
			c.order = append(append(c.order[:i:i], c.order[i+1:]...), key)
			return
		}
	}
}
