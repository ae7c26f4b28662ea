package evaluation

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/world/sim"
)

// A test's unit is what is assigned to an arm at random. The truth that a test is after is known here: what happens if
// everybody gets the new ranker, against what happens if nobody does. Each way of assigning is played, and what it measures on
// average is held against that.

// splits is how often the people are split at random.
const splits = 400

// unit reports how far a test of the variant by the unit in force is from the truth, and how often a test without a difference
// is called significant if requests are taken for independent.
func (r run) unit(ctx context.Context, a *audience, arms []arm) error {
	variant := slices.IndexFunc(a.policies, func(p measure.Policy) bool { return p.ID == r.Settings.Variant })
	today, other := &arms[0], &arms[variant]
	truth := lift(metrics.Sum(today.people.sum), metrics.Sum(today.people.per), metrics.Sum(other.people.sum), metrics.Sum(other.people.per))
	var measured float64
	var err error
	switch r.Settings.Unit {
	case catalog.ByUser:
		measured = r.splitPeople(today.people, other.people)
	case catalog.ByRequest:
		measured, err = a.splitRequests(ctx, variant)
	case catalog.ByItem:
		measured, err = a.splitItems(ctx, variant)
	}
	if err != nil {
		return err
	}
	r.Metric("true_lift", truth)
	r.Metric("measured_lift", measured)
	r.Metric("lift_error", math.Abs(measured-truth))
	r.Block(report.Block{
		Kind: report.Table, Title: unitTitle(r.Settings.Unit), Columns: []string{"", "lift"},
		Rows: []report.Row{
			{report.Text("everybody against nobody, the truth"), report.Text(report.Change(truth).String())},
			{report.Text("what the test measures on average"), report.Text(report.Change(measured).String())},
		},
		Alt: unitAlt(r.Settings.Unit, a.goalWords(), truth, measured),
	})
	r.sameArms(today.people)
	return ctx.Err()
}

// lift is the relative difference of two ratios.
func lift(numA, denA, numB, denB float64) float64 { return (numB/denB)/(numA/denA) - 1 }

// coin is a fair coin for the n-th thing of a use.
func (r run) coin(use string, n int) int {
	return int(sim.Mix(r.Seed(use)^uint64(n)*0x9e3779b97f4a7c15) & 1)
}

// splitPeople is what a test by person measures on average: half of the people live in one arm, half in the other.
func (r run) splitPeople(today, other perPerson) float64 {
	rng := rand.New(rand.NewPCG(r.Seed("splits"), 1))
	sum := 0.0
	for range splits {
		var num, den [2]float64
		for u := range today.sum {
			if rng.Uint64()&1 == 0 {
				num[0], den[0] = num[0]+today.sum[u], den[0]+today.per[u]
			} else {
				num[1], den[1] = num[1]+other.sum[u], den[1]+other.per[u]
			}
		}
		sum += lift(num[0], den[0], num[1], den[1])
	}
	return sum / splits
}

// splitRequests is what a test by request measures: each request meets one system or the other, whoever asks. It is played
// twice, the second time with the arms exchanged, so that both arms meet every request.
func (a *audience) splitRequests(ctx context.Context, variant int) (float64, error) {
	var num, den [2]float64
	for swap := range 2 {
		arm := func(v *visit) int { return a.coin("request", v.n) ^ swap }
		show := func(play problem.Play, v *visit) ([]int32, error) { return a.list(ctx, play, v, variant*arm(v)) }
		_, err := a.play(ctx, "requests in two arms", show, func(v *visit, _ []int32, re problem.Reaction) {
			num[arm(v)] += a.goal(re)
			den[arm(v)]++
		})
		if err != nil {
			return 0, err
		}
	}
	return lift(num[0], den[0], num[1], den[1]), nil
}

// splitItems is what a test by item measures: half of the items are placed by the new ranker and half by today's, on the same
// page. What a visit brings is credited to the item that was bought, or to those that were clicked where people return.
func (a *audience) splitItems(ctx context.Context, variant int) (float64, error) {
	var num [2]float64
	for swap := range 2 {
		arm := func(item int32) int { return a.coin("item", int(item)) ^ swap }
		show := func(play problem.Play, v *visit) ([]int32, error) {
			today, err := a.list(ctx, play, v, 0)
			if err != nil {
				return nil, err
			}
			other, err := a.list(ctx, play, v, variant)
			return onePage(today, other, arm, v.n), err
		}
		_, err := a.play(ctx, "items in two arms", show, func(_ *visit, list []int32, re problem.Reaction) {
			if !a.returning && re.Bought >= 0 {
				num[arm(list[re.Bought])] += re.Revenue
			}
			for _, at := range re.Clicks {
				if a.returning && re.Returns {
					num[arm(list[at])]++
				}
			}
		})
		if err != nil {
			return 0, err
		}
	}
	return lift(num[0], 1, num[1], 1), nil
}

// onePage places items of arm 0 as today's list does and items of arm 1 as the other does, rank by rank; which goes first
// alternates.
func onePage(today, other []int32, arm func(int32) int, n int) []int32 {
	lists, out := [2][]int32{today, other}, make([]int32, 0, len(today))
	for rank := range max(len(today), len(other)) {
		for turn := range 2 {
			k := (turn + n) % 2
			if rank < len(lists[k]) && arm(lists[k][rank]) == k {
				out = append(out, lists[k][rank])
			}
		}
	}
	return out
}

// sameArms reports the share of A/A tests that are called significant at 5%: the people of one arm are split at random, and
// the halves compared as if requests were independent, and by person (the delta method, Deng, Knoblich and Lu 2018).
func (r run) sameArms(p perPerson) {
	rng := rand.New(rand.NewPCG(r.Seed("same arms"), 1))
	naive, byPerson := 0, 0
	half := make([]int, len(p.sum))
	for range splits {
		for u := range half {
			half[u] = int(rng.Uint64() & 1)
		}
		a, b := metrics.RatioOf(p.sum, p.squares, p.visits, half, 0), metrics.RatioOf(p.sum, p.squares, p.visits, half, 1)
		if math.Abs(b.Mean-a.Mean) > 1.96*math.Sqrt(a.Naive+b.Naive) {
			naive++
		}
		if math.Abs(b.Mean-a.Mean) > 1.96*math.Sqrt(a.Clustered+b.Clustered) {
			byPerson++
		}
	}
	requests, people := metrics.Wilson(naive, splits), metrics.Wilson(byPerson, splits)
	r.Interval("aa_false_positive.request", requests)
	r.Interval("aa_false_positive.user", people)
	r.Note("A test without a difference", sameArmsAlt(requests, people), sameArmsText(requests, people))
}
