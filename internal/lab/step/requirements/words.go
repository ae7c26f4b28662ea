package requirements

import (
	"fmt"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/report"
)

// The sentences of the report.

func medianHeadline(p50 float64, items int) string {
	return fmt.Sprintf("A request takes %s at the median over %s items", measure.MS(p50), report.Count(items))
}

func sizesAlt(points []sizePoint, engine string, top, k int) string {
	a, z := points[0], points[len(points)-1]
	alt := fmt.Sprintf("From %s to %s items one stage goes from %s to %s at the median and two stages from %s to %s; ",
		report.Count(a.items), report.Count(z.items), measure.MS(a.one), measure.MS(z.one), measure.MS(a.two), measure.MS(z.two))
	if engine == "exact" {
		return alt + fmt.Sprintf("the engine is the scan itself, and keeping %d candidates takes longer than keeping an answer's %d.", k, top)
	}
	return alt + fmt.Sprintf("%s finds its candidates %s times as fast as a scan that keeps %d, with %s of that scan's recall; "+
		"a scan that keeps only the %d of an answer is faster.", engine, report.Num(z.scan/z.search), k, report.Num(z.recall), top)
}

func growthAlt(a, z sizePoint) string {
	return fmt.Sprintf("Over %.0f times the items one stage takes %s times as long and two stages %s times.",
		float64(z.items)/float64(a.items), report.Num(z.one/a.one), report.Num(z.two/a.two))
}

func tooSmall(items int) string {
	return fmt.Sprintf("between the least size of %d and the data's %s items lies less than a decade: too little to fit a growth",
		least, report.Count(items))
}

func smallHeadline(z sizePoint) string {
	return fmt.Sprintf("At %s items one stage takes %s and two stages %s; that is too small to say how they grow",
		report.Count(z.items), measure.MS(z.one), measure.MS(z.two))
}

func (s search) bounds() string { return fmt.Sprintf("%s to %s", measure.MS(s.lo), measure.MS(s.hi)) }

func forecastTitle(target, qps int, budget float64) string {
	return fmt.Sprintf("Carried to %s items, %s requests per second, a p99 of %s",
		report.Count(target), report.Count(qps), measure.MS(budget))
}

func forecastAlt(f *forecast, set catalog.Settings) string {
	return fmt.Sprintf("At %s items one stage would take %s (%s) and two stages %s (%s) at the median, over %s of an index of %s; "+
		"with encoding and the case's own parts %s requests per second need %s machines of %d cores and %d GB against %s, set by %s.",
		report.Count(f.target), measure.MS(f.one.mid), f.one.bounds(), measure.MS(f.two.mid), f.two.bounds(), shards(f.shards),
		gigabytes(f.mb), report.Count(set.QPS), report.Count(f.two.machines), set.Cores, set.Memory, report.Count(f.one.machines),
		f.two.binds(f.shards))
}

func forecastHeadline(f *forecast, whole search, budget float64) string {
	verdict := "misses"
	if f.left >= 0 {
		verdict = "fits"
	}
	return fmt.Sprintf("At %s items two stages would take %s at the median against %s for one, and a whole request %s; "+
		"with every part at its p99 it %s the budget of %s, on %s machines",
		report.Count(f.target), measure.MS(f.two.mid), measure.MS(f.one.mid), measure.MS(whole.mid), verdict, measure.MS(budget),
		report.Count(f.two.machines))
}

func targetWaterfallAlt(f *forecast, budget float64) string {
	return fmt.Sprintf("Of %s at the p99, the case's own parts take %s, encoding %s and both stages over %s %s; %s are left. "+
		"The sum of p99s is a bound: the parts are seldom slow at once.",
		measure.MS(budget), measure.MS(f.assumed), measure.MS(f.encode[1]), shards(f.shards), measure.MS(f.two.p99), measure.MS(f.left))
}

func shards(n int) string {
	if n == 1 {
		return "1 shard"
	}
	return fmt.Sprintf("%s shards", report.Count(n))
}

const assumptionsAlt = "Everything lies in memory; medians are carried by their growth, and tails keep the ratio measured here."

func assumptions(f *forecast, points []sizePoint, set catalog.Settings) string {
	a, z := points[0], points[len(points)-1]
	memory := fmt.Sprintf("Vectors and links lie in memory: %s items of this width take %s, and a machine of %d GB gives them %.0f%%, "+
		"so that a copy takes %s. Each shard is searched, and the slowest is waited for; the fan-out to them takes %s with the merge.",
		report.Count(f.target), gigabytes(f.mb), set.Memory, 100*resident, shards(f.shards), measure.MS(f.fanOut))
	medians := fmt.Sprintf("Medians are carried by a fit over %d sizes from %s to %s items, never below what was measured; a p99 is such "+
		"a median times the ratio measured at the largest size. These sizes fit in a processor's cache better than a shard does: "+
		"expect more.", len(points), report.Count(a.items), report.Count(z.items))
	recall := fmt.Sprintf("The engine's recall of the scan goes from %s to %s over these sizes and would be %s at a shard's %s items; "+
		"holding it takes a longer search, which these times don't have.",
		report.Num(a.recall), report.Num(z.recall), report.Num(f.recall), report.Count(int(f.shardItems())))
	machine := fmt.Sprintf("A machine has %d cores like one here at %.0f%% load; all of the case's parts but the network take a core.",
		set.Cores, 100*busy)
	return memory + " " + medians + " " + recall + " " + machine
}

// gigabytes is a number of megabytes as people say it.
func gigabytes(mb float64) report.Number { return report.Amount(mb/1000, "GB") }
