package evaluation

import (
	"context"
	"fmt"
	"math/rand/v2"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// Where people return, a request can't be repeated: what somebody was shown changes when they come back, what they have
// seen, and what they make of the next list. So each arm is a play of its own, from the same people, and the unit of its
// numbers is the person.

// playReturning plays each policy forward, request by request. Arms meet the same draws of who comes and of how they answer,
// so that they differ by what was shown and by what followed from it.
func (r run) playReturning(ctx context.Context, policies []measure.Policy) ([]arm, error) {
	p := r.Pipeline
	live, err := measure.NewLive(ctx, p)
	if err != nil {
		return nil, err
	}
	arms := make([]arm, len(policies))
	err = r.Builder.Each(ctx, len(policies), func(k int) error {
		arms[k] = newArm(p.Learned.History.Users)
		arms[k].exposure = make([]float64, p.Problem.Items)
		play := p.Problem.People.Begin(r.Seed("people"))
		for i := range r.Settings.Days * r.Settings.Traffic {
			if err := ctx.Err(); err != nil {
				return err
			}
			if i%r.Settings.Traffic == 0 {
				r.Progress.Report("days of the test: "+policies[k].ID, i/r.Settings.Traffic, r.Settings.Days)
			}
			rng := rand.New(rand.NewPCG(r.Seed("reactions"), uint64(i)))
			q := play.Request(float64(i)/float64(r.Settings.Traffic), rng)
			lists, err := live.Answer(ctx, q, policies[k:k+1])
			if err != nil {
				return err
			}
			arms[k].add(int(q.User), play.React(&q, lists[0], rng), len(lists[0]))
			for _, item := range lists[0] {
				arms[k].exposure[item]++
			}
		}
		if learner, ok := play.(problem.Learner); ok {
			learned, err := learner.Learn(ctx)
			if err != nil {
				return fmt.Errorf("learning from the test's log: %w", err)
			}
			arms[k].left = learned.Log
		}
		return nil
	})
	return arms, err
}

// units is how many people or distinct requests an arm met.
func (a *arm) units() int {
	n := 0
	for _, asked := range a.asked {
		if asked > 0 {
			n++
		}
	}
	return n
}

// unitOfTest is what a test's intervals are over.
func (r run) unitOfTest() string {
	if r.Pipeline.Learned.History != nil {
		return "people"
	}
	return "distinct requests"
}

// loop shows what each arm makes popular: the share of showings that the 1% of items most shown got, and how unequal the
// clicks are in the log that the arm leaves for the next model.
func (r run) loop(policies []measure.Policy, arms []arm) {
	if arms[0].exposure == nil {
		return
	}
	b := report.Block{
		Kind: report.Table, Title: "What each arm makes popular",
		Columns: []string{"ranker", "showings of the top 1%", "Gini of the clicks that it logged"},
	}
	var words []string
	before := len(r.Pipeline.Learned.Log.Impressions)
	for k, p := range policies {
		top := metrics.TopShare(arms[k].exposure)
		r.Metric("exposure_top_1pct."+measure.Variant(p.ID), top)
		row := report.Row{report.ID(p.ID), report.Text(report.Share(top).String()), report.Text("")}
		words = append(words, fmt.Sprintf("%s gives %s of its showings to 1%% of the items", p.ID, report.Share(top)))
		if left := arms[k].left; left != nil {
			clicks := make([]float64, r.Pipeline.Problem.Items)
			for _, im := range left.Impressions[before:] {
				clicks[im.Item] += float64(one(im.Clicked))
			}
			v := metrics.Gini(clicks)
			r.Metric("logged_gini."+measure.Variant(p.ID), v)
			row[2] = report.Num(v)
		}
		b.Rows = append(b.Rows, row)
	}
	b.Alt = fmt.Sprintf("Of the log that the next model learns from, %s.", report.Join(words))
	r.Block(b)
}
