package data

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/report"
)

// trueRequests is how many live requests the true order of two policies is played on.
const trueRequests = 1500

// policyOrder compares today's order with that of a ranker in three ways: by the log's clicks as they came, by clicks
// weighted by how often their position is looked at (Joachims et al. 2017), and in truth, by people who are shown the same
// items in either order. Clicks lie where today's order put things: counted raw, they vote for today.
func (r run) policyOrder(ctx context.Context) error {
	p := r.Pipeline
	at := -1
	if p.Problem.Pairs != nil {
		at = build.FirstColumn(p.Learned.Pairs.Groups(), catalog.LoggedGroup)
	}
	if p.Problem.People == nil || p.Learned.Log.Propensity == nil || at < 0 {
		r.MissAll("it takes a log with known propensities, today's scores, and people who answer",
			"policy_order_raw", "policy_order_corrected", "policy_order_true")
		return nil
	}
	said, err := build.Get(ctx, r.Builder, orderStage(), p.Scenario)
	if err != nil {
		return err
	}
	b := report.Block{
		Kind: report.Table, Title: "Two orders, judged in three ways",
		Columns: []string{"judged by", "the ranker against today's order"},
	}
	for i, way := range [3]struct{ id, words string }{
		{"policy_order_raw", "clicks as logged"},
		{"policy_order_corrected", "clicks weighted by position"},
		{"policy_order_true", "people who are shown both"},
	} {
		r.Interval(way.id, said[i])
		b.Rows = append(b.Rows, report.Row{report.Text(way.words), report.Text(measure.Lift(said[i]).String())})
	}
	b.Alt = ordersAlt(said[0], said[1], said[2])
	r.Block(b)
	return nil
}

// orders are what three ways to judge say of a ranker's order against today's: clicks as logged, clicks weighted by position,
// and people.
type orders [3]metrics.Interval

// Bytes is next to nothing.
func (orders) Bytes() int64 { return 72 }

func orderStage() build.Stage[orders] {
	return build.Stage[orders]{Name: "data: two orders", Needs: build.PipelineFields | build.FieldTop, Build: twoOrders}
}

// twoOrders measures a ranker's order against today's, whose score is the first of the logged columns.
func twoOrders(ctx context.Context, b *build.Builder, s build.Scenario) (said orders, err error) {
	p, err := b.Pipeline(ctx, s)
	if err != nil {
		return said, err
	}
	log, err := b.LogRows(ctx, s)
	if err != nil {
		return said, err
	}
	b.Progress().Report("training on clicks weighted by position", 0, 0)
	prop := p.Learned.Log.Propensity
	o := trees.Options{
		Objective: trees.Binary, Trees: 60, Leaves: 15, MinLeaf: 40, Rate: 0.1, Workers: b.Workers(), Seed: seed.Of(s.World.Seed, "order"),
	}
	weighted := func(im *problem.Impression) (y, weight float32) {
		if im.Clicked {
			return 1, float32(1 / prop[im.Pos])
		}
		return 0, 1
	}
	past := log.Select(func(i int) bool { return !log.IsLater(i) }, p.Columns, weighted)
	model, err := trees.Train(ctx, past, nil, o, nil)
	if err != nil {
		return said, fmt.Errorf("training on clicks weighted by position: %w", err)
	}
	today := measure.ColumnScore{Column: build.FirstColumn(p.Groups(), catalog.LoggedGroup), Width: log.Width}
	both := []measure.Policy{{ID: "today", Model: today}, {ID: "weighted", Model: model, Blank: p.Columns}}
	raw, fair := votes(log, both, prop)
	truth, err := reordered(ctx, b, p, both)
	if err != nil {
		return said, err
	}
	for i, way := range [3][][]float64{raw, fair, truth} {
		today, ranker := metrics.Units{Num: way[0]}, metrics.Units{Num: way[1]}
		said[i] = metrics.PairedLift(ctx, today, ranker, measure.Resamples, seed.Of(s.World.Seed, "lift"))
	}
	return said, ctx.Err()
}

// votes values each policy's order of the newest logged lists by their clicks: Σ 1/log₂(rank + 1) over clicked items, rank
// from 1, raw and with each click weighted by one over its position's propensity. One number a list.
func votes(log *build.LogRows, policies []measure.Policy, prop []float64) (raw, weighted [][]float64) {
	raw, weighted = make([][]float64, len(policies)), make([][]float64, len(policies))
	for k, p := range policies {
		log.LaterLists(func(from, n int) {
			cands := make([]problem.Candidate, n)
			for j := range cands {
				cands[j].Item = int32(from + j)
			}
			sum, fair := 0.0, 0.0
			for rank, c := range p.Order(cands, log.X[from*log.Width:(from+n)*log.Width], log.Width) {
				if im := log.Impressions[c.Item]; im.Clicked {
					v := 1 / math.Log2(float64(rank)+2)
					sum, fair = sum+v, fair+v/prop[im.Pos]
				}
			}
			raw[k], weighted[k] = append(raw[k], sum), append(weighted[k], fair)
		})
	}
	return raw, weighted
}

// reordered shows live requests the first items of today's order in each policy's order, and counts clicks by request.
func reordered(ctx context.Context, b *build.Builder, p *build.Pipeline, policies []measure.Policy) ([][]float64, error) {
	live, err := measure.NewLive(ctx, p)
	if err != nil {
		return nil, err
	}
	people := seed.Of(p.Scenario.World.Seed, "order")
	clicks := make([][]float64, len(policies))
	err = b.Each(ctx, len(policies), func(k int) error {
		clicks[k] = make([]float64, trueRequests)
		play := p.Problem.People.Begin(people)
		for i := range clicks[k] {
			if i%100 == 0 {
				b.Progress().Report("showing two orders", i, trueRequests)
			}
			rng := rand.New(rand.NewPCG(people, uint64(i)))
			q := play.Request(float64(i)*7/trueRequests, rng)
			lists, err := live.Answer(ctx, play, q, policies[:1])
			if err != nil {
				return err
			}
			cands := make([]problem.Candidate, len(lists[0]))
			for j, item := range lists[0] {
				cands[j].Item = item
			}
			shown := lists[0][:0]
			for _, c := range policies[k].Order(cands, live.Rows(&q, cands), live.Width()) {
				shown = append(shown, c.Item)
			}
			clicks[k][i] = float64(len(play.React(&q, shown, rng).Clicks))
		}
		return nil
	})
	return clicks, err
}
