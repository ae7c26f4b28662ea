// Package serving runs the experiment of the serving step: live. The measured pipeline is put under load, online and in batch;
// items are inserted into its kind of index and deleted from it while it answers requests; then the requests drift for a month,
// with alarms, retraining and a canary.
package serving

import (
	"context"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	if err := r.underLoad(ctx); err != nil {
		return err
	}
	if err := r.freshness(ctx); err != nil {
		return err
	}
	if err := r.exploration(ctx); err != nil {
		return err
	}
	if err := r.changes(ctx); err != nil {
		return err
	}
	if err := r.encoderSwitch(ctx); err != nil {
		return err
	}
	if r.Pipeline.Learned.Drift == nil {
		r.MissAll("the data has no later time to drift to",
			"psi_max", "ks_max", "alarm_delay_days", "false_alarms_per_month", "quality_drifted", "quality_retrained", "drift_loss", "retrain_gain")
		r.Report.Headline = loadHeadline(r.Settings.Load, r.Report.Timings["sim_p99_ms"], r.Report.Timings["service_ms"])
		return nil
	}
	return r.month(ctx)
}

// batchHours is the period of batch computing.
const batchHours = 24

// aheadHours is how often answers are computed by modes that compute them ahead of the request.
func aheadHours() map[string]float64 {
	return map[string]float64{catalog.Hourly: 1, catalog.Batch: batchHours}
}

// servicePasses is how often each request is timed for the queue.
const servicePasses = 3

// serviceTimes is each request's least time over several passes: what the request itself costs. Whatever else the machine
// does can only add to a time, and a queue in front of one core would count that as the request's own.
func (r run) serviceTimes(ctx context.Context) ([]float64, error) {
	out := slices.Clone(r.Results.TotalMS)
	for range servicePasses - 1 {
		m, err := measure.Sweep(ctx, r.Pipeline, r.Progress)
		if err != nil {
			return nil, err
		}
		for i, v := range m.TotalMS {
			out[i] = min(out[i], v)
		}
	}
	return out, nil
}

// underLoad simulates a queue in front of one core, at the load in force and at other loads, online and in batch.
func (r run) underLoad(ctx context.Context) error {
	service, err := r.serviceTimes(ctx)
	if err != nil {
		return err
	}
	hit, age, look := cached(int(r.Settings.Cache*distinctRequests), rand.New(rand.NewPCG(r.Seed("cache"), 1)))
	coverage := r.batchCoverage()
	r.Metric("cache_hit_share", hit)
	r.Metric("batch_coverage", coverage)
	stale := age
	if hours, ahead := aheadHours()[r.Settings.Mode]; ahead {
		hit, stale = coverage, coverage*hours/2
	}
	r.Metric("staleness_hours", stale)
	mixed := make([]float64, 0, len(service))
	rng := rand.New(rand.NewPCG(r.Seed("queue"), 1))
	for range 8 { // each measured time several times, so that the share of hits is met closely
		for _, s := range service {
			if rng.Float64() < hit {
				s = look
			}
			mixed = append(mixed, s)
		}
	}
	// The load is that of a machine without a cache: what a cache saves shows as waiting that isn't there.
	effective := r.Settings.Load * metrics.Mean(mixed) / metrics.Mean(service)
	q := simulate(mixed, effective, rng)
	r.Timing("service_ms", metrics.Mean(mixed))
	r.Timing("sim_p50_ms", metrics.Quantile(q.totals, 0.5))
	r.Timing("sim_p95_ms", metrics.Quantile(q.totals, 0.95))
	r.Timing("sim_p99_ms", metrics.Quantile(q.totals, 0.99))
	r.Timing("throughput_per_s", q.perSecond)
	r.Timing("cost_per_million", 1e6/q.perSecond/3600)
	r.loadTable(service, rng)
	r.Note("Online or batch", batchAlt(coverage), batchText(coverage, r.Settings.Cache, r.Report.Metrics["cache_hit_share"], age))
	return nil
}

// batchCoverage is the share of test requests whose answer could have been computed ahead: those of somebody who was
// known before, where a request is nothing but who asks.
func (r run) batchCoverage() float64 {
	p := r.Pipeline.Learned
	if p.History == nil || len(p.Test) == 0 {
		return 0 // every request brings content that nobody has seen
	}
	known := 0
	for _, q := range p.Test {
		if q.User >= 0 && p.History.Start[q.User+1] > p.History.Start[q.User] {
			known++
		}
	}
	return float64(known) / float64(len(p.Test))
}

// loadTable shows how waiting grows with the load.
func (r run) loadTable(service []float64, rng *rand.Rand) {
	line := report.Series{Name: "p99"}
	half := report.Series{Name: "p50"}
	for _, load := range []float64{0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95} {
		q := simulate(service, load, rng)
		line.X, line.Y = append(line.X, load), append(line.Y, metrics.Quantile(q.totals, 0.99))
		half.X, half.Y = append(half.X, load), append(half.Y, metrics.Quantile(q.totals, 0.5))
	}
	r.Block(report.Block{
		Kind: report.Lines, Title: "Time of a request by load, Poisson arrivals at one core",
		Series: []report.Series{half, line}, XLabel: "load", YLabel: "ms",
		Alt: loadAlt(line.Y[0], line.Y[3], line.Y[7]),
	})
}
