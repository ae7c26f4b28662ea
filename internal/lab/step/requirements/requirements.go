// Package requirements runs the experiment of the requirements step: can it be done? One stage and two stages are measured at
// sizes of two decades, their growth is fitted, and it is carried to the case's target.
package requirements

import (
	"context"
	"fmt"
	"math"
	"time"

	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

type run struct {
	*measure.Run
	buf []problem.Candidate // between requests, so that no timed request allocates
}

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := &run{Run: m}
	if r.Pipeline.Embedding == nil {
		r.MissAll("the engine searches no vectors, so there is no scan to compare with",
			"one_stage_ms", "two_stages_ms", "speedup", "index_recall_at_k", "target_one_stage_ms", "target_two_stages_ms",
			"target_request_ms", "target_index_mb", "target_index_recall_at_k", "shards", "machines", "budget_left_ms")
		r.Report.Headline = medianHeadline(r.Report.Timings["p50_ms"], r.Pipeline.Problem.Items)
		return nil
	}
	sizes := sizesTo(r.Pipeline.Problem.Items)
	var points []sizePoint
	for i, n := range sizes {
		r.Progress.Report(fmt.Sprintf("timing one stage and two over %s items", report.Count(n)), i, len(sizes))
		p, err := r.measureSize(ctx, n)
		if err != nil {
			return err
		}
		points = append(points, p)
	}
	r.sizeTable(points)
	last := points[len(points)-1]
	r.Timing("one_stage_ms", last.one)
	r.Timing("two_stages_ms", last.two)
	r.Timing("speedup", last.scan/last.search)
	r.Metric("index_recall_at_k", last.recall)
	r.sample(last)
	r.growth(points)
	return nil
}

// sizePoint is what was measured at one size of the corpus; times are medians in milliseconds.
type sizePoint struct {
	items        int
	scan, search float64 // exact scan and engine for K candidates
	one, two     float64 // whole answers: a scan that returns the answer; both stages
	recall       float64
	mb           float64

	scans, searches, ones, ranks []float64 // the single timings, by round and request
}

// least is the smallest corpus that is measured, fitSizes how many sizes a growth is fitted on.
const (
	least    = 200
	fitSizes = 5
)

// sizesTo returns fitSizes sizes in even ratios over the two decades below n, or from the least size where that is nearer.
// Over less than a decade a line can't be distinguished from a logarithm: then it returns the least size and n.
func sizesTo(n int) []int {
	if n <= least {
		return []int{n}
	}
	if n < 10*least {
		return []int{least, n}
	}
	from := max(float64(n)/100, least)
	out := make([]int, fitSizes)
	for i := range out {
		out[i] = int(math.Round(from * math.Pow(float64(n)/from, float64(i)/(fitSizes-1))))
	}
	return out
}

// sizeQueries is how many requests are timed at a size, sizeRounds how often.
const (
	sizeQueries = 40
	sizeRounds  = 5
)

// measureSize builds the engine over the first n items and times it.
func (r *run) measureSize(ctx context.Context, n int) (sizePoint, error) {
	p := r.Pipeline
	part := *p.Encoding.Embedding
	part.Items = part.Items[:n*part.Dim]
	exact := retrieval.NewExact(part.Items, part.Dim)
	index := p.Index
	if n < p.Problem.Items {
		first := p.Scenario.WithoutFault(fault.AtIndex)
		first.Items = n
		var err error
		if index, err = r.Builder.Index(ctx, first); err != nil {
			return sizePoint{}, err
		}
	}
	queries := p.Requests.Queries[:min(sizeQueries, len(p.Requests.Queries))]
	out := sizePoint{items: n, mb: index.MB()}
	var err error
	if out.recall, err = measure.IndexRecall(ctx, r.Builder, index, exact, queries, r.Settings.K); err != nil {
		return out, err
	}
	t, err := r.timeSize(ctx, queries, min(r.Settings.K, n), exact, index)
	if err != nil {
		return out, err
	}
	median := func(values []float64) float64 { return metrics.Quantile(values, 0.5) }
	if r.Settings.Engine == "exact" { // the engine is the scan: one time, measured twice
		for i := range t.scan {
			t.scan[i] = (t.scan[i] + t.search[i]) / 2
		}
		t.search = t.scan
	}
	out.scans, out.searches, out.ones, out.ranks = t.scan, t.search, t.one, t.rank
	out.scan, out.search, out.one = median(t.scan), median(t.search), median(t.one)
	out.two = out.search + median(t.rank)
	return out, nil
}

// sizeTimes are milliseconds by request and round.
type sizeTimes struct{ scan, one, search, rank []float64 }

// timeSize times requests each way, in turn, so that what else the machine does falls on all alike. Who goes first takes
// turns too: the second finds warm caches.
func (r *run) timeSize(ctx context.Context, queries []problem.Query, k int, exact, index retrieval.Retriever) (*sizeTimes, error) {
	t := &sizeTimes{}
	timed := func(by retrieval.Retriever, q problem.Query, k int, into *[]float64) ([]problem.Candidate, error) {
		began := time.Now()
		found, err := by.Retrieve(ctx, q, k, r.buf[:0])
		*into = append(*into, measure.Millis(time.Since(began)))
		return found, err
	}
	for round := range sizeRounds {
		for i, q := range queries {
			q.Filter.Except = nil
			scanFirst := (round+i)%2 == 0
			if scanFirst {
				if _, err := timed(exact, q, k, &t.scan); err != nil {
					return nil, err
				}
			}
			found, err := timed(index, q, k, &t.search)
			if err != nil {
				return nil, err
			}
			r.buf = found
			began := time.Now()
			if err := r.Pipeline.Ranker.Rank(ctx, q, found); err != nil {
				return nil, err
			}
			t.rank = append(t.rank, measure.Millis(time.Since(began)))
			if !scanFirst {
				if _, err := timed(exact, q, k, &t.scan); err != nil {
					return nil, err
				}
			}
			if _, err := timed(exact, q, min(r.Settings.Top, k), &t.one); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}
