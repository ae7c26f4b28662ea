package requirements

import (
	"math"
	"runtime"
	"slices"
	"strconv"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

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

// busy is the share of a machine's time that requests may take: above it queues grow.
const busy = 0.6

// carried is a median, carried to the target's size, with its interval and the machines that it takes.
type carried struct {
	form        string // of growth
	mid, lo, hi float64
	machines    float64
}

// forecast is what the measured sizes say of the target.
type forecast struct {
	target   int // items
	one, two carried
	mb       float64 // of the index
	left     float64 // milliseconds of the budget
	cores    int
}

// forecast fits the medians and carries them to the target. A p99 is never carried: tails don't follow medians.
func (r *run) forecast(points []sizePoint) forecast {
	z := points[len(points)-1]
	var sizes, one, rank []float64
	for _, p := range points {
		sizes, one, rank = append(sizes, float64(p.items)), append(one, p.one), append(rank, p.two-p.search)
	}
	f := forecast{target: r.Config.Target.Items, cores: runtime.NumCPU()}
	if f.target == 0 {
		f.target = 100 * z.items
	}
	fit := metrics.FitGrowthAs(metrics.Linear, sizes, one)
	f.one.form = fit.Form
	f.one.mid, f.one.lo, f.one.hi = fit.At(float64(f.target))
	form, mid, lo, hi := searchGrowth(r.Settings.Engine, points, fit, float64(f.target))
	stage2 := metrics.Quantile(rank, 0.5) // K candidates cost the same at any size
	f.two = carried{form: form + " + constant", mid: mid + stage2, lo: lo + stage2, hi: hi + stage2}
	for _, c := range []*carried{&f.one, &f.two} {
		c.machines = math.Ceil(float64(r.Settings.QPS) * c.mid / 1000 / float64(f.cores) / busy)
	}
	f.mb = z.mb * float64(f.target) / float64(z.items)
	f.left = measure.Millis(r.Settings.Budget) - f.two.mid
	for _, d := range r.Config.Assumed {
		f.left -= measure.Millis(d)
	}
	return f
}

// growth reports what the measured sizes say of the target, as far as they say anything.
func (r *run) growth(points []sizePoint) {
	z := points[len(points)-1]
	if len(points) < fitSizes {
		r.MissAll(tooSmall(z.items), "target_one_stage_ms", "target_two_stages_ms", "machines", "budget_left_ms")
		r.Report.Headline = smallHeadline(z)
		return
	}
	f := r.forecast(points)
	for id, c := range map[string]carried{"target_one_stage_ms": f.one, "target_two_stages_ms": f.two} {
		r.Timing(id, c.mid)
		r.Timing(id+"_lo", c.lo)
		r.Timing(id+"_hi", c.hi)
	}
	r.Timing("target_index_mb", f.mb)
	r.Timing("machines", f.two.machines)
	r.Timing("budget_left_ms", f.left)
	row := func(name string, c carried) report.Row {
		return report.Row{report.Text(name), report.Text(c.form), report.Num(c.mid), report.Text(c.bounds()), report.Count(int(c.machines))}
	}
	budget := measure.Millis(r.Settings.Budget)
	r.Block(report.Block{
		Kind: report.Table, Title: forecastTitle(f.target, r.Settings.QPS, budget),
		Columns: []string{"", "growth", "median ms", "95% interval", "machines"},
		Rows: []report.Row{
			row("one stage", f.one),
			row("two stages", f.two),
			{report.Text("index"), report.Text("linear"), report.Text(""), report.Text(gigabytes(f.mb).String()), report.Text("")},
		},
		Alt: forecastAlt(f, r.Settings.QPS),
	})
	r.Note("What this assumes", assumptionsAlt, assumptions(f, points))
	r.Report.Headline = forecastHeadline(f, budget)
}

// sizeTable shows what was measured at each size.
func (r *run) sizeTable(points []sizePoint) {
	b := report.Block{
		Kind: report.Table, Title: "One stage and two, by size",
		Columns: []string{"items", "one stage ms", "two stages ms", r.Settings.Engine + " ms", "scan ms", "recall of the scan", "index MB"},
	}
	one := report.Series{Name: "one stage (exact scan)"}
	two := report.Series{Name: "two stages (" + r.Settings.Engine + ", " + r.Settings.Ranker + ")"}
	for _, p := range points {
		b.Rows = append(b.Rows, measure.Row(report.Count(p.items), p.one, p.two, p.search, p.scan, p.recall, p.mb))
		r.Metric("index_recall_at_k."+strconv.Itoa(p.items), p.recall)
		one.X, one.Y = append(one.X, float64(p.items)), append(one.Y, p.one)
		two.X, two.Y = append(two.X, float64(p.items)), append(two.Y, p.two)
	}
	b.Alt = sizesAlt(points, r.Settings.Engine)
	r.Block(b)
	r.Block(report.Block{
		Kind: report.Lines, Title: "Median time by size", Series: []report.Series{one, two}, XLabel: "items", YLabel: "ms", LogX: true,
		Alt: growthAlt(points[0], points[len(points)-1]),
	})
}
