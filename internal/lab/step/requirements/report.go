package requirements

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// sizeTable shows what was measured at each size.
func (r *run) sizeTable(points []sizePoint) {
	b := report.Block{
		Kind: report.Table, Title: "One stage and two, by size",
		Columns: []string{
			"items", fmt.Sprintf("one stage ms, keeps %d", r.Settings.Top), "two stages ms", r.Settings.Engine + " ms",
			fmt.Sprintf("scan ms, keeps %d", r.Settings.K), "recall of the scan", "index MB",
		},
	}
	one := report.Series{Name: "one stage (exact scan)"}
	two := report.Series{Name: "two stages (" + r.Settings.Engine + ", " + r.Settings.Ranker + ")"}
	for _, p := range points {
		b.Rows = append(b.Rows, measure.Row(report.Count(p.items), p.one, p.two, p.search, p.scan, p.recall, p.mb))
		r.Metric("index_recall_at_k."+strconv.Itoa(p.items), p.recall)
		one.X, one.Y = append(one.X, float64(p.items)), append(one.Y, p.one)
		two.X, two.Y = append(two.X, float64(p.items)), append(two.Y, p.two)
	}
	b.Alt = sizesAlt(points, r.Settings.Engine, r.Settings.Top, r.Settings.K)
	r.Block(b)
	r.Block(report.Block{
		Kind: report.Lines, Title: "Median time by size", Series: []report.Series{one, two}, XLabel: "items", YLabel: "ms", LogX: true,
		Alt: growthAlt(points[0], points[len(points)-1]),
	})
}

// sample keeps the timings of the largest size, so that two runs can be compared over the timed requests.
func (r *run) sample(z sizePoint) {
	median := func(values []float64) func(idx []int) float64 {
		return func(idx []int) float64 { return metrics.Quantile(pick(values, idx), 0.5) }
	}
	both := make([]float64, len(z.ranks))
	for i, rank := range z.ranks {
		both[i] = z.searches[i] + rank
	}
	keep := func(id string, n int, of func(idx []int) float64) {
		r.Sample(id, report.Sample{Unit: "timed requests", N: n, Of: of})
	}
	keep("one_stage_ms", len(z.ones), median(z.ones))
	keep("two_stages_ms", len(both), median(both))
	scan, search := median(z.scans), median(z.searches)
	keep("speedup", len(z.ranks), func(idx []int) float64 { return scan(idx) / search(idx) })
}

func pick(values []float64, idx []int) []float64 {
	out := make([]float64, len(idx))
	for k, i := range idx {
		out[k] = values[i]
	}
	return out
}

// growth reports what the measured sizes say of the target, as far as they say anything.
func (r *run) growth(points []sizePoint) {
	z := points[len(points)-1]
	if len(points) < fitSizes {
		r.MissAll(tooSmall(z.items), "target_one_stage_ms", "target_two_stages_ms", "target_request_ms", "target_index_mb", "shards",
			"target_index_recall_at_k", "machines", "budget_left_ms")
		r.Report.Headline = smallHeadline(z)
		return
	}
	f := r.forecast(points)
	whole := f.two.search
	extra := f.assumed + f.encode[0]
	whole.mid, whole.lo, whole.hi = whole.mid+extra, whole.lo+extra, whole.hi+extra
	for id, c := range map[string]search{
		"target_one_stage_ms": f.one.search, "target_two_stages_ms": f.two.search, "target_request_ms": whole,
	} {
		r.Timing(id, c.mid)
		r.Timing(id+"_lo", c.lo)
		r.Timing(id+"_hi", c.hi)
	}
	r.Timing("target_index_mb", f.mb)
	r.Timing("shards", float64(f.shards))
	r.Timing("machines", float64(f.two.machines))
	r.Timing("budget_left_ms", f.left)
	r.Metric("target_index_recall_at_k", f.recall)
	r.targetTable(f, whole)
	r.targetWaterfall(f)
	r.Note("What this assumes", assumptionsAlt, assumptions(f, points, r.Settings))
	r.Report.Headline = forecastHeadline(f, whole, measure.Millis(r.Settings.Budget))
}

func (r *run) targetTable(f *forecast, whole search) {
	row := func(name string, c search, plan *carried) report.Row {
		out := report.Row{report.Text(name), report.Text(c.form), report.Num(c.mid), report.Text(c.bounds())}
		if plan == nil {
			return append(out, report.Text(""), report.Text(""), report.Text(""))
		}
		return append(out, report.Num(plan.cpu), report.Count(plan.machines), report.Text(plan.binds(f.shards)))
	}
	r.Block(report.Block{
		Kind: report.Table, Title: forecastTitle(f.target, r.Settings.QPS, measure.Millis(r.Settings.Budget)),
		Columns: []string{"", "growth", "median ms", "95% interval", "core ms a request", "machines", "set by"},
		Rows: []report.Row{
			row("one stage", f.one.search, &f.one),
			row("two stages", f.two.search, &f.two),
			row("a whole request with two", whole, nil),
		},
		Alt: forecastAlt(f, r.Settings),
	})
}

// targetWaterfall fills the budget, which is a p99, with the p99 of every measured part.
func (r *run) targetWaterfall(f *forecast) {
	var rows []report.Row
	row := func(part string, ms float64, how string) {
		rows = append(rows, report.Row{report.Text(part), report.Num(ms), report.Text(how)})
	}
	for _, part := range slices.Sorted(maps.Keys(r.Config.Assumed)) {
		row(part, measure.Millis(r.Config.Assumed[part]), "assumed")
	}
	row("encode", f.encode[1], "measured")
	if f.shards > 1 {
		row("fan-out and merge", f.fanOut, "assumed")
	}
	row("stage 1, slowest shard", f.stageOne, "carried")
	row("stage 2", f.rank[1], "carried")
	row("left", f.left, "left")
	budget := measure.Millis(r.Settings.Budget)
	r.Block(report.Block{
		Kind: report.Waterfall, Title: fmt.Sprintf("Where %s of p99 go at %s items", measure.MS(budget), report.Count(f.target)), Unit: "ms",
		Rows: rows, Alt: targetWaterfallAlt(f, budget),
	})
}
