package requirements

import (
	"fmt"

	"dryrun/internal/lab/measure"
	"dryrun/internal/report"
)

// The sentences of the report.

func medianHeadline(p50 float64, items int) string {
	return fmt.Sprintf("A request takes %s at the median over %s items", measure.MS(p50), report.Count(items))
}

func sizesAlt(points []sizePoint, engine string) string {
	a, z := points[0], points[len(points)-1]
	alt := fmt.Sprintf("From %s to %s items one stage goes from %s to %s at the median and two stages from %s to %s; ",
		report.Count(a.items), report.Count(z.items), measure.MS(a.one), measure.MS(z.one), measure.MS(a.two), measure.MS(z.two))
	if engine == "exact" {
		return alt + "the engine is the scan itself."
	}
	return alt + fmt.Sprintf("%s finds its candidates %s times as fast as a scan at the largest size.", engine, report.Num(z.scan/z.search))
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

func (c carried) bounds() string { return fmt.Sprintf("%s to %s", measure.MS(c.lo), measure.MS(c.hi)) }

func forecastTitle(target, qps int, budget float64) string {
	return fmt.Sprintf("Extrapolated to %s items, %s requests per second, %s", report.Count(target), report.Count(qps), measure.MS(budget))
}

func forecastAlt(f forecast, qps int) string {
	return fmt.Sprintf("At %s items one stage would take %s (%s) and two stages %s (%s) at the median, with an index of %s; "+
		"%s requests per second need %s machines like this one against %s.",
		report.Count(f.target), measure.MS(f.one.mid), f.one.bounds(), measure.MS(f.two.mid), f.two.bounds(), gigabytes(f.mb),
		report.Count(qps), report.Count(int(f.two.machines)), report.Count(int(f.one.machines)))
}

func forecastHeadline(f forecast, budget float64) string {
	verdict := "misses"
	if f.left >= 0 {
		verdict = "fits"
	}
	return fmt.Sprintf("At %s items one stage would take %s and two stages %s at the median: "+
		"with two, the median request %s the budget of %s",
		report.Count(f.target), measure.MS(f.one.mid), measure.MS(f.two.mid), verdict, measure.MS(budget))
}

const assumptionsAlt = "Everything lies in memory on machines like this one, and only medians are carried to the target."

func assumptions(f forecast, points []sizePoint) string {
	a, z := points[0], points[len(points)-1]
	memory := fmt.Sprintf("Vectors and links lie in memory, on one machine; %s items of this width would take %s, so at the target "+
		"they are spread over machines or compressed, and each spread adds a network hop.", report.Count(f.target), gigabytes(f.mb))
	medians := fmt.Sprintf("Medians are carried, by a fit over %d sizes from %s to %s items; a p99 is not carried, because tails "+
		"follow load and not size.", len(points), report.Count(a.items), report.Count(z.items))
	machine := fmt.Sprintf("A machine is one like this, %d processors at %.0f%% load.", f.cores, 100*busy)
	return memory + " " + medians + " " + machine
}

// gigabytes is a number of megabytes as people say it.
func gigabytes(mb float64) report.Number { return report.Amount(mb/1000, "GB") }
