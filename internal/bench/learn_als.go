package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/vec"
)

// likes is implicit feedback: by user, items ascending.
type likes struct {
	users, items int
	seen, held   [][]int32
}

// tastes draws users of fifty tastes with their items, some of them anything at all; a fifth of each user's is held out.
func tastes(users, items, each int, seed uint64) likes {
	rng := rand.New(rand.NewPCG(seed, 0x616c73))
	const kinds = 50
	l := likes{users: users, items: items, seen: make([][]int32, users), held: make([][]int32, users)}
	for u := range users {
		mine := map[int32]bool{}
		var drawn []int32
		for len(drawn) < each {
			kind := u % kinds
			if rng.IntN(5) == 0 {
				kind = rng.IntN(kinds)
			}
			// Of a kind's items the first are the most popular.
			x := rng.Float64()
			item := int32(kind + kinds*int(x*x*float64(items/kinds)))
			if !mine[item] {
				mine[item] = true
				drawn = append(drawn, item)
			}
		}
		cut := each - each/5
		l.seen[u], l.held[u] = drawn[:cut], drawn[cut:]
		slices.Sort(l.seen[u])
	}
	return l
}

func (l likes) write(b *bench) (string, error) {
	folder := filepath.Join(b.dir, "als")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for pairs: %w", err)
	}
	var pairs []int32
	for u, items := range l.seen {
		for _, item := range items {
			pairs = append(pairs, int32(u), item)
		}
	}
	return folder, writeInts(filepath.Join(folder, "pairs.i32"), pairs)
}

func alsTraining(ctx context.Context, b *bench) ([]result, error) {
	var out []result
	n := b.size(20_000, 500)
	l := tastes(n, n, 30, 5)
	folder, err := l.write(b)
	if err != nil {
		return nil, err
	}
	for _, factors := range []int{32, 64, 128} {
		o := order{Do: doALS, Job: &job{Rows: folder, Users: n, Items: n, Factors: factors, Iterations: b.size(5, 2), Reg: 0.1, Alpha: 5}}
		res, err := b.fight(ctx, bout{
			name: fmt.Sprintf("%d x %d, 30 each, %d factors", n, n, factors), program: "implicit", goal: 1, ours: o, theirs: o,
			per: 1, unit: "s", scale: 1, draw: always(o.Job, l.ndcg(factors)), within: 0.01,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

// ndcg ranks all items that a user hasn't seen by factors in a file, for a thousand users.
func (l likes) ndcg(factors int) func(string) (float64, error) {
	return func(path string) (float64, error) {
		x, err := readVectors(path)
		if err != nil {
			return 0, err
		}
		if len(x) != (l.users+l.items)*factors {
			return 0, fmt.Errorf("reading factors: %d values for %d users and %d items of %d", len(x), l.users, l.items, factors)
		}
		items := x[l.users*factors:]
		scores := make([]float32, l.items)
		sum, n := 0.0, min(l.users, 1000)
		for u := range n {
			vec.DotRows(x[u*factors:(u+1)*factors], items, factors, scores)
			sum += l.ndcgOf(u, scores)
		}
		return sum / float64(n), nil
	}
}

func (l likes) ndcgOf(u int, scores []float32) float64 {
	const cut = 10
	best := make([]int32, 0, cut+1)
	for i, s := range scores {
		if len(best) == cut && s <= scores[best[cut-1]] {
			continue
		}
		if _, seen := slices.BinarySearch(l.seen[u], int32(i)); seen {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, s, func(b int32, s float32) int { return compareDown(scores[b], s) })
		best = slices.Insert(best, at, int32(i))
		best = best[:min(len(best), cut)]
	}
	grades := make([]uint8, len(best))
	for i, item := range best {
		if slices.Contains(l.held[u], item) {
			grades[i] = 1
		}
	}
	ideal := slices.Repeat([]uint8{1}, len(l.held[u]))
	return metrics.NDCG(grades, ideal, cut)
}
