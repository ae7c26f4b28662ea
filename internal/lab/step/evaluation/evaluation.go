// Package evaluation runs the experiment of the evaluation step: offline, then online. The pipeline is judged offline, each
// measure with an interval and by slice; then a test is played forward in which one candidate wins offline and another may
// win online.
package evaluation

import (
	"context"
	"fmt"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	if err := r.offline(ctx); err != nil {
		return err
	}
	r.slices(ctx)
	if r.Pipeline.Problem.People == nil || r.Pipeline.Problem.Log == nil || r.Pipeline.Problem.Pairs == nil {
		r.MissAll("the data has no people who answer what they are shown",
			"ctr_lift", "revenue_lift", "retention_lift", "winner_gap", "success_rate", "queries_per_arm", "users_per_arm", "design_effect",
			"offline_quality", "offline_agreement", "offline_regret", "lift_error", "true_lift", "measured_lift", "aa_false_positive",
			"false_launch")
		r.Report.Headline = offlineHeadline(r.QualityName(), r.Reported("quality"))
		return r.peeking(ctx)
	}
	if err := r.online(ctx); err != nil {
		return err
	}
	return r.peeking(ctx)
}

// slices reports quality on each named part of the requests.
func (r run) slices(ctx context.Context) {
	b := report.Block{Kind: report.Bars, Title: "Quality by slice", Unit: r.Report.Setup.Quality}
	worst, least := "", 0.0
	for _, s := range r.Pipeline.Problem.Slices {
		var inside []int
		for i := range r.Pipeline.Requests.Queries {
			if s.Has(&r.Pipeline.Requests.Queries[i]) {
				inside = append(inside, i)
			}
		}
		part := r.Results.Quality.Pick(inside).Defined()
		if len(part.Outcomes) < 5 {
			continue
		}
		i := part.Interval(ctx, measure.Resamples, r.Seed(s.Name))
		r.Interval("slice_quality."+wordsID(s.Name), i)
		b.Rows = append(b.Rows, report.Row{report.Text(fmt.Sprintf("%s (%d)", s.Name, len(part.Outcomes))), measure.Number(i)})
		if worst == "" || part.Judge.Better.Better(least, i.Mean) {
			worst, least = s.Name, i.Mean
		}
	}
	if len(b.Rows) == 0 {
		return
	}
	b.Alt = slicesAlt(worst, least, r.Report.Metrics["quality"])
	r.Block(b)
}

// wordsID turns a slice's name into a metric's variant: lower snake case.
func wordsID(name string) string {
	out := make([]byte, 0, len(name))
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			out = append(out, c)
		case c >= 'A' && c <= 'Z':
			out = append(out, c-'A'+'a')
		default:
			out = append(out, '_')
		}
	}
	return string(out)
}

// peekingTests is how many tests without a difference are simulated.
const peekingTests = 4000

// peeking shows what looking every day does to a test in which nothing differs.
func (r run) peeking(ctx context.Context) error {
	i := metrics.PeekingFalsePositive(ctx, r.Settings.Days, 0.05, peekingTests, r.Seed("peeking"))
	r.Interval("peeking_false_positive", i)
	r.Note("Peeking", peekingAlt(i.Mean), peekingText(r.Settings.Days, i.Mean))
	return ctx.Err()
}
