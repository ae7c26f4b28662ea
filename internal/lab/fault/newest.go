package fault

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/progress"
	"dryrun/internal/problem"
)

// newestShare is the share of the corpus, newest, that hasn't reached the index, or of which nothing has been learned.
const newestShare = 0.2

// staleIndex leaves the newest items out of the index. Where nothing says which are the newest, a seeded fifth stands for them.
func staleIndex() Fault {
	return Fault{ID: catalog.StaleIndex, Index: func(p *problem.Problem, seed uint64) []int32 {
		ids := OldestFirst(p, seed)[:p.Items-int(newestShare*float64(p.Items))]
		slices.Sort(ids)
		return ids
	}}
}

// coldStart takes the newest fifth of the items out of the history: they are there, and nobody's engagement with them has
// reached what learns from engagements.
func coldStart() Fault {
	return Fault{ID: catalog.ColdStart, World: withoutNewest}
}

func withoutNewest(_ context.Context, p *problem.Problem, _ uint64, _ *progress.Sink) (*problem.Problem, error) {
	fresh := make([]bool, p.Items)
	for _, i := range OldestFirst(p, 0)[p.Items-int(newestShare*float64(p.Items)):] {
		fresh[i] = true
	}
	out := *p
	out.History = p.History.Where(func(_ int, at int32) bool { return !fresh[p.History.Item[at]] })
	return &out, nil
}

// OldestFirst orders the items from the oldest to the newest, or where nothing says how old they are, as a seed does.
func OldestFirst(p *problem.Problem, seed uint64) []int32 {
	order := make([]int32, p.Items)
	for i := range order {
		order[i] = int32(i)
	}
	if p.Born == nil {
		rng := rand.New(rand.NewPCG(seed, 0x7374616c65))
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		return order
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(p.Born(a), p.Born(b)) })
	return order
}
