package measure

import (
	"context"
	"fmt"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// rankerGain reports what the ranker adds to stage one's own order on the same requests.
func (r *Run) rankerGain(ctx context.Context) {
	if r.Pipeline.Model == nil {
		r.Miss("ranker_gain", "there is no second stage: stage one's order is the answer")
		return
	}
	order := metrics.Judged{Judge: r.Results.Quality.Judge, Outcomes: make([]problem.Outcome, len(r.Results.Candidates))}
	for i, found := range r.Results.Candidates {
		order.Outcomes[i] = r.Pipeline.Judge(i, found)
	}
	gain := r.Results.Quality.Gain(ctx, order, Resamples, r.Seed("ranker gain"))
	r.Interval("ranker_gain", gain)
	r.SampleGain("ranker_gain", r.Results.Quality, order)
	if gain.Hi < 0 {
		r.hurts = fmt.Sprintf("the ranker makes stage one's own order worse here, by %s of %s",
			report.Num(-gain.Mean).WithInterval(-gain.Hi, -gain.Lo), r.QualityName())
	}
}

// sayWhatHurts tells in every step that the ranker does harm: what else the step says of it rests on that.
func (r *Run) sayWhatHurts() {
	if r.hurts == "" {
		return
	}
	r.Report.Headline += "; but " + r.hurts
	warning := report.Block{
		Kind: report.Note, Title: "The ranker hurts", Alt: "On the same requests " + r.hurts + ".",
		Text: "On the same requests " + r.hurts + ". Without it (ranker=none) the answers are better; more or other training rows may mend it.",
	}
	r.Report.Blocks = append([]report.Block{warning}, r.Report.Blocks...)
}
