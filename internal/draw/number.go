package draw

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"dryrun/internal/report"
)

// titleOf is a block's title, with what it counts.
func titleOf(b report.Block) string {
	title := clean(b.Title)
	if b.Unit == "" || report.IsMeasure(b.Unit) {
		return title
	}
	return strings.TrimPrefix(title+", "+metricName(b.Unit), ", ")
}

// metricName is a metric's name; its id may come from a file.
func metricName(id string) string { return report.Metric{ID: clean(id)}.String() }

// cell writes a cell on one line; a missing cell is "".
func cell(c report.Cell) string {
	if c == nil {
		return ""
	}
	return clean(c.String())
}

// knob writes the value of a knob: text, a number or a switch.
func knob(v any) string {
	switch v := v.(type) {
	case int:
		return report.Count(v).String()
	case float64:
		return report.Num(v).String()
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return clean(fmt.Sprint(v))
}

// number reads a cell as a number that can be drawn; ok is false for text.
func number(c report.Cell) (n report.Number, ok bool) {
	n, ok = c.(report.Number)
	return n, ok && n.IsFinite()
}

// amount is a cell's value, 0 where it isn't a number that can be drawn.
func amount(c report.Cell) float64 {
	n, ok := number(c)
	if !ok || math.IsNaN(n.Value) || math.IsInf(n.Value, 0) {
		return 0 // nothing that a bar could show
	}
	return n.Value
}

// inUnit is a number in a block's unit, if the unit follows each number.
func inUnit(n report.Number, unit string) report.Number {
	if n.Unit == "" && report.IsMeasure(unit) {
		n.Unit = unit
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
