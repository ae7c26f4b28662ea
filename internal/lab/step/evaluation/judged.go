package evaluation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/report"
)

// An offline test is judged by the launches that it leads to. Several rankers are compared offline by what may decide
// relevance, and with people; the share of pairs that the offline test orders as people do is how far it can be trusted.

// label says what counts in a logged list.
type label func(im *problem.Impression) (y, weight float32)

// bought labels an impression by its success: a purchase, a video watched to its end.
func bought(im *problem.Impression) (y, weight float32) {
	if im.Bought {
		return 1, 1
	}
	return 0, 1
}

// logModelStage trains a ranker on the log's impressions; what names the label.
func logModelStage(what string, of label) build.Stage[*build.Trained] {
	return build.Stage[*build.Trained]{
		Name: "evaluation: ranker of logged " + what, Needs: build.LogFields | build.FieldFeatures,
		Build: func(ctx context.Context, b *build.Builder, s build.Scenario) (*build.Trained, error) {
			log, err := b.LogRows(ctx, s)
			if err != nil {
				return nil, err
			}
			learned, err := b.Learned(ctx, s)
			if err != nil {
				return nil, err
			}
			columns, err := s.Columns(learned)
			if err != nil {
				return nil, err
			}
			b.Progress().Report("training a ranker on logged "+what, 0, 0)
			o := trees.Options{
				Objective: trees.Binary, Trees: 60, Leaves: 15, MinLeaf: 40, Rate: 0.1, Workers: b.Workers(), Seed: seed.Of(s.World.Seed, "variants"),
			}
			rows := log.Select(func(i int) bool { return !log.IsLater(i) }, columns, of)
			model, err := trees.Train(ctx, rows, nil, o, nil)
			return &build.Trained{Model: model}, err
		},
	}
}

// successWords is what a success in the log is called.
func (r run) successWords() string {
	if r.Pipeline.Learned.History != nil {
		return "finished watches"
	}
	return "purchases"
}

// loggedQuality judges a policy's order of the newest logged lists by what was clicked or bought in them: how teams without
// graded relevance compare rankers.
func (r run) loggedQuality(log *build.LogRows, p measure.Policy, of label) float64 {
	d := log.Select(log.IsLater, p.Blank, of)
	scores := make([]float32, d.Rows())
	p.Model.Score(d.X, scores)
	at := 0
	judged := metrics.Judged{Judge: &r.Pipeline.Problem.Judge} // a list in which nothing counts has no quality
	for _, n := range d.Group {
		cands := make([]problem.Candidate, n)
		for j := range cands {
			cands[j] = problem.Candidate{Item: int32(at + j), Score: scores[at+j]}
		}
		ranking.Sort(cands)
		var counts measure.ListTruth
		for row := at; row < at+int(n); row++ {
			if grade := uint8(d.Y[row]); grade > 0 {
				counts.Add(int32(row), grade)
			}
		}
		judged.Outcomes = append(judged.Outcomes, judged.Judge.Answer(counts.Of(&problem.Query{}), cands))
		at += int(n)
	}
	return judged.Quality()
}

// How many requests and people the rankers are compared on.
const (
	judgedRequests = 300
	judgedPeople   = 60 // for each request
)

// rankers are those that offline tests compare: of the log's clicks and of its successes, with and without the old system's
// columns, of judged grades, and the order of stage one.
func (r run) rankers(ctx context.Context, log *build.LogRows) ([]measure.Policy, error) {
	p, groups := r.Pipeline, r.Pipeline.Groups()
	with, without := p.Columns.With(groups, catalog.LoggedGroup), p.Columns.Without(groups, catalog.LoggedGroup)
	out := []measure.Policy{{ID: "similarity alone", Model: measure.ColumnScore{Column: 0, Width: log.Width}}}
	for _, t := range []struct {
		what string
		of   label
	}{{"clicks", build.Clicked}, {r.successWords(), bought}} {
		for _, c := range []struct {
			columns build.Columns
			words   string
		}{{with, "with"}, {without, "without"}} {
			m, err := build.Get(ctx, r.Builder, logModelStage(t.what, t.of), p.WithColumns(c.columns))
			if err != nil {
				return nil, fmt.Errorf("training a ranker on logged %s: %w", t.what, err)
			}
			out = append(out, measure.Policy{ID: t.what + ", " + c.words + " the old system's columns", Model: m.Model, Blank: c.columns})
		}
	}
	graded, err := r.graded(ctx)
	if err != nil {
		return nil, err
	}
	return append(out, measure.Policy{ID: "judged grades", Model: graded.Model, Blank: without}), nil
}

// judges compares the rankers offline by each thing that may decide relevance, and with people.
func (r run) judges(ctx context.Context, people *audience, log *build.LogRows) error {
	rankers, err := r.rankers(ctx, log)
	if err != nil {
		return err
	}
	graded, online, err := r.tried(ctx, people, rankers)
	if err != nil {
		return err
	}
	words := catalog.Offers(r.Config.World.Kind, "judged")
	b := report.Block{Kind: report.Table, Title: "Rankers compared offline and with people", Columns: []string{"learned from"}}
	for _, p := range rankers {
		b.Rows = append(b.Rows, report.Row{report.Text(p.ID)})
	}
	for _, word := range words {
		offline := graded
		switch word {
		case catalog.JudgedByClicks:
			offline = r.allLogged(log, rankers, build.Clicked)
		case catalog.JudgedByPurchases, catalog.JudgedBySatisfied:
			offline = r.allLogged(log, rankers, bought)
		}
		agreement, regret := agreement(offline, online)
		if word == r.Settings.Judged {
			r.Metric("offline_agreement", agreement)
			r.Metric("offline_regret", regret)
			b.Alt = judgedAlt(word, people.goalWords(), agreement, regret)
		}
		b.Columns = append(b.Columns, "by "+word)
		for k := range rankers {
			b.Rows[k] = append(b.Rows[k], report.Num(offline[k]))
		}
	}
	b.Columns = append(b.Columns, people.goalWords())
	for k := range rankers {
		b.Rows[k] = append(b.Rows[k], report.Num(online[k]))
	}
	r.Block(b)
	return nil
}

func (r run) allLogged(log *build.LogRows, rankers []measure.Policy, of label) []float64 {
	out := make([]float64, len(rankers))
	for k, p := range rankers {
		out[k] = r.loggedQuality(log, p, of)
	}
	return out
}

// tried shows each ranker's lists on requests that no system has answered before: their quality by true grades, where requests
// have them, and the goal of the test, each list shown to the same people, who don't remember it.
func (r run) tried(ctx context.Context, people *audience, rankers []measure.Policy) (graded, online []float64, err error) {
	p := r.Pipeline.Problem
	first := p.People.Begin(r.Seed("tried"))
	rng := rand.New(rand.NewPCG(r.Seed("tried"), 1))
	requests := make([]problem.Query, judgedRequests)
	for i := range requests {
		requests[i] = first.Request(float64(i)/judgedRequests*7, rng)
	}
	lists := make([][][]int32, len(requests))
	err = r.Builder.Each(ctx, len(requests), func(i int) error {
		var err error
		lists[i], err = people.live.Answer(ctx, first, requests[i], rankers)
		return err
	})
	graded, online = make([]float64, len(rankers)), make([]float64, len(rankers))
	if err != nil {
		return nil, nil, err
	}
	err = r.Builder.Each(ctx, len(rankers), func(k int) error {
		judged := metrics.Judged{Judge: &p.Judge}
		for i := range requests {
			judged.Outcomes = append(judged.Outcomes, p.Judge.Answer(r.truthOf(&requests[i]), asCandidates(lists[i][k])))
		}
		graded[k] = judged.Quality()
		for n := range judgedPeople {
			if err := ctx.Err(); err != nil {
				return err
			}
			play := p.People.Begin(r.Seed("tried") + uint64(n))
			for i := range requests {
				rng := rand.New(rand.NewPCG(r.Seed("tried people"), uint64(n*judgedRequests+i)))
				online[k] += people.goal(play.React(&requests[i], lists[i][k], rng)) / (judgedPeople * judgedRequests)
			}
		}
		return nil
	})
	return graded, online, err
}

func (r run) truthOf(q *problem.Query) problem.GroundTruth {
	t := r.Pipeline.Problem.Truth
	return problem.GroundTruth{Query: q, Truth: t, Positives: t.Positives(q)}
}

func asCandidates(items []int32) []problem.Candidate {
	out := make([]problem.Candidate, len(items))
	for j, item := range items {
		out[j] = problem.Candidate{Item: item, Score: float32(len(items) - j)}
	}
	return out
}

// agreement is the share of pairs of rankers that offline numbers order as online ones do, and what is lost online, relative
// to the best, by launching the one that is best offline.
func agreement(offline, online []float64) (share, regret float64) {
	agree, pairs := 0, 0
	for a := range offline {
		for b := range a {
			pairs++
			if (offline[a] > offline[b]) == (online[a] > online[b]) {
				agree++
			}
		}
	}
	launched := slices.Index(offline, slices.Max(offline))
	return float64(agree) / float64(pairs), 1 - online[launched]/slices.Max(online)
}
