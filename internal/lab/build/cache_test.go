package build

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestTwoThatAskAtOnceShareOneBuild(t *testing.T) {
	c := newCache(1 << 30)
	built := 0
	started, let := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = once(t.Context(), c, Key{Stage: "key"}, func(context.Context) (heavy, error) {
			close(started)
			<-let
			built++
			return 7, nil
		})
	})
	<-started
	wg.Go(func() {
		v, err := once(t.Context(), c, Key{Stage: "key"}, func(context.Context) (heavy, error) { built++; return 8, nil })
		if v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	})
	close(let)
	wg.Wait()
	if built != 1 {
		t.Errorf("built %d times", built)
	}
}

func TestWhoeverWaitedForACancelledBuildBuildsItAgain(t *testing.T) {
	c := newCache(1 << 30)
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := once(ctx, c, Key{Stage: "key"}, func(ctx context.Context) (heavy, error) {
			close(started)
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	<-started
	wg.Go(func() {
		v, err := once(t.Context(), c, Key{Stage: "key"}, func(context.Context) (heavy, error) { return 9, nil })
		if v != 9 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	})
	cancel()
	wg.Wait()
}

type heavy int64

func (h heavy) Bytes() int64 { return int64(h) }

func TestTheLeastRecentlyUsedIsForgottenFirst(t *testing.T) {
	c := newCache(100)
	built := map[string]int{}
	get := func(key string) {
		if _, err := once(t.Context(), c, Key{Stage: key}, func(context.Context) (heavy, error) { built[key]++; return 40, nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"a", "b", "a", "c", "a", "b"} {
		get(key)
	}
	if built["a"] != 1 || built["b"] != 2 || built["c"] != 1 {
		t.Errorf("built %v", built)
	}
}
