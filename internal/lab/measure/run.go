// Package measure runs a built pipeline over its test requests and holds what several experiments do with one: the report that
// is being filled, recall against an exact scan, ways to order a live request's candidates. A pipeline comes in; numbers by
// request, and a report that never holds one that isn't finite, come out.
package measure

import (
	"context"
	"maps"
	"math"
	"slices"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/progress"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// Resamples is how many bootstrap resamples an interval rests on.
const Resamples = 1000

// Run is one experiment under way: a measured pipeline, and the report that it fills.
type Run struct {
	Config   catalog.Config
	Settings catalog.Settings
	Step     framework.StepID
	Builder  *build.Builder
	Pipeline *build.Pipeline
	Results  *Results // the pipeline over its test requests
	Report   *report.Step
	Progress *progress.Sink

	requests uint64 // identity of the test requests
	hurts    string // that the ranker does harm, in words; "" where it doesn't
}

// New measures the pipeline and starts the report with what every step reports.
func New(ctx context.Context, b *build.Builder, cfg catalog.Config, step framework.StepID, p *build.Pipeline) (*Run, error) {
	set, err := cfg.Settings()
	if err != nil {
		return nil, err
	}
	r := &Run{Config: cfg, Settings: set, Step: step, Builder: b, Pipeline: p, Progress: b.Progress(), Report: newReport(cfg, set, p, step)}
	if r.Results, err = Sweep(ctx, p, r.Progress); err != nil {
		return nil, err
	}
	r.requests = identityOf(p.Requests)
	build.Keep(b, build.CandidateStage(), p.Scenario, build.Candidates(r.Results.Candidates))
	r.common(ctx)
	return r, nil
}

// newReport starts the report: what the numbers will be about.
func newReport(cfg catalog.Config, set catalog.Settings, p *build.Pipeline, step framework.StepID) *report.Step {
	w := p.Problem.Words
	setup := report.Setup{
		World: p.Problem.Kind, Items: p.Problem.Items, Queries: len(p.Problem.Test), Query: w.Query, Corpus: w.Corpus, Positive: w.Positive,
		Quality: p.Problem.Judge.Name, Split: w.Split, Candidates: w.Candidates, Seed: cfg.Seed, Fault: cfg.Fault, Knobs: map[string]any{},
	}
	if cfg.World.Format != "" {
		setup.Data = cfg.World.Format + ":" + cfg.World.Path
	}
	for _, k := range catalog.KnobTable() {
		if v := set.Get(k.ID); v != "" && (k.Pipeline || k.Step == step) { // a knob that means nothing in this world has no word
			setup.Knobs[k.ID] = v
		}
	}
	setup.Knobs["items"] = p.Problem.Items
	return &report.Step{
		Step: string(step), Setup: setup, Metrics: map[string]float64{}, Timings: map[string]float64{}, Missing: []report.Missing{},
	}
}

// common reports what every step does.
func (r *Run) common(ctx context.Context) {
	m := r.Results
	r.Metric("stage1_recall_at_k", metrics.Mean(m.Recall))
	r.SampleMean("stage1_recall_at_k", m.Recall)
	r.SampleJudged(m.Quality.Judge.Name, m.Quality)
	r.SampleJudged("quality", m.Quality)
	quality := m.Quality.Interval(ctx, Resamples, r.Seed("quality"))
	r.Interval(m.Quality.Judge.Name, quality)
	r.Interval("quality", quality)
	r.rankerGain(ctx)
	r.page(ctx)
	if r.Pipeline.Problem.Kind == "interactions" {
		r.newItems(ctx)
	}
	for _, t := range []struct {
		id     string
		values []float64
		q      float64
	}{
		{"p50_ms", m.TotalMS, 0.5},
		{"p99_ms", m.TotalMS, 0.99},
		{"stage1_p99_ms", m.StageOneMS, 0.99},
		{"stage2_p99_ms", m.StageTwoMS, 0.99},
	} {
		r.Timing(t.id, metrics.Quantile(t.values, t.q))
		r.SampleQuantile(t.id, t.values, t.q)
	}
	r.Timing("index_mb", r.Pipeline.Index.MB())
	r.Timing("index_build_s", r.Pipeline.Index.Took.Seconds())
}

// Impossible says that the step's experiment couldn't be run to its end, and why: what it would have reported is missing. What
// every step reports, and what was found before, stays.
func (r *Run) Impossible(why error) {
	for _, m := range catalog.MetricTable() {
		_, measured := r.Report.Metrics[m.ID]
		_, timed := r.Report.Timings[m.ID]
		if len(m.Steps) > 0 && !measured && !timed && catalog.Yields(r.Config.World.Kind, r.Step, m.ID) {
			r.Miss(m.ID, why.Error())
		}
	}
	r.Report.Headline = "This experiment can't be run to its end here: " + why.Error()
}

// Finish lists the metrics that the problem itself says it can't support, as far as this step would yield them, and makes sure
// that every number is one.
func (r *Run) Finish() {
	missing := r.Pipeline.Problem.Missing
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		if catalog.Yields(r.Config.World.Kind, r.Step, id) {
			r.Miss(id, missing[id])
		}
	}
	if why := r.Pipeline.Unranked; why != "" {
		delete(r.Report.Timings, "stage2_p99_ms")
		r.Miss("stage2_p99_ms", why+", so that stage one's order is the answer")
	}
	r.sayWhatHurts()
	r.Report.Guard()
}

// Metric reports a number that repeats for the seed.
func (r *Run) Metric(id string, v float64) { r.put(r.Report.Metrics, id, v) }

// Timing reports a number that was measured in time or derives from one that was.
func (r *Run) Timing(id string, v float64) { r.put(r.Report.Timings, id, v) }

// put keeps a report's numbers finite: what can't be computed is missing, with the reason.
func (r *Run) put(into map[string]float64, id string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		r.Miss(id, "there is too little to compute it from")
		return
	}
	into[id] = v
}

// Interval reports a number with its 95% interval.
func (r *Run) Interval(id string, i metrics.Interval) {
	r.Metric(id, i.Mean)
	if !math.IsNaN(i.Lo) && !math.IsNaN(i.Mean) {
		r.Metric(id+"_lo", i.Lo)
		r.Metric(id+"_hi", i.Hi)
	}
}

// Miss lists a metric as missing, once.
func (r *Run) Miss(id, why string) { r.Report.Miss(id, why) }

// MissAll lists metrics as missing for one reason.
func (r *Run) MissAll(why string, ids ...string) {
	for _, id := range ids {
		r.Miss(id, why)
	}
}

// Block adds a block to the report.
func (r *Run) Block(b report.Block) { r.Report.Blocks = append(r.Report.Blocks, b) }

// Note adds words; alt is their summary in one sentence.
func (r *Run) Note(title, alt, text string) {
	r.Block(report.Block{Kind: report.Note, Title: title, Alt: alt, Text: text})
}

// Seed is the source of an experiment's own randomness; use tells its uses apart.
func (r *Run) Seed(use string) uint64 { return seed.Of(r.Config.Seed, use) }

// Bootstrap is the mean of what is defined of the values, with its interval over requests.
func (r *Run) Bootstrap(ctx context.Context, use string, values []float64) metrics.Interval {
	return metrics.Bootstrap(ctx, metrics.Defined(values), Resamples, r.Seed(use))
}

// QualityName is the world's own measure as people write it.
func (r *Run) QualityName() string { return report.Metric{ID: r.Report.Setup.Quality}.String() }

// Reported is a metric that the report holds, with its interval.
func (r *Run) Reported(id string) report.Number {
	n := report.Num(r.Report.Metrics[id])
	if lo, ok := r.Report.Metrics[id+"_lo"]; ok {
		n = n.WithInterval(lo, r.Report.Metrics[id+"_hi"])
	}
	return n
}

// Number is a mean with its interval: 0.742 (0.731 to 0.753).
func Number(i metrics.Interval) report.Number { return report.Interval(i.Mean, i.Lo, i.Hi) }

// Difference is a signed mean with its interval: +0.012 (+0.003 to +0.021).
func Difference(i metrics.Interval) report.Number {
	return report.Difference(i.Mean).WithInterval(i.Lo, i.Hi)
}

// Bounds is an interval alone, for a column of its own.
func Bounds(i metrics.Interval) report.Text { return report.Text(Number(i).Bounds()) }

// Lift is a relative change with its interval: +5.6% (+1.2% to +9.9%).
func Lift(i metrics.Interval) report.Number {
	return report.Change(i.Mean).WithInterval(100*i.Lo, 100*i.Hi)
}

// MS is a time in milliseconds.
func MS(v float64) report.Number { return report.Amount(v, "ms") }

// Row is a first cell and plain numbers.
func Row(first report.Cell, values ...float64) report.Row {
	row := report.Row{first}
	for _, v := range values {
		row = append(row, report.Num(v))
	}
	return row
}

// Variant turns a knob's word into a metric's variant: what follows the dot.
func Variant(word string) string {
	out := []byte(word)
	for i, c := range out {
		if c == '-' {
			out[i] = '_'
		}
	}
	return string(out)
}

// UpTo is 1 to n, for an axis.
func UpTo(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}
