package architecture

import (
	"cmp"
	"context"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// generator is one source of candidates, with scores of its own: an inner product, a sum of similarities, a count, a day.
type generator struct {
	name  string
	share float64 // of K that it may hand to the light ranker
	retrieval.Retriever
}

// newest is a generator: the latest uploads, scored by their day.
type newest struct {
	born  func(int32) float64
	order []int32 // latest first
}

func newNewest(p *problem.Problem) newest {
	n := newest{p.Born, make([]int32, p.Items)}
	for i := range n.order {
		n.order[i] = int32(i)
	}
	slices.SortStableFunc(n.order, func(a, b int32) int { return cmp.Compare(p.Born(b), p.Born(a)) })
	return n
}

// Retrieve implements retrieval.Retriever.
func (n newest) Retrieve(_ context.Context, q problem.Query, k int, into []problem.Candidate) ([]problem.Candidate, error) {
	for _, i := range n.order {
		if k == 0 {
			break
		}
		if day := n.born(i); day <= q.Day && q.Filter.Allows(i) {
			into = append(into, problem.Candidate{Item: i, Score: float32(day)})
			k--
		}
	}
	return into, nil
}

// mergeAnswers is on how many requests ways to merge are compared, at most.
const mergeAnswers = 300

// merges reports stage one's recall where several generators fill the K candidates, by how they are merged.
func (r run) merges(ctx context.Context) error {
	ways := catalog.Offers(r.Config.World.Kind, "merge")
	if len(ways) == 0 {
		return nil
	}
	if r.Pipeline.Problem.Born == nil || r.Pipeline.Model == nil {
		r.Miss("merged_recall_at_k", "there is no day of upload to generate new items by, or no ranker to merge with")
		return nil
	}
	gens, light, err := r.generators(ctx)
	if err != nil {
		return err
	}
	n := min(len(r.Pipeline.Requests.Queries), mergeAnswers)
	recall, alone := columns(len(ways), n), columns(len(gens), n)
	err = r.Builder.Each(ctx, n, func(i int) error {
		q := r.Pipeline.Requests.Queries[i]
		lists := make([][]problem.Candidate, len(gens))
		for g := range gens {
			var err error
			if lists[g], err = gens[g].Retrieve(ctx, q, r.Settings.K, nil); err != nil {
				return err
			}
			alone[g][i] = r.Pipeline.Recall(i, lists[g])
		}
		for w, way := range ways {
			merged, err := r.merge(ctx, way, q, gens, lists, light)
			if err != nil {
				return err
			}
			recall[w][i] = r.Pipeline.Recall(i, merged)
		}
		return nil
	})
	if err != nil {
		return err
	}
	b := report.Block{Kind: report.Bars, Title: "Recall of K candidates, from one generator and from several", Unit: "recall"}
	for g := range gens {
		v := r.Bootstrap(ctx, "generator", alone[g])
		r.Metric("merged_recall_at_k."+measure.Variant(gens[g].name), v.Mean)
		b.Rows = append(b.Rows, report.Row{report.Text(gens[g].name + " alone"), measure.Number(v)})
	}
	for w, way := range ways {
		v := r.Bootstrap(ctx, "merge", recall[w])
		b.Rows = append(b.Rows, report.Row{report.Text("merged by " + way), measure.Number(v)})
		if way == r.Settings.Merge {
			r.Interval("merged_recall_at_k", v)
			r.SampleMean("merged_recall_at_k", recall[w])
			b.Alt = mergeAlt(way, v.Mean, metrics.Mean(metrics.Defined(alone[0])), gens[0].name)
		}
	}
	r.Block(b)
	return nil
}

func columns(count, n int) [][]float64 {
	out := make([][]float64, count)
	for i := range out {
		out[i] = make([]float64, n)
	}
	return out
}

// generators are the pipeline's own stage one and three others, and a light ranker that knows the same features as the heavy
// one.
func (r run) generators(ctx context.Context) ([]generator, ranking.Ranker, error) {
	p := r.Pipeline
	out := []generator{{p.Scenario.Engine, 1, p.Index}}
	for _, g := range []struct {
		engine string
		share  float64
	}{{"cooccurrence", 0.5}, {"popularity", 0.25}} {
		if g.engine == p.Scenario.Engine {
			continue
		}
		index, err := r.Builder.Index(ctx, p.Scenario.WithEngine(g.engine))
		if err != nil {
			return nil, nil, err
		}
		out = append(out, generator{g.engine, g.share, index})
	}
	out = append(out, generator{"newest", 0.25, newNewest(p.Problem)})
	s := p.Scenario
	s.Ranker = "logistic"
	model, err := r.Builder.Ranker(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	return out, ranking.NewRanker(model.Model, p.Features), nil
}

// merge makes one list of K candidates of the generators' lists.
func (r run) merge(ctx context.Context, way string, q problem.Query, gens []generator, lists [][]problem.Candidate, light ranking.Ranker,
) ([]problem.Candidate, error) {
	k := r.Settings.K
	switch way {
	case catalog.MergeScores:
		var all []problem.Candidate
		for _, list := range lists {
			all = append(all, list...)
		}
		ranking.Sort(all)
		return unique(all, k), nil
	case catalog.MergeTurns:
		var all []problem.Candidate
		for rank := range k {
			for _, list := range lists {
				if rank < len(list) {
					all = append(all, list[rank])
				}
			}
		}
		return unique(all, k), nil
	}
	var all []problem.Candidate
	for g, list := range lists {
		all = append(all, list[:min(len(list), int(gens[g].share*float64(k)))]...)
	}
	all = unique(all, len(all))
	if err := light.Rank(ctx, q, all); err != nil {
		return nil, err
	}
	return all[:min(k, len(all))], nil
}

// unique are the first k different items.
func unique(all []problem.Candidate, k int) []problem.Candidate {
	seen, out := make(map[int32]bool, len(all)), make([]problem.Candidate, 0, k)
	for _, c := range all {
		if len(out) == k {
			break
		}
		if !seen[c.Item] {
			seen[c.Item] = true
			out = append(out, c)
		}
	}
	return out
}
