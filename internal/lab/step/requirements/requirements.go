// Package requirements runs the experiment of the requirements step: can it be done? One stage and two stages are measured at
// sizes of two decades, their growth is fitted, and it is carried to the case's target.
package requirements

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
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
			"one_stage_ms", "two_stages_ms", "speedup", "index_recall_at_k", "target_one_stage_ms", "target_two_stages_ms", "machines")
		r.Report.Headline = fmt.Sprintf("A request takes %s at the median over %s items", measure.MS(r.Report.Timings["p50_ms"]), report.Count(r.Pipeline.Problem.Items))
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
}

// least is the smallest corpus that is measured, fitSizes how many sizes a growth is fitted on.
const (
	least    = 200
	fitSizes = 5
)

// sizesTo returns fitSizes sizes in even ratios over the two decades below n, or from the least size where that is nearer.
// Over less than a decade lines can't be told from logarithms: then it returns the least size and n.
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
		t.scan = append(t.scan, t.search...)
		t.search = t.scan
	}
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

func (r *run) sizeTable(points []sizePoint) {
	b := report.Block{Kind: report.Table, Title: "One stage and two, by size", Columns: []string{"items", "one stage ms", "two stages ms", r.Settings.Engine + " ms", "scan ms", "recall of the scan", "index MB"}}
	one, two := report.Series{Name: "one stage (exact scan)"}, report.Series{Name: fmt.Sprintf("two stages (%s, %s)", r.Settings.Engine, r.Settings.Ranker)}
	for _, p := range points {
		b.Rows = append(b.Rows, report.Row{report.Count(p.items), report.Num(p.one), report.Num(p.two), report.Num(p.search), report.Num(p.scan), report.Num(p.recall), report.Num(p.mb)})
		r.Metric(fmt.Sprintf("index_recall_at_k.%d", p.items), p.recall)
		one.X, one.Y = append(one.X, float64(p.items)), append(one.Y, p.one)
		two.X, two.Y = append(two.X, float64(p.items)), append(two.Y, p.two)
	}
	a, z := points[0], points[len(points)-1]
	b.Alt = fmt.Sprintf("From %s to %s items one stage goes from %s to %s at the median and two stages from %s to %s; ",
		report.Count(a.items), report.Count(z.items), measure.MS(a.one), measure.MS(z.one), measure.MS(a.two), measure.MS(z.two))
	if r.Settings.Engine == "exact" {
		b.Alt += "the engine is the scan itself."
	} else {
		b.Alt += fmt.Sprintf("%s finds its candidates %s times as fast as a scan at the largest size.", r.Settings.Engine, report.Num(z.scan/z.search))
	}
	r.Block(b)
	r.Block(report.Block{
		Kind: report.Lines, Title: "Median time by size", Series: []report.Series{one, two}, XLabel: "items", YLabel: "ms", LogX: true,
		Alt: fmt.Sprintf("Over %.0f times the items one stage takes %s times as long and two stages %s times.", float64(z.items)/float64(a.items), report.Num(z.one/a.one), report.Num(z.two/a.two)),
	})
}

// searchGrowth carries the engine's search for K candidates to the target by the form that the engine is known to have: a
// graph's path grows with the logarithm of its size (Malkov and Yashunin 2016, 4.2); a scan is linear, and keeping K of n
// instead of the few of an answer costs about K·(1 + ln(n/K)) more replacements. Of other engines the fit decides.
func searchGrowth(engine string, points []sizePoint, oneFit metrics.Growth, target float64) (form string, mid, lo, hi float64) {
	var sizes, search, extra []float64
	for _, p := range points {
		sizes, search, extra = append(sizes, float64(p.items)), append(search, p.search), append(extra, p.search-p.one)
	}
	switch {
	case engine == "hnsw":
		mid, lo, hi = metrics.FitGrowthAs(metrics.Logarithmic, sizes, search).At(target)
		return metrics.Logarithmic, mid, lo, hi
	case engine == "exact" && slices.Min(extra) > 0:
		mid, lo, hi = oneFit.At(target)
		more, moreLo, moreHi := metrics.FitGrowthAs(metrics.Logarithmic, sizes, extra).At(target)
		return metrics.Linear, mid + more, lo + moreLo, hi + moreHi
	case engine == "exact":
		mid, lo, hi = metrics.FitGrowthAs(metrics.Linear, sizes, search).At(target)
		return metrics.Linear, mid, lo, hi
	}
	fit := metrics.FitGrowth(sizes, search)
	mid, lo, hi = fit.At(target)
	return fit.Form, mid, lo, hi
}

// growth fits the medians and carries them to the target. A p99 is never carried: tails don't follow medians.
func (r *run) growth(points []sizePoint) {
	z := points[len(points)-1]
	if len(points) < fitSizes {
		for _, id := range []string{"target_one_stage_ms", "target_two_stages_ms", "machines", "budget_left_ms"} {
			r.Miss(id, fmt.Sprintf("between the least size of %d and the data's %s items lies less than a decade: too little to fit a growth", least, report.Count(z.items)))
		}
		r.Report.Headline = fmt.Sprintf("At %s items one stage takes %s and two stages %s; that is too small to say how they grow", report.Count(z.items), measure.MS(z.one), measure.MS(z.two))
		return
	}
	var sizes, one, rank []float64
	for _, p := range points {
		sizes, one, rank = append(sizes, float64(p.items)), append(one, p.one), append(rank, p.two-p.search)
	}
	target := r.Config.Target.Items
	if target == 0 {
		target = 100 * z.items
	}
	oneFit := metrics.FitGrowthAs(metrics.Linear, sizes, one)
	oneMid, oneLo, oneHi := oneFit.At(float64(target))
	form, mid, lo, hi := searchGrowth(r.Settings.Engine, points, oneFit, float64(target))
	stage2 := metrics.Quantile(rank, 0.5) // K candidates cost the same at any size
	twoMid := mid + stage2
	r.Timing("target_one_stage_ms", oneMid)
	r.Timing("target_two_stages_ms", twoMid)
	for id, v := range map[string]float64{"target_one_stage_ms_lo": oneLo, "target_one_stage_ms_hi": oneHi, "target_two_stages_ms_lo": lo + stage2, "target_two_stages_ms_hi": hi + stage2} {
		r.Timing(id, v)
	}
	mb := z.mb * float64(target) / float64(z.items)
	r.Timing("target_index_mb", mb)
	cores := float64(runtime.NumCPU())
	machines := math.Ceil(float64(r.Settings.QPS) * twoMid / 1000 / cores / 0.6)
	oneMachines := math.Ceil(float64(r.Settings.QPS) * oneMid / 1000 / cores / 0.6)
	r.Timing("machines", machines)
	left := measure.Millis(r.Settings.Budget) - twoMid
	for _, d := range r.Config.Assumed {
		left -= measure.Millis(d)
	}
	r.Timing("budget_left_ms", left)
	r.Block(report.Block{
		Kind: report.Table, Title: fmt.Sprintf("Carried to %s items, %s requests a second, %s", report.Count(target), report.Count(r.Settings.QPS), measure.MS(measure.Millis(r.Settings.Budget))),
		Columns: []string{"", "growth", "median ms", "95% interval", "machines"},
		Rows: []report.Row{
			{report.Text("one stage"), report.Text(oneFit.Form), report.Num(oneMid), report.Text(fmt.Sprintf("%s to %s", measure.MS(oneLo), measure.MS(oneHi))), report.Count(int(oneMachines))},
			{report.Text("two stages"), report.Text(form + " + constant"), report.Num(twoMid), report.Text(fmt.Sprintf("%s to %s", measure.MS(lo+stage2), measure.MS(hi+stage2))), report.Count(int(machines))},
			{report.Text("index"), report.Text("linear"), report.Text(""), report.Text(gigabytes(mb).String()), report.Text("")},
		},
		Alt: fmt.Sprintf("At %s items one stage would take %s (%s to %s) and two stages %s (%s to %s) at the median, with an index of %s; %s requests a second need %s machines like this one against %s.",
			report.Count(target), measure.MS(oneMid), measure.MS(oneLo), measure.MS(oneHi), measure.MS(twoMid), measure.MS(lo+stage2), measure.MS(hi+stage2), gigabytes(mb), report.Count(r.Settings.QPS), report.Count(int(machines)), report.Count(int(oneMachines))),
	})
	r.Note("What this assumes", "Everything lies in memory on machines like this one, and only medians are carried to the target.", fmt.Sprintf("Vectors and links lie in memory, on one machine; %s items of this width would take %s, so at the target they are spread over machines or compressed, and each spread adds a network hop. Medians are carried, by a fit over %d sizes from %s to %s items; a p99 is not carried, because tails follow load and not size. A machine is one like this, %.0f processors at 60%% load.",
		report.Count(target), gigabytes(mb), len(points), report.Count(points[0].items), report.Count(z.items), cores))
	verdict := "misses"
	if left >= 0 {
		verdict = "fits"
	}
	r.Report.Headline = fmt.Sprintf("At %s items one stage would take %s and two stages %s at the median: with two, the median request %s the budget of %s", report.Count(target), measure.MS(oneMid), measure.MS(twoMid), verdict, measure.MS(measure.Millis(r.Settings.Budget)))
}

// gigabytes is a number of megabytes as people say it.
func gigabytes(mb float64) report.Number { return report.Amount(mb/1000, "GB") }
