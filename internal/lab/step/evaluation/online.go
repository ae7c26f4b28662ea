package evaluation

import (
	"context"
	"math"
	"math/rand/v2"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
)

// online plays today's system and both candidates forward.
func (r run) online(ctx context.Context) error {
	policies, err := r.policies(ctx)
	if err != nil {
		return err
	}
	offline, err := r.offlineQuality(ctx, policies)
	if err != nil {
		return err
	}
	arms, err := r.play(ctx, policies)
	if err != nil {
		return err
	}
	today := arms[0]
	b := report.Block{
		Kind: report.Table, Title: testTitle(r.Settings.Days, r.Settings.Traffic),
		Columns: []string{"ranker", r.Pipeline.Problem.Judge.Label + " on logged clicks", "click-through", "revenue", "returning"},
	}
	lifts := map[string]metrics.Interval{}
	for k, p := range policies {
		quality := offline[k]
		r.Metric("offline_quality."+measure.Variant(p.ID), quality)
		if k == 0 {
			none := report.Text("")
			b.Rows = append(b.Rows, report.Row{report.Text("today: " + p.Words), report.Num(quality), none, none, none})
			continue
		}
		ctr := r.lift(ctx, today.clicks, today.shown, arms[k].clicks, arms[k].shown)
		revenue := r.lift(ctx, today.revenue, today.asked, arms[k].revenue, arms[k].asked)
		returns := r.lift(ctx, today.returns, today.asked, arms[k].returns, arms[k].asked)
		lifts[p.ID] = revenue
		for id, v := range map[string]metrics.Interval{"ctr_lift": ctr, "revenue_lift": revenue, "retention_lift": returns} {
			r.Interval(id+"."+measure.Variant(p.ID), v)
			if p.ID == r.Settings.Variant {
				r.Interval(id, v)
			}
		}
		row := report.Row{report.Text(p.ID + ": " + p.Words), report.Num(quality)}
		for _, lift := range []metrics.Interval{ctr, revenue, returns} {
			row = append(row, report.Text(measure.Lift(lift).String()))
		}
		b.Rows = append(b.Rows, row)
	}
	rate := metrics.Sum(today.successes) / metrics.Sum(today.asked)
	r.Metric("success_rate", rate)
	r.Metric("queries_per_arm", metrics.QueriesPerArm(rate, 0.05, 0.05, 0.8))
	off, on := lifts[catalog.OfflineWinner], lifts[catalog.OnlineWinner]
	b.Alt = testAlt(off, on, today.units(), r.unitOfTest())
	r.Block(b)
	r.loop(policies, arms)
	r.power(rate)
	wins := r.Pipeline.Problem.Judge.Better.Better(offline[1], offline[2])
	r.Report.Headline = testHeadline(wins, offline[1], offline[2], off.Mean, on.Mean)
	return nil
}

// power says how long a test must be for smaller and larger lifts.
func (r run) power(rate float64) {
	b := report.Block{
		Kind: report.Table, Title: "Requests an arm needed, 80% power at 5%",
		Columns: []string{"relative lift", "requests an arm", "days at this traffic"},
	}
	for _, lift := range []float64{0.01, 0.02, 0.05, 0.1, 0.2} {
		n := metrics.QueriesPerArm(rate, lift, 0.05, 0.8)
		if math.IsNaN(n) {
			continue
		}
		days := n / float64(r.Settings.Traffic)
		b.Rows = append(b.Rows, report.Row{report.Text(report.Change(lift).String()), report.Count(int(n)), report.Num(days)})
	}
	b.Alt = powerAlt(rate, metrics.QueriesPerArm(rate, 0.05, 0.05, 0.8))
	r.Block(b)
}

// offlineQuality judges each policy's order of the logged lists by their clicks: how teams without graded relevance
// compare rankers.
func (r run) offlineQuality(ctx context.Context, policies []measure.Policy) ([]float64, error) {
	log, err := r.Builder.LogRows(ctx, r.Pipeline.Scenario)
	if err != nil {
		return nil, err
	}
	judge := &r.Pipeline.Problem.Judge
	out := make([]float64, len(policies))
	for k, p := range policies {
		d := log.Select(log.IsLater, p.Blank, build.Clicked)
		scores := make([]float32, d.Rows())
		p.Model.Score(d.X, scores)
		at := 0
		judged := metrics.Judged{Judge: judge} // a list without a click has no quality
		for _, n := range d.Group {
			cands := make([]problem.Candidate, n)
			for j := range cands {
				cands[j] = problem.Candidate{Item: int32(at + j), Score: scores[at+j]}
			}
			ranking.Sort(cands)
			var clicks measure.ListTruth
			for row := at; row < at+int(n); row++ {
				if grade := uint8(d.Y[row]); grade > 0 {
					clicks.Add(int32(row), grade)
				}
			}
			judged.Outcomes = append(judged.Outcomes, judge.Answer(clicks.Of(&problem.Query{}), cands))
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
func (r run) play(ctx context.Context, policies []measure.Policy) ([]arm, error) {
	p := r.Pipeline
	if p.Learned.History != nil {
		return r.playReturning(ctx, policies)
	}
	queries := r.liveRequests()
	lists := make([][][]int32, len(queries))
	live, err := measure.NewLive(ctx, p)
	if err != nil {
		return nil, err
	}
	err = r.Builder.Each(ctx, len(queries), func(i int) error {
		if i%32 == 0 {
			r.Progress.Report("answering live requests", i, len(queries))
		}
		var err error
		lists[i], err = live.Answer(ctx, queries[i], policies)
		return err
	})
	if err != nil {
		return nil, err
	}
	arms := make([]arm, len(policies))
	perRequest := max(1, r.Settings.Traffic/distinctADay)
	err = r.Builder.Each(ctx, len(policies), func(k int) error {
		arms[k] = newArm(len(queries))
		play := p.Problem.People.Begin(r.Seed("people"))
		for i := range queries {
			if err := ctx.Err(); err != nil {
				return err
			}
			if i%distinctADay == 0 {
				r.Progress.Report("days of the test", i/distinctADay, r.Settings.Days)
			}
			rng := rand.New(rand.NewPCG(r.Seed("reactions"), uint64(i)))
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
func (r run) liveRequests() []problem.Query {
	play := r.Pipeline.Problem.People.Begin(r.Seed("requests"))
	rng := rand.New(rand.NewPCG(r.Seed("requests"), 1))
	var out []problem.Query
	for day := range r.Settings.Days {
		for j := range distinctADay {
			out = append(out, play.Request(float64(day)+float64(j)/distinctADay, rng))
		}
	}
	return out
}

// lift is the relative difference of Σnum/Σden over a's, with an interval by resampling distinct requests, paired.
func (r run) lift(ctx context.Context, numA, denA, numB, denB []float64) metrics.Interval {
	return metrics.PairedLift(ctx, metrics.Units{Num: numA, Den: denA}, metrics.Units{Num: numB, Den: denB}, measure.Resamples, r.Seed("lift"))
}
