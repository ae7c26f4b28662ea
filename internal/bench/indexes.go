package main

import (
	"context"
	"fmt"
	"math"
)

func hnswBuild(ctx context.Context, b *bench) ([]result, error) {
	return over(ctx, b.shapes(30_000, 500), b.buildOn)
}

// buildOn builds with every side in turn, and compares the recall that the graphs give at the same ef.
func (b *bench) buildOn(ctx context.Context, s shape) ([]result, error) {
	const goal = 1
	v, err := b.of(ctx, s)
	if err != nil {
		return nil, err
	}
	r, err := b.gather(ctx, v, goal, "faiss", "hnswlib")
	if err != nil {
		return nil, err
	}
	defer r.close()
	all := r.all()
	times := make([][]float64, len(all))
	for range b.pairs {
		for i, c := range all {
			got, err := c.ask(order{Do: doHNSW, M: graphM, Ef: graphEfC, Threads: 1})
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], got.Seconds)
		}
	}
	for _, c := range all {
		got, err := c.ask(order{Do: doSearch, K: truthK, Ef: 32, Reps: 1, Found: true})
		if err != nil {
			return nil, err
		}
		c.quality = v.recall(got.Found)
	}
	out := r.absent
	for i, p := range r.peers {
		res := compare(r, p, times[0], times[i+1], goal)
		res.Ours = fmt.Sprintf("%.1f s", median(times[0]))
		res.Note = "quality is recall at ef 32"
		if p.quality > r.ours.quality+0.01 {
			res.Note = "not comparable: the peer's graph is better"
		}
		out = append(out, res)
	}
	return out, nil
}

func exactScan(ctx context.Context, b *bench) ([]result, error) {
	return over(ctx, b.shapes(200_000, 100), b.scanOn)
}

func (b *bench) scanOn(ctx context.Context, s shape) ([]result, error) {
	const goal = 1
	v, err := b.of(ctx, s)
	if err != nil {
		return nil, err
	}
	r, err := b.gather(ctx, v, goal, "faiss")
	if err != nil {
		return nil, err
	}
	defer r.close()
	for _, c := range r.all() {
		if _, err := c.ask(order{Do: doFlat, Threads: 1}); err != nil {
			return nil, err
		}
		c.at = order{Do: doSearch, K: truthK}
		got, err := c.ask(order{Do: doSearch, K: truthK, Reps: 1, Found: true})
		if err != nil {
			return nil, err
		}
		c.quality = c.v.recall(got.Found)
	}
	times, err := b.turns(r)
	if err != nil {
		return nil, err
	}
	out := r.absent
	for i, p := range r.peers {
		res := compare(r, p, times[0], times[i+1], goal)
		res.Note = fmt.Sprintf("%.1f GB/s", float64(4*v.n*v.dim*len(v.truth))/median(times[0])/1e9)
		out = append(out, res)
	}
	if 4*v.n*v.dim < beyondCaches {
		return out, nil
	}
	share, err := b.bandwidth(r)
	return append(out, share), err
}

// beyondCaches is a size in bytes that the caches of a server don't hold.
const beyondCaches = 48 << 20

// bandwidth is the scan's share of what the memory delivers when it is only read, in turn with it.
func (b *bench) bandwidth(r *ring) (result, error) {
	v := r.ours.v
	passes := len(v.truth) // as many readings of the items as the scan's queries make
	var shares []float64
	rate := 0.0
	for range b.pairs {
		touch, err := r.ours.ask(order{Do: doTouch, Reps: passes})
		if err != nil {
			return result{}, err
		}
		scan, err := r.ours.ask(order{Do: doSearch, K: truthK, Reps: 1})
		if err != nil {
			return result{}, err
		}
		shares = append(shares, touch.Seconds/scan.Seconds)
		rate = max(rate, float64(4*v.n*v.dim*passes)/touch.Seconds/1e9)
	}
	res := result{Case: v.name, Peer: "memory", Goal: 0.8, Note: fmt.Sprintf("reading alone: up to %.1f GB/s", rate)}
	res.ratios(shares)
	return res, nil
}

func ivfpqQueries(ctx context.Context, b *bench) ([]result, error) {
	return over(ctx, b.shapes(100_000, 1000), b.ivfpqOn)
}

// Bytes of a code, and candidates compared in full for each result: the same for both sides, enough to reach the recall.
const (
	codeBytes  = 16
	refineEach = 10
)

func (b *bench) ivfpqOn(ctx context.Context, s shape) ([]result, error) {
	const goal = 0.8
	v, err := b.of(ctx, s)
	if err != nil {
		return nil, err
	}
	r, err := b.gather(ctx, v, goal, "faiss")
	if err != nil {
		return nil, err
	}
	defer r.close()
	lists := int(2 * math.Sqrt(float64(s.n)))
	for _, c := range r.all() {
		done, err := c.ask(order{Do: doIVFPQ, Lists: lists, M: codeBytes, Threads: 1})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b.say, "  %s: %s trained and filled in %.1f s\n", v.name, c.name, done.Seconds)
	}
	found, err := b.atRecall(r, 0.95, goal, func(effort int) order {
		return order{Do: doSearch, K: truthK, Probe: effort, Refine: refineEach}
	})
	return append(r.absent, found...), err
}
