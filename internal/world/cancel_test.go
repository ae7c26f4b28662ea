package world

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"dryrun/internal/problem"
)

func bind(t testing.TB, p *problem.Problem, emb *problem.Embedding) problem.Features {
	t.Helper()
	f, err := p.Pairs.Bind(context.Background(), emb)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func drifted(t testing.TB, p *problem.Problem, strength float64) *problem.Problem {
	t.Helper()
	later, err := p.Drift.At(context.Background(), strength)
	if err != nil {
		t.Fatal(err)
	}
	return later
}

// countdown is a context that ends by itself when it has been asked often enough whether it has. It makes cancellation in
// the middle of work repeatable, and counts how often the work goes on asking.
type countdown struct {
	context.Context
	left  atomic.Int64
	after atomic.Int64
	done  chan struct{}
}

func countdownFrom(asks int64) *countdown {
	c := &countdown{Context: context.Background(), done: make(chan struct{})}
	c.left.Store(asks)
	return c
}

func (c *countdown) Err() error {
	switch left := c.left.Add(-1); {
	case left == 0:
		close(c.done)
	case left > 0:
		return nil
	default:
		c.after.Add(1)
	}
	return context.Canceled
}

func (c *countdown) Done() <-chan struct{} { return c.done }

func (c *countdown) Deadline() (time.Time, bool) { return time.Time{}, false }

func TestCancelledWorkReturnsItsContextsErrorAndNoWorldInstead(t *testing.T) {
	shop := generated(t, small(1), 2)
	feed := fed(t, smallFeed(1), 2)
	play := feed.People.Begin(1)
	pictures := petsProblem(t, Spec{Kind: "images", Queries: 100, Seed: 1})
	for name, work := range map[string]func(context.Context) (any, error){
		"drift of images":            func(ctx context.Context) (any, error) { return orNil(shop.Drift.At(ctx, 1)) },
		"drift of interactions":      func(ctx context.Context) (any, error) { return orNil(feed.Drift.At(ctx, 1)) },
		"drift of labelled pictures": func(ctx context.Context) (any, error) { return orNil(pictures.Drift.At(ctx, 1)) },
		"learning from a play":       func(ctx context.Context) (any, error) { return orNil(play.(problem.Learner).Learn(ctx)) },
		"features of images":         func(ctx context.Context) (any, error) { return shop.Pairs.Bind(ctx, nil) },
		"features of interactions":   func(ctx context.Context) (any, error) { return feed.Pairs.Bind(ctx, nil) },
		"features of pictures":       func(ctx context.Context) (any, error) { return pictures.Pairs.Bind(ctx, nil) },
		"making images":              func(ctx context.Context) (any, error) { return orNil(Make(ctx, small(2), nil)) },
		"making interactions":        func(ctx context.Context) (any, error) { return orNil(Make(ctx, smallFeed(2), nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, asks := range []int64{1, 2, 5} {
				ctx := countdownFrom(asks)
				got, err := work(ctx)
				if err == nil && ctx.left.Load() > 0 {
					break // it needn't ask so often
				}
				if !errors.Is(err, context.Canceled) || got != nil {
					t.Errorf("ended at ask %d: got %v, error %v; want no result and the context's error", asks, got != nil, err)
				}
			}
		})
	}
}

// orNil keeps a nil pointer nil as an interface.
func orNil(p *problem.Problem, err error) (any, error) {
	if p == nil {
		return nil, err
	}
	return p, err
}
