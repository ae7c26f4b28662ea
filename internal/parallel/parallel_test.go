package parallel

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestEveryIndexIsDoneOnceAtAnyNumberOfWorkers(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 2, 7, 200} {
		var times [100]atomic.Int32
		if err := For(t.Context(), workers, len(times), func(_, i int) error { times[i].Add(1); return nil }); err != nil {
			t.Fatal(err)
		}
		for i := range times {
			if n := times[i].Load(); n != 1 {
				t.Errorf("%d workers: index %d was done %d times", workers, i, n)
			}
		}
	}
}

func TestOneWorkerNumberIsNeverInUseTwice(t *testing.T) {
	const workers = 4
	var busy [workers]atomic.Bool
	err := For(t.Context(), workers, 1000, func(w, _ int) error {
		if !busy[w].CompareAndSwap(false, true) {
			return fmt.Errorf("worker %d works on two at once", w)
		}
		runtime.Gosched()
		busy[w].Store(false)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheErrorIsThatOfTheLowestIndexAtAnyNumberOfWorkers(t *testing.T) {
	for range 50 {
		for _, workers := range []int{1, 2, 5} {
			err := For(t.Context(), workers, 40, func(_, i int) error {
				if i == 12 {
					runtime.Gosched() // index 13 may fail first
				}
				if i >= 12 {
					return fmt.Errorf("index %d", i)
				}
				return nil
			})
			if err == nil || err.Error() != "index 12" {
				t.Fatalf("%d workers: error %v, want that of index 12", workers, err)
			}
		}
	}
}

func TestNothingIsHandedOutAfterAnError(t *testing.T) {
	for _, workers := range []int{1, 3} {
		var calls atomic.Int32
		stop := errors.New("stop")
		if err := For(t.Context(), workers, 1_000_000, func(_, _ int) error { calls.Add(1); return stop }); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if n := int(calls.Load()); n > workers {
			t.Errorf("%d workers: %d calls after the first had failed", workers, n)
		}
	}
}

func TestCancelingStopsTheWorkAndWaitsForWhatRuns(t *testing.T) {
	for _, workers := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
			ctx, cancel := context.WithCancel(t.Context())
			var running, calls atomic.Int32
			err := For(ctx, workers, 1_000_000, func(_, i int) error {
				running.Add(1)
				defer running.Add(-1)
				if calls.Add(1) == 5 {
					cancel()
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) || running.Load() != 0 || int(calls.Load()) > 5+workers {
				t.Errorf("%d workers: error %v, %d still running, %d calls", workers, err, running.Load(), calls.Load())
			}
		})
	}
}

func TestWorkThatGaveUpBecauseOfTheContextIsNotTakenForDone(t *testing.T) {
	for _, workers := range []int{1, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		if err := For(ctx, workers, 3, func(_, i int) error {
			if i == 2 {
				cancel() // and returns early, without an error
			}
			return nil
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: error %v, want the context's", workers, err)
		}
	}
}

func TestBatchesCoverTheRangeAndReportProgress(t *testing.T) {
	for _, workers := range []int{1, 3} {
		covered := make([]bool, 103)
		var told []int
		err := Batches(t.Context(), workers, len(covered), 10, func(done, of int) {
			told = append(told, done)
			if of != len(covered) {
				t.Errorf("progress of %d, want %d", of, len(covered))
			}
		}, func(_, from, to int) error {
			if to-from > 10 || to <= from {
				t.Errorf("a batch from %d to %d", from, to)
			}
			for i := from; i < to; i++ {
				covered[i] = true
			}
			return nil
		})
		if err != nil || slices.Contains(covered, false) {
			t.Errorf("%d workers: error %v, covered %v", workers, err, covered)
		}
		if len(told) != 11 || !slices.IsSorted(told) || told[10] != len(covered) {
			t.Errorf("%d workers: progress %v", workers, told)
		}
	}
	if err := Batches(t.Context(), 2, 0, 10, nil, func(_, _, _ int) error { return errors.New("called for nothing") }); err != nil {
		t.Error(err)
	}
}

func TestWorkersLeaveOneProcessorToTheScreen(t *testing.T) {
	if got := Workers(3); got != 3 {
		t.Errorf("asked for 3, got %d", got)
	}
	if got, want := Workers(0), max(runtime.GOMAXPROCS(0)-1, 1); got != want {
		t.Errorf("by default %d, want %d", got, want)
	}
}
