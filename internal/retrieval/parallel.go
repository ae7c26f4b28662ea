package retrieval

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// workersOr returns n, or for 0 and less one fewer than the processors: a terminal has to stay awake.
func workersOr(n int) int {
	if n > 0 {
		return n
	}
	return max(runtime.GOMAXPROCS(0)-1, 1)
}

// parallel calls f(worker, i) once for each i below n, on so many goroutines, and waits for all. No order is promised,
// so f(i) may depend on nothing that another f(j) writes. It stops early when ctx ends, and returns why.
func parallel(ctx context.Context, workers, n int, f func(worker, i int)) error {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			f(0, i)
		}
		return ctx.Err()
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(w, i)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}
