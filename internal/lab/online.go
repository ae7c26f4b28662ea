package lab

import (
	"context"
	"fmt"
	"math/rand/v2"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/trees"
)

// policy is one way to order the candidates of a live request.
type policy struct {
	id    string
	words string        // what it learned from
	model ranking.Model // nil keeps stage one's order
	blank columns       // columns that it doesn't read
}

// policies returns today's system and the two rankers that a test may launch. Today's is the log's policy: the old
// system's score orders the same candidates. One candidate learned the log's clicks as they came, with the old system's
// score and position to read; the other learned judged grades of past requests, without them: it is the pipeline's own
// ranker unless that reads them.
func (r *run) policies(ctx context.Context) ([]policy, error) {
	p := r.pipe
	log, err := r.lab.logged(ctx, p, r.tell)
	if err != nil {
		return nil, err
	}
	groups := p.base.Pairs.Groups()
	until := log.later
	told := p.keep.with(groups, loggedGroup)
	type naiveKey struct {
		vectors vectorKey
		leak    bool
		blank   columns
		until   int32
	}
	naive, err := once(ctx, r.lab.cache, naiveKey{p.key.index.vectors, p.key.leak, told, until}, func(ctx context.Context) (*trees.Model, error) {
		r.tell.say("training a ranker on logged clicks", 0, 0)
		o := trees.Options{Objective: trees.Binary, Trees: 60, Leaves: 15, MinLeaf: 40, Rate: 0.1, Workers: r.lab.workers, Seed: r.seed("variants")}
		return trees.Train(ctx, log.rows(func(i int) bool { return log.impressions[i].Request < until }, told, clicked), nil, o, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("training the offline winner: %w", err)
	}
	untold := *p
	untold.keep = p.keep.without(groups, loggedGroup)
	if untold.keep != p.keep {
		untold.key.features += ",minus-" + loggedGroup
	}
	careful, err := r.lab.modelFrom(ctx, &untold, untold.key.rows, r.kindOfModel(), r.set.loss, r.tell)
	if err != nil {
		return nil, fmt.Errorf("training the online winner: %w", err)
	}
	today := policy{id: "today", words: p.base.Log.Policy}
	if at := firstColumn(groups, loggedGroup); at >= 0 {
		today.model = columnScore{at, log.width}
	}
	return []policy{
		today,
		{id: offlineWinner, words: "clicks as logged, with the old system's score and position", model: naive, blank: told},
		{id: onlineWinner, words: "judged grades of past requests, without the old system's columns", model: careful, blank: untold.keep},
	}, nil
}

// firstColumn is the place of a group's first column, -1 where there is no such group.
func firstColumn(groups []problem.FeatureGroup, id string) int {
	at := 0
	for _, g := range groups {
		if g.ID == id {
			return at
		}
		at += len(g.Columns)
	}
	return -1
}

// columnScore is a model that takes one column as the score: a system that somebody else built.
type columnScore struct{ column, width int }

// Score copies the column.
func (c columnScore) Score(rows, out []float32) {
	for i := range out {
		out[i] = rows[i*c.width+c.column]
	}
}

// MB is nothing: it has no parameters here.
func (columnScore) MB() float64 { return 0 }

// offlineQuality judges each policy's order of the logged lists by their clicks: how teams without graded relevance
// compare rankers.
func (r *run) offlineQuality(ctx context.Context, policies []policy) ([]float64, error) {
	log, err := r.lab.logged(ctx, r.pipe, r.tell)
	if err != nil {
		return nil, err
	}
	judge := &r.pipe.prob.Judge
	out := make([]float64, len(policies))
	for k, p := range policies {
		d := log.rows(func(i int) bool { return log.impressions[i].Request >= log.later }, p.blank, clicked)
		scores := make([]float32, d.Rows())
		p.model.Score(d.X, scores)
		at := 0
		judged := metrics.Judged{Judge: judge} // a list without a click has no quality
		for _, n := range d.Group {
			cands := make([]problem.Candidate, n)
			for j := range cands {
				cands[j] = problem.Candidate{Item: int32(at + j), Score: scores[at+j]}
			}
			ranking.Sort(cands)
			var clicks listTruth
			for row := at; row < at+int(n); row++ {
				if grade := uint8(d.Y[row]); grade > 0 {
					clicks.add(int32(row), grade)
				}
			}
			judged.Outcomes = append(judged.Outcomes, judge.Answer(clicks.of(&problem.Query{}), cands))
			at += int(n)
		}
		out[k] = judged.Quality()
	}
	return out, nil
}

// distinctADay is how many distinct requests a day's traffic is made of: each is answered once by each arm and asked by
// many people.
const distinctADay = 30

// arm is what one policy's lists led to, by distinct request, or by person where people return.
type arm struct {
	asked, clicks, shown, successes, revenue, returns []float64

	exposure []float64    // showings by item, where people return
	left     *problem.Log // what the next model would learn from, where the play tells
}

func newArm(n int) arm {
	room := make([]float64, 6*n)
	part := func(i int) []float64 { return room[i*n : (i+1)*n : (i+1)*n] }
	return arm{asked: part(0), clicks: part(1), shown: part(2), successes: part(3), revenue: part(4), returns: part(5)}
}

// play runs the policies forward on the same people: every arm meets the same requests and, as far as what they show is
// alike, the same reactions.
func (r *run) play(ctx context.Context, policies []policy) ([]arm, error) {
	p := r.pipe
	if p.base.History != nil {
		return r.playReturning(ctx, policies)
	}
	queries := r.liveRequests()
	lists := make([][][]int32, len(queries))
	features, err := p.liveFeatures(ctx)
	if err != nil {
		return nil, err
	}
	err = each(ctx, len(queries), r.lab.workers, func(i int) error {
		if i%32 == 0 {
			r.tell.say("answering live requests", i, len(queries))
		}
		var err error
		lists[i], err = r.answerLive(ctx, queries[i], features, policies)
		return err
	})
	if err != nil {
		return nil, err
	}
	arms := make([]arm, len(policies))
	perRequest := max(1, r.set.traffic/distinctADay)
	err = each(ctx, len(policies), r.lab.workers, func(k int) error {
		arms[k] = newArm(len(queries))
		play := p.prob.People.Begin(r.seed("people"))
		for i := range queries {
			if err := ctx.Err(); err != nil {
				return err
			}
			if i%distinctADay == 0 {
				r.tell.say("days of the test", i/distinctADay, r.set.days)
			}
			rng := rand.New(rand.NewPCG(r.seed("reactions"), uint64(i)))
			for range perRequest {
				arms[k].add(i, play.React(&queries[i], lists[i][k], rng), len(lists[i][k]))
			}
		}
		return nil
	})
	return arms, err
}

func (a *arm) add(i int, re problem.Reaction, shown int) {
	a.asked[i]++
	a.shown[i] += float64(shown)
	a.clicks[i] += float64(len(re.Clicks))
	a.revenue[i] += re.Revenue
	if re.Bought >= 0 {
		a.successes[i]++
	}
	if re.Returns {
		a.returns[i]++
	}
}

// liveRequests draws the distinct requests of the test's days.
func (r *run) liveRequests() []problem.Query {
	play := r.pipe.prob.People.Begin(r.seed("requests"))
	rng := rand.New(rand.NewPCG(r.seed("requests"), 1))
	var out []problem.Query
	for day := range r.set.days {
		for j := range distinctADay {
			out = append(out, play.Request(float64(day)+float64(j)/distinctADay, rng))
		}
	}
	return out
}

// answerLive runs stage one once and orders its candidates by each policy.
func (r *run) answerLive(ctx context.Context, q problem.Query, f problem.Features, policies []policy) ([][]int32, error) {
	p := r.pipe
	if p.emb != nil {
		q.Vec = make([]float32, p.emb.Dim)
		p.emb.Encode(&q, q.Vec)
	}
	cands, err := p.index.Retrieve(ctx, q, p.set.k, nil)
	if err != nil {
		return nil, err
	}
	width := len(f.Columns())
	rows := make([]float32, len(cands)*width)
	for j, c := range cands {
		f.Fill(&q, c, rows[j*width:(j+1)*width])
	}
	out := make([][]int32, len(policies))
	for k, pol := range policies {
		order := orderBy(pol.model, pol.blank, cands, rows, width)
		for _, c := range order[:min(p.set.top, len(order))] {
			out[k] = append(out[k], c.Item)
		}
	}
	return out, nil
}

// liveFeatures are the features of live requests with every column filled: each policy clears what it doesn't read.
func (p *pipeline) liveFeatures(ctx context.Context) (problem.Features, error) {
	return p.whole().served(ctx, p.prob, p.emb)
}

// lift is the relative difference of Σnum/Σden over a's, with an interval by resampling distinct requests, paired.
func (r *run) lift(ctx context.Context, numA, denA, numB, denB []float64) metrics.Interval {
	return metrics.PairedLift(ctx, metrics.Units{Num: numA, Den: denA}, metrics.Units{Num: numB, Den: denB}, resamples, r.seed("lift"))
}
