// Package parallel runs independent pieces of a long job on several goroutines. Work goes in as a function of its index; it
// comes back as the first error, or as nil when all of it was done. What the work computes doesn't depend on the number of
// workers, as long as the piece with one index writes nothing that another piece reads.
//
// All functions here answer errors and cancellation in the same way. No new work is handed out once a piece has failed or the
// context has ended; pieces already running are waited for, so no goroutine outlives the call. The error returned is that
// of the failed piece with the lowest index, which is the same at any number of workers, because indexes are handed out
// in order. If no piece failed but the context ended, even after the last piece was handed out, the error is the
// context's: a piece may look at the context itself and give up early without an error of its own.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers returns n if it is positive, and otherwise one fewer than the processors, but at least 1: a terminal has to stay
// responsive.
func Workers(n int) int {
	if n > 0 {
		return n
	}
	return max(runtime.GOMAXPROCS(0)-1, 1)
}

// For calls do once for each i below n, on at most so many workers, numbered from 0: two calls with the same worker number
// never run at the same time, so each worker may have memory of its own.
func For(ctx context.Context, workers, n int, do func(worker, i int) error) error {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(0, i); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	f := failure{at: n}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for ctx.Err() == nil && !f.any.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(w, i); err != nil {
					f.add(i, err)
				}
			}
		})
	}
	wg.Wait()
	if f.err != nil {
		return f.err
	}
	return ctx.Err()
}

// Batches cuts 0 to n-1 into ranges of size, the last one shorter, and calls do for each as For does. progress, which may be
// nil, is called with how many of the n are done after each range: the number only rises, and the calls don't overlap.
func Batches(ctx context.Context, workers, n, size int, progress func(done, of int), do func(worker, from, to int) error) error {
	var mu sync.Mutex
	done := 0
	return For(ctx, workers, (n+size-1)/size, func(worker, b int) error {
		from, to := b*size, min((b+1)*size, n)
		err := do(worker, from, to)
		if err != nil || progress == nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		done += to - from
		progress(done, n)
		return nil
	})
}

// failure is the error of the lowest index that failed.
type failure struct {
	any atomic.Bool
	mu  sync.Mutex
	at  int
	err error
}

func (f *failure) add(i int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i < f.at {
		f.at, f.err = i, err
	}
	f.any.Store(true)
}
