package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"dryrun/casestudies"
	"dryrun/internal/world"
)

func selfRows() []row {
	return []row{
		{"growth", "generating a world, loading and linting cases: cost for each item, ten times as many against a tenth", lower, growth},
		{"scale", "HNSW query at recall@10 0.95 on more items against fewer", lower, scale},
	}
}

// growth divides what an item costs at one size by what it costs at a tenth: 1 is linear.
func growth(ctx context.Context, b *bench) ([]result, error) {
	var out []result
	for _, k := range world.Kinds() {
		small := k.Default
		small.Seed, small.Items, small.Queries, small.Users = 1, 1000, 200, 500
		if b.smoke {
			small.Queries, small.Users = 20, 100 // 1,000 items are the least that a world takes
		}
		large := small
		large.Items, large.Queries, large.Users = 10*small.Items, 10*small.Queries, 10*small.Users
		res, err := b.grown(fmt.Sprintf("%s, %d items", k.ID, large.Items), func(ten bool) error {
			spec := small
			if ten {
				spec = large
			}
			_, err := world.Make(ctx, spec, nil)
			return err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	cases, err := casestudies.Builtin()
	if err != nil {
		return nil, err
	}
	few := 20
	if b.smoke {
		few = 2
	}
	res, err := b.grown(fmt.Sprintf("lint, %d cases", 10*few), func(ten bool) error {
		n := few
		if ten {
			n *= 10
		}
		return lint(ctx, cases, n)
	})
	return append(out, res), err
}

// lint loads and lints n cases, the built-in ones round and round.
func lint(ctx context.Context, cases []*casestudies.Case, n int) error {
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		from := cases[i%len(cases)].Source()
		c, found := casestudies.Load(from.Name, bytes.NewReader(from.YAML))
		if c == nil {
			return fmt.Errorf("loading %s: %v", from.Name, found)
		}
		casestudies.Lint(c)
	}
	return nil
}

// grown times the small and the large in turn, the small one ten times, so that both take about as long.
func (b *bench) grown(what string, do func(ten bool) error) (result, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // a second thread would sweep memory for nothing, and count as spent
	timed := func(times int, ten bool) (time.Duration, error) {
		runtime.GC() // what the last run left isn't paid for by this one
		began := spent()
		for range times {
			if err := do(ten); err != nil {
				return 0, err
			}
		}
		return spent() - began, nil
	}
	var ratios []float64
	var large time.Duration
	for pair := range b.pairs {
		fmt.Fprintf(b.say, "  %s: pair %d of %d\n", what, pair+1, b.pairs)
		small, err := timed(10, false)
		if err != nil {
			return result{}, err
		}
		if large, err = timed(1, true); err != nil {
			return result{}, err
		}
		ratios = append(ratios, large.Seconds()/small.Seconds())
	}
	res := result{Case: what, Peer: "a tenth of it", Goal: 1.2, Ours: fmt.Sprintf("%.2f s", large.Seconds())}
	res.ratios(ratios)
	return res, nil
}

// scale compares queries at the same recall on a large corpus and on a small one. The goal is 4 over two decades, so 2
// over the one that doesn't take an hour to build.
func scale(ctx context.Context, b *bench) ([]result, error) {
	sizes, goal := []int{100_000, 1_000_000}, 2.0
	switch {
	case b.smoke:
		sizes = []int{500, 5000}
	case b.full:
		sizes, goal = []int{100_000, 10_000_000}, 4.0
	}
	var sides []*side
	defer func() {
		for _, c := range sides {
			c.close()
		}
	}()
	for _, n := range sizes {
		v, err := b.of(ctx, shape{"clustered", n, 64, 1000})
		if err != nil {
			return nil, err
		}
		r, err := b.gather(ctx, v, goal)
		if err != nil {
			return nil, err
		}
		sides = append(sides, r.ours)
		done, err := r.ours.ask(order{Do: doHNSW, M: graphM, Ef: graphEfC, Threads: runtime.NumCPU()})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b.say, "  %s built in %.0f s of processor time\n", v.name, done.Seconds)
		if err := r.ours.reach(0.95, func(effort int) order { return order{Do: doSearch, K: truthK, Ef: effort + truthK - 1} }); err != nil {
			return nil, err
		}
	}
	small, large := sides[0], sides[1]
	times, err := b.turns(&ring{ours: small, peers: []*side{large}})
	if err != nil {
		return nil, err
	}
	res := result{
		Case: large.v.name, Peer: small.v.name, Goal: goal, QualityOurs: share(large.quality), QualityPeer: share(small.quality),
		Ours: perQuery(&ring{ours: large}, times[1]), Note: fmt.Sprintf("ef %d against %d", large.at.Ef, small.at.Ef),
	}
	ratios := make([]float64, len(times[0]))
	for i := range ratios {
		ratios[i] = times[1][i] / times[0][i]
	}
	res.ratios(ratios)
	return []result{res}, nil
}
