package lab

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// splitUsers is how many users each split of the history is judged on, at most.
const splitUsers = 400

// historySplits holds out a fifth of who engaged with what in each of three ways, learns stage one from the rest, and sets
// what each claims beside what the same stage one does on the requests that are judged.
func (r *run) historySplits(ctx context.Context) error {
	p := r.pipe
	if p.base.History == nil {
		return nil
	}
	real := p.judged(r.m.stage1).Interval(ctx, resamples, r.seed("came"))
	b := report.Block{Kind: report.Bars, Title: "What each split of the history claims for stage one", Unit: p.prob.Judge.Label}
	var words []string
	for _, split := range Offers(r.cfg.World.Kind, "split") {
		r.tell.say("learning under a "+split+" split", 0, 0)
		claims, err := r.claimed(ctx, split)
		if err != nil {
			return err
		}
		i := claims.Interval(ctx, resamples, r.seed("claims"))
		r.interval("claimed_quality."+metricName(split), i)
		if split == r.set.split {
			r.interval("claimed_quality", i)
		}
		b.Rows = append(b.Rows, report.Row{report.Text(split), withBounds(i)})
		words = append(words, fmt.Sprintf("%s claims %s", split, report.Num(i.Mean)))
	}
	b.Rows = append(b.Rows, report.Row{report.Text("the judged requests"), withBounds(real)})
	b.Alt = fmt.Sprintf("For the same stage one %s; on the judged requests its order is worth %s. At random, what a user did next helps to find what was held out; by time it doesn't.", andList(words), report.Num(real.Mean))
	r.block(b)
	if r.rep.Headline == "" {
		r.rep.Headline = fmt.Sprintf("The split decides what is claimed: %s; the judged requests say %s", andList(words), report.Num(real.Mean))
	}
	return nil
}

// claimed is the quality of stage one by user when it learns from what a split leaves and is asked for what it holds out.
func (r *run) claimed(ctx context.Context, split string) (metrics.Judged, error) {
	type splitKey struct {
		index indexKey
		split string
	}
	p := r.pipe
	key := splitKey{p.key.index, split}
	key.index.stale = false
	return once(ctx, r.lab.cache, key, func(ctx context.Context) (metrics.Judged, error) {
		rest, held := parted(p.base.History, split, rand.New(rand.NewPCG(r.seed("split"), 2)))
		base := *p.base
		base.History = rest
		then := *p
		then.base = &base
		s := site{prob: &base, set: p.set, seed: r.seed("split"), workers: r.lab.workers}
		k := kindOf(r.cfg.World.Kind)
		var err error
		if p.code != nil {
			if then.code, err = k.encoder(p.set.encoder).train(ctx, s); err != nil {
				return metrics.Judged{}, err
			}
			then.index = retrieval.NewExact(then.code.emb.Items, then.code.emb.Dim)
		} else if then.index, err = k.engine(p.set.engine).build(ctx, s, nil); err != nil {
			return metrics.Judged{}, err
		}
		return then.askedFor(ctx, held, rest, r.lab.workers)
	})
}

// askedFor judges the pipeline's stage one by what held holds of each user, on at most splitUsers of them.
func (p *pipeline) askedFor(ctx context.Context, held, rest *problem.History, workers int) (metrics.Judged, error) {
	var users []int32
	for u := range int32(held.Users) {
		if held.Start[u] < held.Start[u+1] {
			users = append(users, u)
		}
	}
	n := min(len(users), splitUsers)
	out := metrics.Judged{Judge: &p.base.Judge, Outcomes: make([]problem.Outcome, n)}
	search, emb := p.index, p.encodingBy(p.base, false)
	err := each(ctx, n, workers, func(i int) error {
		u := users[i*len(users)/n]
		items, weights := held.Row(u)
		seen, _ := rest.Row(u)
		q := problem.Query{ID: u, From: problem.Test, User: u, Filter: problem.Filter{Except: seen}, Day: float64(slices.Min(held.Day[held.Start[u]:held.Start[u+1]]))}
		if emb != nil {
			q.Vec = make([]float32, emb.Dim)
			emb.Encode(&q, q.Vec)
		}
		found, err := search.Retrieve(ctx, q, p.depth(), nil)
		if err != nil {
			return err
		}
		var later listTruth
		for j, item := range items {
			later.add(item, uint8(weights[j]))
		}
		out.Outcomes[i] = out.Judge.Answer(later.of(&q), found)
		return nil
	})
	return out, err
}

// parted holds out a fifth of the history: at random, the last of each user, or what came after one moment.
func parted(h *problem.History, split string, rng *rand.Rand) (rest, held *problem.History) {
	days := slices.Clone(h.Day)
	slices.Sort(days)
	moment := float32(math.MaxFloat32)
	if len(days) > 0 {
		moment = days[int((1-validatedShare)*float64(len(days)))]
	}
	rest, held = emptied(h), emptied(h)
	for u := range h.Users {
		a, b := h.Start[u], h.Start[u+1]
		late := latest(h.Day[a:b], int(validatedShare*float64(b-a)))
		for at := a; at < b; at++ {
			into := rest
			switch {
			case split == "random" && rng.Float64() < validatedShare, split == "user-time" && late[at-a], split == "global-time" && h.Day[at] >= moment:
				into = held
			}
			keep(into, h, at)
		}
		rest.Start[u+1], held.Start[u+1] = int32(len(rest.Item)), int32(len(held.Item))
	}
	return rest, held
}

func emptied(h *problem.History) *problem.History {
	return &problem.History{Users: h.Users, Items: h.Items, Start: make([]int32, h.Users+1)}
}

// latest marks the n latest of the days, ties by place.
func latest(days []float32, n int) []bool {
	order := make([]int, len(days))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case days[a] < days[b]:
			return -1
		case days[a] > days[b]:
			return 1
		}
		return 0
	})
	out := make([]bool, len(days))
	for _, i := range order[len(order)-n:] {
		out[i] = true
	}
	return out
}

// listTruth is graded items that were added in ascending order: what a user went on to, or what was clicked in a list.
type listTruth []problem.Graded

func (t *listTruth) add(item int32, grade uint8) {
	*t = append(*t, problem.Graded{Item: item, Grade: grade})
}

// of is the ground truth for q.
func (t listTruth) of(q *problem.Query) problem.GroundTruth {
	return problem.GroundTruth{Query: q, Truth: t, Positives: t.Positives(q)}
}

// Grade implements problem.Truth.
func (t listTruth) Grade(_ *problem.Query, item int32) uint8 {
	at, ok := slices.BinarySearchFunc(t, item, func(g problem.Graded, item int32) int { return cmp.Compare(g.Item, item) })
	if !ok {
		return 0
	}
	return t[at].Grade
}

// Positives implements problem.Truth.
func (t listTruth) Positives(*problem.Query) []problem.Graded {
	out := slices.Clone(t)
	slices.SortStableFunc(out, func(a, b problem.Graded) int { return cmp.Compare(b.Grade, a.Grade) })
	return out
}
