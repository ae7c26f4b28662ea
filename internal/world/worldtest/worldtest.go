// Package worldtest is what the tests of several worlds share.
package worldtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"dryrun/internal/problem"
	"dryrun/internal/world/sim"
)

// Bind returns p's features over emb.
func Bind(t testing.TB, p *problem.Problem, emb *problem.Embedding) problem.Features {
	t.Helper()
	f, err := p.Pairs.Bind(context.Background(), emb)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Drifted returns p after a drift.
func Drifted(t testing.TB, p *problem.Problem, strength float64) *problem.Problem {
	t.Helper()
	later, err := p.Drift.At(context.Background(), strength)
	if err != nil {
		t.Fatal(err)
	}
	return later
}

// Fingerprint hashes all that a world shows of itself.
func Fingerprint(p *problem.Problem) uint64 {
	h := fnv.New64a()
	buf := make([]float32, p.Inputs.Width())
	f, err := p.Pairs.Bind(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	row := make([]float32, len(f.Columns()))
	for i := 0; i < p.Items; i += 7 {
		p.Inputs.Item(int32(i), buf)
		fmt.Fprint(h, buf, p.Value(int32(i)))
	}
	for i := range p.Test {
		q := &p.Test[i]
		p.Inputs.Request(q, buf)
		f.Fill(q, problem.Candidate{Item: int32(i)}, row)
		fmt.Fprint(h, *q, buf, row, p.Truth.Positives(q), p.Look.Request(q))
	}
	fmt.Fprint(h, p.Train, p.Log, p.Labels, p.TrainLabels)
	play, rng := p.People.Begin(3), sim.Stream(3, 900, 0)
	for range 20 {
		q := play.Request(2, rng)
		fmt.Fprint(h, q, play.React(&q, []int32{1, 2, 3}, rng))
	}
	return h.Sum64()
}

// SharedData returns a folder of the data that tests may use, or skips.
func SharedData(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no data at %s: %v", dir, err)
	}
	return dir
}

// Countdown is a context that ends once it has been asked for its error so many times, so that a test can cancel in the
// middle of work and do so again. It counts how often it is asked after its end.
type Countdown struct {
	context.Context
	left atomic.Int64
	Late atomic.Int64
	done chan struct{}
}

// EndsAfter is a context that says so many times that it goes on.
func EndsAfter(asks int) *Countdown {
	c := &Countdown{Context: context.Background(), done: make(chan struct{})}
	c.left.Store(int64(asks))
	return c
}

// Err implements context.Context.
func (c *Countdown) Err() error {
	left := c.left.Add(-1)
	if left >= 0 {
		return nil
	}
	if left == -1 {
		close(c.done)
	}
	c.Late.Add(1)
	return context.Canceled
}

// Done implements context.Context.
func (c *Countdown) Done() <-chan struct{} { return c.done }

// Deadline implements context.Context.
func (c *Countdown) Deadline() (time.Time, bool) { return time.Time{}, false }

// StopsWithContext cancels work at each of its first looks at its context, and requires the context's error and no result.
// It returns how often work looks when it isn't canceled.
func StopsWithContext[T comparable](t *testing.T, what string, work func(context.Context) (T, error)) (looks int) {
	t.Helper()
	var none T
	whole := EndsAfter(1 << 40)
	if _, err := work(whole); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	looks = 1<<40 - int(whole.left.Load())
	if looks == 0 {
		t.Errorf("%s never looks at its context", what)
	}
	for _, asks := range []int{0, 1, 2, 5, looks / 2, looks - 1} {
		if asks >= looks {
			continue
		}
		ctx, before := EndsAfter(asks), runtime.NumGoroutine()
		got, err := work(ctx)
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%s, cancelled after %d looks: %d goroutines, and %d before: some go on working", what, asks, after, before)
		}
		if !errors.Is(err, context.Canceled) || got != none {
			t.Errorf("%s, cancelled after %d looks of %d at its context: a result %v, error %v; want none and the context's error", what, asks,
				looks, got != none, err)
		}
	}
	return looks
}
