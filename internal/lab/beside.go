package lab

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"dryrun/internal/report"
)

// besideRows is how many metrics a comparison holds at most.
const besideRows = 14

// Beside sets two reports of one step side by side: the metrics and timings that both have and that differ, the most
// changed first. The world's own measure is said once, by its name. Nothing is measured anew.
func Beside(yours, reference *report.Step) report.Block {
	type row struct {
		id       string
		a, b     float64
		relative float64
	}
	var rows []row
	same := 0
	add := func(a, b map[string]float64, least float64) {
		for _, id := range slices.Sorted(maps.Keys(a)) {
			other, ok := b[id]
			if id == yours.Setup.Quality {
				continue // it stands there as quality
			}
			if !ok || strings.HasSuffix(id, "_lo") || strings.HasSuffix(id, "_hi") || strings.Contains(id, ".") {
				continue
			}
			relative := math.Abs(a[id]-other) / max(math.Abs(a[id]), math.Abs(other), 1e-12)
			if relative <= least {
				same++
				continue
			}
			rows = append(rows, row{id, a[id], other, relative})
		}
	}
	add(yours.Metrics, reference.Metrics, 0)
	add(yours.Timings, reference.Timings, 0.1) // timings that differ by less say nothing
	slices.SortStableFunc(rows, func(a, b row) int {
		if basic := rankOf(a.id) - rankOf(b.id); basic != 0 {
			return basic
		}
		switch {
		case a.relative > b.relative:
			return -1
		case a.relative < b.relative:
			return 1
		}
		return 0
	})
	b := report.Block{Kind: report.Table, Title: "Yours beside the reference", Columns: []string{"metric", "yours", "reference", "better"}}
	var words []string
	for _, r := range rows[:min(besideRows, len(rows))] {
		name := r.id
		if name == "quality" {
			name = cmp.Or(yours.Setup.Quality, name)
		}
		b.Rows = append(b.Rows, report.Row{report.Metric{ID: name}, report.MetricValue(name, r.a), report.MetricValue(name, r.b), report.Text(betterOf(r.id, r.a, r.b))})
		if len(words) < 3 {
			words = append(words, fmt.Sprintf("%s %s against %s", report.Metric{ID: name}, report.MetricValue(name, r.a), report.MetricValue(name, r.b)))
		}
	}
	b.Alt = fmt.Sprintf("Yours against the reference: %s; %d more numbers are the same.", andList(words), same)
	if len(rows) == 0 {
		b.Alt = fmt.Sprintf("Both runs give the same %d numbers.", same)
	}
	return b
}

// rankOf puts what every step reports first.
func rankOf(id string) int {
	if i := slices.Index([]string{"quality", "stage1_recall_at_k", "p50_ms", "p99_ms", "index_mb"}, id); i >= 0 {
		return i
	}
	return 100
}

func betterOf(id string, yours, reference float64) string {
	m, ok := MetricByID(id)
	switch {
	case !ok || m.Direction == Neither || yours == reference:
		return ""
	case (yours > reference) == (m.Direction == Higher):
		return "yours"
	}
	return "reference"
}
