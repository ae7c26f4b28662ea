package evaluation

import (
	"context"
	"fmt"
	"math"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// online plays today's system and both candidates forward.
func (r run) online(ctx context.Context) error {
	policies, err := r.policies(ctx)
	if err != nil {
		return err
	}
	log, err := r.Builder.LogRows(ctx, r.Pipeline.Scenario)
	if err != nil {
		return err
	}
	offline := make([]float64, len(policies))
	for k, p := range policies {
		offline[k] = r.loggedQuality(log, p, build.Clicked)
		r.Metric("offline_quality."+measure.Variant(p.ID), offline[k])
	}
	people, err := r.newAudience(ctx, policies)
	if err != nil {
		return err
	}
	arms, err := people.arms(ctx)
	if err != nil {
		return err
	}
	r.lifts(ctx, people, arms, offline)
	r.loop(policies, arms)
	detects := r.power(arms[0].success)
	if err := r.stopping(ctx, detects); err != nil {
		return err
	}
	if err := r.unit(ctx, people, arms); err != nil {
		return err
	}
	return r.judges(ctx, people, log)
}

// lifts reports what each candidate changes against today's system, and by how much the online winner beats the offline
// winner.
func (r run) lifts(ctx context.Context, people *audience, arms []arm, offline []float64) {
	today := arms[0]
	b := report.Block{
		Kind: report.Table, Title: testTitle(r.Settings.Days, r.Settings.Traffic),
		Columns: []string{"ranker", r.Pipeline.Problem.Judge.Label + " on logged clicks", "click-through", people.worth(), "returning"},
	}
	goals := map[string]metrics.Interval{}
	for k, p := range people.policies {
		if k == 0 {
			none := report.Text("")
			b.Rows = append(b.Rows, report.Row{report.Text("today: " + p.Words), report.Num(offline[k]), none, none, none})
			continue
		}
		ctr := r.pairedLift(ctx, today.clicks, today.shown, arms[k].clicks, arms[k].shown)
		revenue := r.pairedLift(ctx, today.revenue, today.asked, arms[k].revenue, arms[k].asked)
		returns := r.pairedLift(ctx, today.returns, today.asked, arms[k].returns, arms[k].asked)
		if p.ID == r.Settings.Variant {
			r.sampleLift(people, "ctr_lift", today.clicks, today.shown, arms[k].clicks, arms[k].shown)
			r.sampleLift(people, "revenue_lift", today.revenue, today.asked, arms[k].revenue, arms[k].asked)
			r.sampleLift(people, "retention_lift", today.returns, today.asked, arms[k].returns, arms[k].asked)
		}
		if goals[p.ID] = revenue; people.returning {
			goals[p.ID] = returns
		}
		for id, v := range map[string]metrics.Interval{"ctr_lift": ctr, "revenue_lift": revenue, "retention_lift": returns} {
			r.Interval(id+"."+measure.Variant(p.ID), v)
			if p.ID == r.Settings.Variant {
				r.Interval(id, v)
			}
		}
		row := report.Row{report.Text(p.ID + ": " + p.Words), report.Num(offline[k])}
		for _, lift := range []metrics.Interval{ctr, revenue, returns} {
			row = append(row, report.Text(measure.Lift(lift).String()))
		}
		b.Rows = append(b.Rows, row)
	}
	a, c := people.goals(&arms[1]), people.goals(&arms[2])
	gap := r.pairedLift(ctx, a, arms[1].asked, c, arms[2].asked)
	r.Interval("winner_gap", gap)
	r.sampleLift(people, "winner_gap", a, arms[1].asked, c, arms[2].asked)
	off, on := goals[catalog.OfflineWinner], goals[catalog.OnlineWinner]
	b.Alt = testAlt(people.goalWords(), off, on, today.met(), people.unitOfTest())
	r.Block(b)
	wins := r.Pipeline.Problem.Judge.Better.Better(offline[1], offline[2])
	r.Report.Headline = testHeadline(wins, offline[1], offline[2], people.goalWords(), off, on, gap)
}

// goals is what a test launches on, by unit of the arms' intervals.
func (a *audience) goals(of *arm) []float64 {
	if a.returning {
		return of.returns
	}
	return of.revenue
}

// power says how long a test must be for smaller and larger lifts of the success rate, by people and not by requests: the
// requests of one person carry less information than as many of different ones. It returns the relative lift that this test
// sees with 80% power.
func (r run) power(p perPerson) float64 {
	rate := metrics.RatioOf(p.sum, p.squares, p.visits, make([]int, len(p.sum)), 0)
	visits, people := metrics.Sum(p.visits), 0
	for _, v := range p.visits {
		if v > 0 {
			people++
		}
	}
	effect := rate.Clustered / rate.Naive // the design effect
	needed := func(lift float64) float64 { return effect * metrics.QueriesPerArm(rate.Mean, lift, 0.05, 0.8) }
	b := report.Block{
		Kind: report.Table, Title: "An arm's size, 80% power at 5%",
		Columns: []string{"relative lift", "requests an arm", "people an arm", "days at this traffic"},
	}
	perPerson := visits / float64(people)
	for _, lift := range []float64{0.01, 0.02, 0.05, 0.1, 0.2} {
		n := needed(lift)
		if math.IsNaN(n) {
			continue
		}
		b.Rows = append(b.Rows, report.Row{
			report.Text(report.Change(lift).String()), report.Count(int(math.Ceil(n))), report.Count(int(math.Ceil(n / perPerson))),
			report.Num(n / float64(r.Settings.Traffic)),
		})
	}
	r.Metric("success_rate", rate.Mean)
	r.Metric("design_effect", effect)
	r.Metric("queries_per_arm", math.Ceil(needed(0.05)))
	r.Metric("users_per_arm", math.Ceil(needed(0.05)/perPerson))
	b.Alt = powerAlt(rate.Mean, effect, needed(0.05), needed(0.05)/perPerson)
	r.Block(b)
	const seen = 1.96 + 0.84
	return seen * math.Sqrt(2*rate.Clustered) / rate.Mean
}

// sampleLift keeps what a lift was measured on, so that two tests can be compared on the same units.
func (r run) sampleLift(people *audience, id string, numA, denA, numB, denB []float64) {
	r.Sample(id, report.Sample{
		Unit: people.unitOfTest(), Same: r.Units(fmt.Sprintf("test of %d days, %d a day", r.Settings.Days, r.Settings.Traffic)), N: len(numA),
		Of: metrics.LiftOf(metrics.Units{Num: numA, Den: denA}, metrics.Units{Num: numB, Den: denB}),
	})
}

// pairedLift is the relative difference of Σnum/Σden over a's, with an interval by resampling the units of the test, paired.
func (r run) pairedLift(ctx context.Context, numA, denA, numB, denB []float64) metrics.Interval {
	return metrics.PairedLift(ctx, metrics.Units{Num: numA, Den: denA}, metrics.Units{Num: numB, Den: denB}, measure.Resamples, r.Seed("lift"))
}
