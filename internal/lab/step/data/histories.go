package data

import (
	"context"
	"fmt"
	"slices"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// splitUsers is how many users each split of the history is judged on, at most.
const splitUsers = 1000

// historySplits holds out a fifth of who engaged with what in each of three ways, learns stage one from the rest, and sets
// what each claims beside what the same stage one does on the requests that are judged.
func (r run) historySplits(ctx context.Context) error {
	p := r.Pipeline
	if p.Learned.History == nil {
		return nil
	}
	real := p.Judged(r.Results.Candidates).Interval(ctx, measure.Resamples, r.Seed("came"))
	b := report.Block{Kind: report.Bars, Title: "What each split of the history claims for stage one", Unit: p.Problem.Judge.Label}
	var words []string
	var intervals []metrics.Interval
	splits := catalog.Offers(r.Config.World.Kind, "split")
	for _, split := range splits {
		r.Progress.Report("learning under a "+split+" split", 0, 0)
		claims, err := r.claimed(ctx, split)
		if err != nil {
			return err
		}
		i := claims.Interval(ctx, measure.Resamples, r.Seed("claims"))
		r.overclaim(split, i.Mean, real.Mean)
		intervals = append(intervals, i)
		r.Interval("claimed_quality."+measure.Variant(split), i)
		if split == r.Settings.Split {
			r.Interval("claimed_quality", i)
		}
		b.Rows = append(b.Rows, report.Row{report.Text(split), measure.Number(i)})
		words = append(words, fmt.Sprintf("%s claims %s", split, report.Num(i.Mean)))
	}
	b.Rows = append(b.Rows, report.Row{report.Text("the judged requests"), measure.Number(real)})
	b.Alt = historyAlt(words, splits, intervals, real)
	r.Block(b)
	if r.Report.Headline == "" {
		r.Report.Headline = historyHeadline(words, real.Mean)
	}
	return nil
}

// judged is the outcomes of a judge, as they are kept.
type judged struct{ metrics.Judged }

// Bytes is the memory of the outcomes.
func (j judged) Bytes() int64 { return 40 * int64(len(j.Outcomes)) }

// claimed is the quality of stage one by user when it learns from what a split leaves and has to find what it holds out. What
// is learned for that is used once: it isn't kept.
func (r run) claimed(ctx context.Context, split string) (metrics.Judged, error) {
	s := r.Pipeline.Scenario.WithoutFault(fault.AtIndex)
	s.Past = build.SplitBy(split)
	if s.HasVectors() {
		s.Engine = "exact" // the split is judged, not the index
	}
	out, err := build.Get(ctx, r.Builder, claimStage(), s)
	return out.Judged, err
}

func claimStage() build.Stage[judged] {
	return build.Stage[judged]{Name: "data: claims of a split", Needs: build.IndexFields | build.FieldK, Build: askHeldOut}
}

// askHeldOut judges stage one by what a split holds out of each user's history, on at most splitUsers of them.
func askHeldOut(ctx context.Context, b *build.Builder, s build.Scenario) (judged, error) {
	b = b.Passing()
	part, err := b.Part(ctx, s)
	if err != nil {
		return judged{}, err
	}
	encoding, err := b.Encoding(ctx, s)
	if err != nil {
		return judged{}, err
	}
	index, err := b.Index(ctx, s)
	if err != nil {
		return judged{}, err
	}
	var emb *problem.Embedding
	if encoding != nil {
		emb = encoding.EmbeddingFor(part.Problem)
	}
	held, rest := part.Held, part.Problem.History
	var users []int32
	for u := range int32(held.Users) {
		if held.Start[u] < held.Start[u+1] {
			users = append(users, u)
		}
	}
	n := min(len(users), splitUsers)
	out := metrics.Judged{Judge: &part.Problem.Judge, Outcomes: make([]problem.Outcome, n)}
	err = b.Each(ctx, n, func(i int) error {
		u := users[i*len(users)/n]
		items, weights := held.Row(u)
		seen, _ := rest.Row(u)
		days := held.Day[held.Start[u]:held.Start[u+1]]
		q := problem.Query{ID: u, From: problem.Test, User: u, Filter: problem.Filter{Except: seen}, Day: float64(slices.Min(days))}
		if emb != nil {
			q.Vec = make([]float32, emb.Dim)
			emb.Encode(&q, q.Vec)
		}
		found, err := index.Retrieve(ctx, q, s.Depth(out.Judge), nil)
		if err != nil {
			return err
		}
		var later measure.ListTruth
		for j, item := range items {
			later.Add(item, uint8(weights[j]))
		}
		out.Outcomes[i] = out.Judge.Answer(later.Of(&q), found)
		return nil
	})
	return judged{out}, err
}
