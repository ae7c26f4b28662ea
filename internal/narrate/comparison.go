package narrate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"dryrun/internal/report"
)

const (
	comparedRows = 14  // of a comparison at most
	leastTime    = 0.1 // timings that differ by less than this share say nothing
)

// difference is one number that two reports have and that differs.
type difference struct {
	id               string
	yours, reference float64
	relative         float64
}

// Comparison sets two reports of one step side by side: the metrics and timings that both have and that differ, the most
// changed first. The world's own measure appears once, by its name. better says which way a metric is better: above 0
// where a higher value is, below 0 where a lower one is. Without a reference both are the same pipeline.
func Comparison(yours, reference *report.Step, better func(metric string) int) []report.Block {
	if reference == nil {
		return []report.Block{note("", "Your decisions and the reference's are the same pipeline here: nothing to compare.")}
	}
	quality := yours.Setup.Quality
	found, same := differences(yours.Metrics, reference.Metrics, quality, 0)
	times, alike := differences(yours.Timings, reference.Timings, quality, leastTime)
	found, same = append(found, times...), same+alike
	slices.SortStableFunc(found, func(a, b difference) int {
		return cmp.Or(cmp.Compare(order(a.id), order(b.id)), cmp.Compare(b.relative, a.relative))
	})
	b := report.Block{Kind: report.Table, Title: "Yours beside the reference", Columns: []string{"metric", "yours", "reference", "better"}}
	var words []string
	for _, d := range found[:min(comparedRows, len(found))] {
		name := d.id
		if name == "quality" {
			name = cmp.Or(quality, name)
		}
		metric, mine, theirs := report.Metric{ID: name}, report.MetricValue(name, d.yours), report.MetricValue(name, d.reference)
		b.Rows = append(b.Rows, report.Row{metric, mine, theirs, report.Text(winner(d, better(d.id)))})
		if len(words) < most {
			words = append(words, fmt.Sprintf("%s %s against %s", metric, mine, theirs))
		}
	}
	b.Alt = fmt.Sprintf("Yours against the reference: %s; %d more numbers are the same.", report.Join(words), same)
	if len(found) == 0 {
		b.Alt = fmt.Sprintf("Both runs give the same %d numbers.", same)
	}
	return []report.Block{b}
}

// differences are the numbers that both have and that differ by more than the share least; same is how many don't.
// Variants, bounds of intervals, and the measure that already appears as quality are left out.
func differences(yours, reference map[string]float64, quality string, least float64) (found []difference, same int) {
	for _, id := range slices.Sorted(maps.Keys(yours)) {
		mine := yours[id]
		theirs, ok := reference[id]
		if !ok || id == quality || strings.HasSuffix(id, "_lo") || strings.HasSuffix(id, "_hi") || strings.Contains(id, ".") {
			continue
		}
		relative := math.Abs(mine-theirs) / max(math.Abs(mine), math.Abs(theirs), 1e-12)
		if relative <= least {
			same++
			continue
		}
		found = append(found, difference{id, mine, theirs, relative})
	}
	return found, same
}

// order puts first what every step reports.
func order(id string) int {
	if i := slices.Index([]string{"quality", "stage1_recall_at_k", "p50_ms", "p99_ms", "index_mb"}, id); i >= 0 {
		return i
	}
	return math.MaxInt
}

// winner names whose value is better, "" where neither way is.
func winner(d difference, better int) string {
	switch {
	case better == 0 || d.yours == d.reference:
		return ""
	case (d.yours > d.reference) == (better > 0):
		return "yours"
	}
	return "reference"
}
