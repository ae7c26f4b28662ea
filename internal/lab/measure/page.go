package measure

import (
	"context"

	"dryrun/internal/problem"
)

// page is what a page of answers brings in truth, by request: sums over its slots, each weighted by how often it is looked at.
type page struct{ clicks, successes, worth []float64 }

// pageWorth asks the generated world's people what they would do with each answer's first items. Nothing is drawn, so that two
// pipelines are compared without the luck of a simulation; ok is false where nobody can be asked.
func (r *Run) pageWorth(answers [][]problem.Candidate) (out page, ok bool) {
	p := r.Pipeline.Problem
	people, ok := p.People.(problem.Oracle)
	if !ok || p.Log == nil {
		return out, false
	}
	for i, a := range answers {
		var clicks, successes, worth float64
		for at, c := range a[:min(len(a), r.Settings.Top, len(p.Log.Propensity))] {
			looked, e := p.Log.Propensity[at], people.Expect(&r.Pipeline.Requests.Queries[i], c.Item)
			clicks += looked * e.Click
			successes += looked * e.Success
			value := 1.0
			if p.Value != nil {
				value = p.Value(c.Item)
			}
			worth += looked * e.Success * value
		}
		out.clicks, out.successes, out.worth = append(out.clicks, clicks), append(out.successes, successes), append(out.worth, worth)
	}
	return out, true
}

// page reports what the page of answers is worth in truth.
func (r *Run) page(ctx context.Context) {
	worth, ok := r.pageWorth(r.Results.Answers)
	if !ok {
		r.MissAll("only the people of a generated world can be asked what they would do",
			"clicks_per_page", "satisfied_per_page", "value_per_page")
		return
	}
	for _, m := range []struct {
		id     string
		values []float64
	}{{"clicks_per_page", worth.clicks}, {"satisfied_per_page", worth.successes}, {"value_per_page", worth.worth}} {
		r.Interval(m.id, r.Bootstrap(ctx, "page", m.values))
		r.SampleMean(m.id, m.values)
	}
}

// fewEngagements is how many people must have engaged with an item before it stops being new to what learns from them.
const fewEngagements = 5

// newItems reports stage one's recall of the positives that next to nobody had engaged with before.
func (r *Run) newItems(ctx context.Context) {
	h := r.Pipeline.Learned.History
	if h == nil {
		r.Miss("stage1_recall_new_at_k", "nothing says who engaged with what before")
		return
	}
	times := make([]int, h.Items)
	for _, item := range h.Item {
		times[item]++
	}
	requests := r.Pipeline.Requests
	recall := make([]float64, len(requests.Queries))
	for i := range recall {
		found := map[int32]bool{}
		for _, c := range r.Results.Candidates[i] {
			found[c.Item] = true
		}
		hits, all := 0.0, 0.0
		for _, g := range requests.Positives[i] {
			if g.Grade < r.Pipeline.Problem.Positive || times[g.Item] >= fewEngagements {
				continue
			}
			all++
			if found[g.Item] {
				hits++
			}
		}
		recall[i] = hits / all // not a number where there is none
	}
	r.Interval("stage1_recall_new_at_k", r.Bootstrap(ctx, "new items", recall))
	r.SampleMean("stage1_recall_new_at_k", recall)
}
