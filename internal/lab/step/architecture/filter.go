package architecture

import (
	"context"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/world/sim"
)

// Some items can't be had any more when a request comes: sold out, taken down. This experiment assumes how many, draws them at
// random, and looks at the page by where they are dropped, beside what this person must not be given.

const (
	goneBefore    = 0.10 // of the items, since before the index was last built, at night
	goneSince     = 0.04 // of the items, since then
	filterAnswers = 150  // requests looked at, at most
)

// filtered is what came of one place to drop items, by request.
type filtered struct {
	filled, dead, recall []float64
}

// filters reports how full the page is and what is on it, by where items are dropped.
func (r run) filters(ctx context.Context) error {
	b := report.Block{
		Kind: report.Table, Title: "Where items that can't be had are dropped",
		Columns: []string{"dropped", "slots with an item that can be had", "items shown that can't be had", "recall of what reaches stage two"},
	}
	for _, place := range catalog.Offers(r.Config.World.Kind, "filter") {
		f, err := r.filter(ctx, place)
		if err != nil {
			return err
		}
		filled, dead := r.Bootstrap(ctx, "filled", f.filled), metrics.Mean(metrics.Defined(f.dead))
		recall := metrics.Mean(metrics.Defined(f.recall))
		b.Rows = append(b.Rows, report.Row{
			report.Text(place), report.Text(report.Share(filled.Mean).String()), report.Text(report.Share(dead).String()), report.Num(recall),
		})
		if place == r.Settings.Filter {
			r.Interval("page_filled", filled)
			r.SampleMean("page_filled", f.filled)
			r.Metric("unavailable_shown", dead)
			r.SampleMean("unavailable_shown", f.dead)
			r.Metric("filtered_recall_at_k", recall)
			r.SampleMean("filtered_recall_at_k", f.recall)
			b.Alt = filterAlt(place, filled.Mean, dead)
		}
	}
	r.Block(b)
	return nil
}

// filter answers requests with items dropped at one place.
func (r run) filter(ctx context.Context, place string) (filtered, error) {
	p := r.Pipeline
	seed := int64(r.Seed("gone"))
	lot := func(i int32) float64 { return sim.Uniform(seed, sim.PurposeSplit, uint64(i), 0) }
	indexed := func(i int32) bool { return lot(i) >= goneBefore }
	live := func(i int32) bool { return lot(i) >= goneBefore+goneSince }
	n := min(len(p.Requests.Queries), filterAnswers)
	f := filtered{make([]float64, n), make([]float64, n), make([]float64, n)}
	err := r.Builder.Each(ctx, n, func(i int) error {
		q := p.Requests.Queries[i]
		given := q.Filter // what this person may be given, the same in every place that knows who asks
		can := func(item int32) bool { return live(item) && given.Allows(item) }
		switch place {
		case catalog.FilterInside:
			q.Filter.Only = func(item int32) bool { return indexed(item) && (given.Only == nil || given.Only(item)) }
		case catalog.FilterIndex:
			q.Filter = problem.Filter{Only: indexed}
		default:
			q.Filter = problem.Filter{}
		}
		cands, err := p.Index.Retrieve(ctx, q, p.Scenario.K, nil)
		if err != nil {
			return err
		}
		q.Filter = given
		if place == catalog.FilterInside || place == catalog.FilterAfter {
			cands = kept(cands, can)
		}
		f.recall[i] = r.recallOf(i, kept(cands, can), live)
		if err := p.Ranker.Rank(ctx, q, cands); err != nil {
			return err
		}
		page := cands[:min(len(cands), p.Scenario.Top)]
		good := len(kept(page, can))
		f.filled[i] = float64(good) / float64(p.Scenario.Top)
		if place == catalog.FilterIndex && len(page) > 0 { // nothing checks the page
			f.dead[i] = float64(len(page)-good) / float64(len(page))
		}
		return nil
	})
	return f, err
}

// kept are the candidates that can be had, in their order.
func kept(cands []problem.Candidate, can func(int32) bool) []problem.Candidate {
	out := make([]problem.Candidate, 0, len(cands))
	for _, c := range cands {
		if can(c.Item) {
			out = append(out, c)
		}
	}
	return out
}

// recallOf is the share of the i-th request's positives that can still be had among candidates.
func (r run) recallOf(i int, cands []problem.Candidate, live func(int32) bool) float64 {
	var right []problem.Candidate
	for _, g := range r.Pipeline.Requests.Positives[i] {
		if g.Grade >= r.Pipeline.Problem.Positive && live(g.Item) {
			right = append(right, problem.Candidate{Item: g.Item})
		}
	}
	return measure.ShareFound(right, cands)
}
