package lab

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/report"
)

// trueRequests is how many live requests the true order of two policies is played on.
const trueRequests = 1500

// policyOrder compares today's order with that of a ranker in three ways: by the log's clicks as they came, by clicks
// weighed by how often their position is looked at (Joachims et al. 2017), and in truth, by people who are shown the same
// items in either order. Clicks lie where today's order put things: counted raw, they vote for today.
func (r *run) policyOrder(ctx context.Context) error {
	p := r.pipe
	at := -1
	if p.prob.Pairs != nil {
		at = firstColumn(p.base.Pairs.Groups(), loggedGroup)
	}
	if p.prob.People == nil || p.base.Log.Propensity == nil || at < 0 {
		for _, id := range []string{"policy_order_raw", "policy_order_corrected", "policy_order_true"} {
			r.miss(id, "it takes a log with known propensities, today's scores, and people who answer")
		}
		return nil
	}
	type key struct {
		model  modelKey
		asked  requestsKey
		fault  string
		k, top int
	}
	said, err := once(ctx, r.lab.cache, key{p.key, p.asked, p.fault, r.set.k, r.set.top}, func(ctx context.Context) ([3]metrics.Interval, error) { return r.twoOrders(ctx, at) })
	if err != nil {
		return err
	}
	b := report.Block{Kind: report.Table, Title: "Two orders, judged in three ways", Columns: []string{"judged by", "the ranker against today's order"}}
	for i, way := range [3]struct{ id, words string }{
		{"policy_order_raw", "clicks as logged"},
		{"policy_order_corrected", "clicks weighed by position"},
		{"policy_order_true", "people who are shown both"},
	} {
		r.interval(way.id, said[i])
		b.Rows = append(b.Rows, report.Row{report.Text(way.words), report.Text(percents(said[i]))})
	}
	b.Alt = fmt.Sprintf("Clicks as logged value the ranker's order at %s against today's, clicks weighed by position at %s; shown to people it brings %s clicks.", signed(said[0].Mean), signed(said[1].Mean), signed(said[2].Mean))
	r.block(b)
	return nil
}

// twoOrders measures a ranker's order against today's, whose score is in column at: by clicks as logged, by clicks weighed
// by position, and by people.
func (r *run) twoOrders(ctx context.Context, at int) (said [3]metrics.Interval, err error) {
	p := r.pipe
	log, err := r.lab.logged(ctx, p, r.tell)
	if err != nil {
		return said, err
	}
	r.tell.say("training on clicks weighed by position", 0, 0)
	prop := p.base.Log.Propensity
	o := trees.Options{Objective: trees.Binary, Trees: 60, Leaves: 15, MinLeaf: 40, Rate: 0.1, Workers: r.lab.workers, Seed: r.seed("order")}
	past := log.rows(func(i int) bool { return log.impressions[i].Request < log.later }, p.keep, func(im *problem.Impression) (y, weight float32) {
		if im.Clicked {
			return 1, float32(1 / prop[im.Pos])
		}
		return 0, 1
	})
	model, err := trees.Train(ctx, past, nil, o, nil)
	if err != nil {
		return said, fmt.Errorf("training on clicks weighed by position: %w", err)
	}
	both := []policy{{id: "today", model: columnScore{at, log.width}}, {id: "weighed", model: model, blank: p.keep}}
	raw, weighed := log.votes(both, prop)
	truth, err := r.reordered(ctx, both)
	if err != nil {
		return said, err
	}
	for i, way := range [3][][]float64{raw, weighed, truth} {
		ones := make([]float64, len(way[0]))
		for j := range ones {
			ones[j] = 1
		}
		said[i] = r.lift(ctx, way[0], ones, way[1], ones)
	}
	return said, ctx.Err()
}

// votes values each policy's order of the newest logged lists by their clicks: Σ 1/log₂(rank + 1) over clicked items, rank
// from 1, raw and with each click weighed by one over its position's propensity. One number a list.
func (g *logged) votes(policies []policy, prop []float64) (raw, weighed [][]float64) {
	raw, weighed = make([][]float64, len(policies)), make([][]float64, len(policies))
	for k, p := range policies {
		for a := 0; a < len(g.impressions); {
			b := a
			for b < len(g.impressions) && g.impressions[b].Request == g.impressions[a].Request {
				b++
			}
			if g.impressions[a].Request >= g.later {
				cands := make([]problem.Candidate, b-a)
				for j := range cands {
					cands[j].Item = int32(a + j)
				}
				sum, fair := 0.0, 0.0
				for rank, c := range orderBy(p.model, p.blank, cands, g.x[a*g.width:b*g.width], g.width) {
					if im := g.impressions[c.Item]; im.Clicked {
						v := 1 / math.Log2(float64(rank)+2)
						sum, fair = sum+v, fair+v/prop[im.Pos]
					}
				}
				raw[k], weighed[k] = append(raw[k], sum), append(weighed[k], fair)
			}
			a = b
		}
	}
	return raw, weighed
}

// reordered shows live requests the first items of today's order in each policy's order, and counts clicks by request.
func (r *run) reordered(ctx context.Context, policies []policy) ([][]float64, error) {
	p := r.pipe
	features, err := p.liveFeatures(ctx)
	if err != nil {
		return nil, err
	}
	width := len(features.Columns())
	clicks := make([][]float64, len(policies))
	err = each(ctx, len(policies), r.lab.workers, func(k int) error {
		clicks[k] = make([]float64, trueRequests)
		play := p.prob.People.Begin(r.seed("order"))
		for i := range clicks[k] {
			if i%100 == 0 {
				r.tell.say("showing two orders", i, trueRequests)
			}
			rng := rand.New(rand.NewPCG(r.seed("order"), uint64(i)))
			q := play.Request(float64(i)*7/trueRequests, rng)
			lists, err := r.answerLive(ctx, q, features, policies[:1])
			if err != nil {
				return err
			}
			cands, rows := make([]problem.Candidate, len(lists[0])), make([]float32, len(lists[0])*width)
			for j, item := range lists[0] {
				cands[j].Item = item
				features.Fill(&q, cands[j], rows[j*width:(j+1)*width])
			}
			shown := lists[0][:0]
			for _, c := range orderBy(policies[k].model, policies[k].blank, cands, rows, width) {
				shown = append(shown, c.Item)
			}
			clicks[k][i] = float64(len(play.React(&q, shown, rng).Clicks))
		}
		return nil
	})
	return clicks, err
}
