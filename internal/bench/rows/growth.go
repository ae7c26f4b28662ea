package rows

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"dryrun/casestudies"
	"dryrun/internal/bench/cputime"
	"dryrun/internal/bench/data"
	"dryrun/internal/world"
)

func growthRows() []Row {
	return []Row{
		{"growth", "generating a world, loading and linting cases: cost per item, ten times as many against a tenth", Lower, growth},
		{"scale", "HNSW query at recall@10 0.95 on more items against fewer", Lower, scale},
	}
}

// growth divides the cost per item at one size by the cost per item at a tenth of it: 1 is linear.
func growth(ctx context.Context, r *Runner) ([]Result, error) {
	var out []Result
	for _, k := range world.Kinds() {
		small := k.Default
		small.Seed, small.Items, small.Queries, small.Users = 1, 1000, 200, 500
		if r.Smoke {
			small.Queries, small.Users = 20, 100 // a world has at least 1,000 items
		}
		large := small
		large.Items, large.Queries, large.Users = 10*small.Items, 10*small.Queries, 10*small.Users
		res, err := r.growthOf(fmt.Sprintf("%s, %d items", k.ID, large.Items), func(isLarge bool) error {
			spec := small
			if isLarge {
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
	few := r.size(20, 2)
	res, err := r.growthOf(fmt.Sprintf("lint, %d cases", 10*few), func(isLarge bool) error {
		n := few
		if isLarge {
			n *= 10
		}
		return lint(ctx, cases, n)
	})
	return append(out, res), err
}

// lint loads and lints n cases, cycling through the built-in ones.
func lint(ctx context.Context, cases []*casestudies.Case, n int) error {
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		from := cases[i%len(cases)].Source()
		c, findings := casestudies.Load(from.Name, bytes.NewReader(from.YAML))
		if c == nil {
			return fmt.Errorf("loading %s: %v", from.Name, findings)
		}
		casestudies.Lint(c)
	}
	return nil
}

// growthOf times the small and the large size in turn. The small one runs ten times, so that both take about as long.
func (r *Runner) growthOf(name string, do func(isLarge bool) error) (Result, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // a second thread's garbage collection would count as processor time
	timed := func(times int, isLarge bool) (time.Duration, error) {
		runtime.GC() // collect what the last run left before the clock starts
		start := cputime.Used()
		for range times {
			if err := do(isLarge); err != nil {
				return 0, err
			}
		}
		return cputime.Used() - start, nil
	}
	var ratios []float64
	var large time.Duration
	for pair := range r.Pairs {
		fmt.Fprintf(r.progress, "  %s: pair %d of %d\n", name, pair+1, r.Pairs)
		small, err := timed(10, false)
		if err != nil {
			return Result{}, err
		}
		if large, err = timed(1, true); err != nil {
			return Result{}, err
		}
		ratios = append(ratios, large.Seconds()/small.Seconds())
	}
	res := Result{Case: name, Peer: "a tenth of it", Ratio: Ratio{Goal: 1.2}, Ours: fmt.Sprintf("%.2f s", large.Seconds())}
	res.set(ratios)
	return res, nil
}

// scale compares queries at the same recall on a large corpus and on a small one. The goal is a factor of 4 over two decades of
// size, so 2 over one decade, which doesn't take an hour to build.
func scale(ctx context.Context, r *Runner) ([]Result, error) {
	sizes, goal := []int{100_000, 1_000_000}, 2.0
	switch {
	case r.Smoke:
		sizes = []int{500, 5000}
	case r.Full:
		sizes, goal = []int{100_000, 10_000_000}, 4.0
	}
	var both []*contestant
	defer func() {
		for _, x := range both {
			x.Close()
		}
	}()
	for _, n := range sizes {
		v, err := r.vectorsOf(ctx, data.Shape{Kind: "clustered", N: n, Dim: 64, Queries: 1000})
		if err != nil {
			return nil, err
		}
		c, err := r.newContest(ctx, v, goal)
		if err != nil {
			return nil, err
		}
		both = append(both, c.ours)
		built, err := c.ours.Ask(buildGraph(runtime.NumCPU()))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(r.progress, "  %s built in %.0f s of processor time\n", v.name, built.Seconds)
		if err := c.ours.reach(0.95, graphSearch); err != nil {
			return nil, err
		}
	}
	times, err := r.timeInTurn(both)
	if err != nil {
		return nil, err
	}
	small, large := both[0], both[1]
	res := Result{
		Case: large.v.name, Peer: small.v.name, Ratio: Ratio{Goal: goal},
		Quality: Quality{Ours: pointer(large.quality), Peer: pointer(small.quality)}, Ours: large.perQuery(times[1]),
		Note: fmt.Sprintf("ef %d against %d", large.search.Ef, small.search.Ef),
	}
	ratios := make([]float64, len(times[0]))
	for i := range ratios {
		ratios[i] = times[1][i] / times[0][i]
	}
	res.set(ratios)
	return []Result{res}, nil
}
