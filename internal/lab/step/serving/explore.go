package serving

import (
	"context"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// A page that only shows what its model believes in gives new items no chance. This experiment plays some days of pages of the
// pipeline's own ranker, with and without a way for new items to be seen.

const (
	exploreDays   = 4
	exploreVisits = 350 // a day
	newFor        = 7.  // days after its upload in which an item is new
	promised      = 5   // impressions that a new item is to get in these days
	reservedSlot  = 9   // of the page, from 0: the slot that goes to a new item
	randomPages   = 20  // one page in so many is random
)

// explored is what came of a way to explore.
type explored struct {
	impressions map[int32]int // of new items
	successes   []float64     // by visit
}

// exploration reports what new items get, and what it costs.
func (r run) exploration(ctx context.Context) error {
	ways := catalog.Offers(r.Config.World.Kind, "explore")
	if len(ways) == 0 {
		return nil
	}
	p := r.Pipeline
	if p.Problem.People == nil || p.Problem.Born == nil {
		r.MissAll("the data has no people who answer what they are shown", "promise_kept", "explore_cost", "newcomer_impressions")
		return nil
	}
	b := report.Block{
		Kind: report.Table, Title: "What new items get, and what it costs",
		Columns: []string{"exploration", "new items that got what was promised", "share of impressions", "successes a visit", "cost, paired"},
	}
	live, err := measure.NewLive(ctx, p)
	if err != nil {
		return err
	}
	var none explored
	for _, way := range ways {
		if way != catalog.NoExploration && way != r.Settings.Explore {
			continue
		}
		e, newcomers, err := r.explore(ctx, live, way)
		if err != nil {
			return err
		}
		if way == catalog.NoExploration {
			none = e
		}
		kept, shown := 0, 0
		for _, n := range e.impressions {
			shown += n
			if n >= promised {
				kept++
			}
		}
		share := metrics.Wilson(kept, newcomers)
		perPage := float64(shown) / (exploreDays * exploreVisits * float64(min(p.Scenario.Top, p.Scenario.K)))
		cost := metrics.PairedBootstrap(ctx, e.successes, none.successes, measure.Resamples, r.Seed("explore"))
		b.Rows = append(b.Rows, report.Row{
			report.Text(way), report.Text(report.Share(share.Mean).String()), report.Text(report.Share(perPage).String()),
			report.Num(metrics.Mean(e.successes)), measure.Difference(cost),
		})
		if way == r.Settings.Explore {
			r.Interval("promise_kept", share)
			r.Metric("newcomer_impressions", perPage)
			r.Interval("explore_cost", cost)
			b.Alt = exploreAlt(way, share.Mean, cost)
		}
	}
	r.Block(b)
	return nil
}

// explore plays the days. A reserved slot goes to one of the new items that are owed impressions, each as likely as another; of a
// random page every slot goes to any item.
func (r run) explore(ctx context.Context, live *measure.Live, way string) (explored, int, error) {
	p := r.Pipeline
	play := p.Problem.People.Begin(r.Seed("explore"))
	policy := measure.Policy{ID: way, Blank: p.Columns}
	if p.Model != nil {
		policy.Model = p.Model.Model
	}
	out := explored{impressions: map[int32]int{}, successes: make([]float64, exploreDays*exploreVisits)}
	everNew := map[int32]bool{}
	var fresh []int32
	for i := range out.successes {
		rng, draws := rand.New(rand.NewPCG(r.Seed("explore"), uint64(i))), rand.New(rand.NewPCG(r.Seed("explore slots"), uint64(i)))
		q := play.Request(float64(i)/exploreVisits, rng)
		if i%exploreVisits == 0 {
			fresh = newItems(p.Problem, q.Day)
			for _, item := range fresh {
				everNew[item] = true
			}
		}
		lists, err := live.Answer(ctx, play, q, []measure.Policy{policy})
		if err != nil {
			return out, 0, err
		}
		fresh = slices.DeleteFunc(fresh, func(item int32) bool { return out.impressions[item] >= promised })
		page := explorePage(way, lists[0], q, fresh, p.Problem.Items, draws)
		for _, item := range page {
			if everNew[item] {
				out.impressions[item]++
			}
		}
		if play.React(&q, page, rng).Bought >= 0 {
			out.successes[i] = 1
		}
	}
	return out, len(everNew), nil
}

// newItems are those uploaded in the days before a moment.
func newItems(p *problem.Problem, day float64) []int32 {
	var out []int32
	for i := range int32(p.Items) {
		if born := p.Born(i); born <= day && born > day-newFor {
			out = append(out, i)
		}
	}
	return out
}

// explorePage is a page with what a way of exploring puts on it. Each draws the same numbers, whether it uses them or not.
func explorePage(way string, page []int32, q problem.Query, fresh []int32, items int, draws *rand.Rand) []int32 {
	lot, slot := draws.IntN(randomPages), draws.Float64()
	switch {
	case way == catalog.ReservedSlots && len(fresh) > 0 && len(page) > reservedSlot:
		item := fresh[int(slot*float64(len(fresh)))]
		if !slices.Contains(page, item) && q.Filter.Allows(item) {
			page = slices.Insert(page[:len(page)-1:len(page)-1], reservedSlot, item)
		}
	case way == catalog.RandomPages && lot == 0:
		random := make([]int32, 0, len(page))
		for len(random) < len(page) {
			if item := draws.Int32N(int32(items)); q.Filter.Allows(item) && !slices.Contains(random, item) {
				random = append(random, item)
			}
		}
		return random
	}
	return page
}
