package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
)

// Where people return, a request can't be asked twice: what somebody was shown changes when they come back, what they have
// seen, and what they make of the next list. So each arm is a play of its own, from the same people, and the unit of its
// numbers is the person.

// playReturning plays each policy forward, request by request. Arms meet the same draws of who comes and of how they answer,
// so that they differ by what was shown and by what followed from it.
func (r *run) playReturning(ctx context.Context, policies []policy) ([]arm, error) {
	p := r.pipe
	features, err := p.liveFeatures(ctx)
	if err != nil {
		return nil, err
	}
	arms := make([]arm, len(policies))
	err = each(ctx, len(policies), r.lab.workers, func(k int) error {
		arms[k] = newArm(p.base.History.Users)
		arms[k].exposure = make([]float64, p.prob.Items)
		play := p.prob.People.Begin(r.seed("people"))
		for i := range r.set.days * r.set.traffic {
			if err := ctx.Err(); err != nil {
				return err
			}
			if i%r.set.traffic == 0 {
				r.tell.say("days of the test: "+policies[k].id, i/r.set.traffic, r.set.days)
			}
			rng := rand.New(rand.NewPCG(r.seed("reactions"), uint64(i)))
			q := play.Request(float64(i)/float64(r.set.traffic), rng)
			lists, err := r.answerLive(ctx, q, features, policies[k:k+1])
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
func (r *run) unitOfTest() string {
	if r.pipe.base.History != nil {
		return "people"
	}
	return "distinct requests"
}

// loop shows what each arm makes popular: the share of showings that the 1% of items most shown got, and how unequal the
// clicks are in the log that the arm leaves to whoever learns next.
func (r *run) loop(policies []policy, arms []arm) {
	if arms[0].exposure == nil {
		return
	}
	b := report.Block{Kind: report.Table, Title: "What each arm makes popular", Columns: []string{"ranker", "showings of the top 1%", "Gini of the clicks that it logged"}}
	var words []string
	before := len(r.pipe.base.Log.Impressions)
	for k, p := range policies {
		top := metrics.TopShare(arms[k].exposure)
		r.metric("exposure_top_1pct."+metricName(p.id), top)
		row := report.Row{report.ID(p.id), report.Text(share(top)), report.Text("")}
		words = append(words, fmt.Sprintf("%s gives %s of its showings to 1%% of the items", p.id, share(top)))
		if left := arms[k].left; left != nil {
			clicks := make([]float64, r.pipe.prob.Items)
			for _, im := range left.Impressions[before:] {
				clicks[im.Item] += float64(one(im.Clicked))
			}
			v := metrics.Gini(clicks)
			r.metric("logged_gini."+metricName(p.id), v)
			row[2] = report.Num(v)
		}
		b.Rows = append(b.Rows, row)
	}
	b.Alt = fmt.Sprintf("Of the log that the next model learns from, %s.", andList(words))
	r.block(b)
}

// orderBy returns the candidates' items in the order of a model's scores of their rows; nil keeps stage one's order.
func orderBy(model ranking.Model, blank columns, cands []problem.Candidate, rows []float32, width int) []problem.Candidate {
	order := slices.Clone(cands)
	if model == nil {
		return order
	}
	x := rows
	if blank.any {
		x = slices.Clone(rows)
		blank.clear(x, width)
	}
	scores := make([]float32, len(order))
	model.Score(x, scores)
	for j := range order {
		order[j].Score = scores[j]
	}
	ranking.Sort(order)
	return order
}
