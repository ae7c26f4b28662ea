package draw

import (
	"cmp"
	"math"
	"strings"

	"dryrun/internal/report"
)

// bars draws rows of [label, value]. Inside a bar ▒ is the part within the value's interval, beyond it ░, so the
// interval is visible without color.
func bars(b report.Block, t Theme, w int) []string {
	type row struct {
		label, value, interval string
		v, lo, hi              float64
	}
	rows := make([]row, 0, len(b.Rows))
	label, value, whole := 0, 0, 0
	least, most := 0.0, 0.0
	for _, r := range b.Rows {
		if len(r) < 2 {
			continue
		}
		n, ok := number(r[1])
		if !ok {
			if text := cell(r[1]); text != "" { // no bar: "not answered"
				label, value, whole = max(label, width(cell(r[0]))), max(value, width(text)), max(whole, width(text))
				rows = append(rows, row{label: cell(r[0]), value: text})
			}
			continue
		}
		n = inUnit(n, b.Unit)
		x := row{label: cell(r[0]), value: n.String(), v: n.Value, lo: n.Value, hi: n.Value}
		if n.HasInterval {
			x.lo, x.hi = min(n.Lo, n.Hi), max(n.Lo, n.Hi)
			x.interval = " (" + n.Bounds() + ")"
			x.value = strings.TrimSuffix(x.value, x.interval)
		}
		least, most = min(least, x.v, x.lo), max(most, x.v, x.hi, n.End())
		label, value, whole = max(label, width(x.label)), max(value, width(x.value)), max(whole, width(x.value+x.interval))
		rows = append(rows, x)
	}
	label = min(label, w/3)
	withInterval := w-label-whole-4 >= 12 // or the bars would be too short to compare
	if withInterval {
		value = whole
	}
	value = min(value, w/2)
	space := max(w-label-value-4, 4)
	if most == 0 && least == 0 { // nothing to draw: the words stand beside their labels
		space = 0
	}
	span := most - least
	if span == 0 {
		span = 1
	}
	at := func(v float64) int { return int(math.Round((v - least) / span * float64(space))) }
	lines := make([]string, 0, len(rows))
	for i, x := range rows {
		cells := []rune(strings.Repeat(" ", space))
		paint := func(from, to float64, r rune) {
			for c := at(min(from, to)); c < at(max(from, to)); c++ {
				cells[c] = r
			}
		}
		paint(0, x.v, '█')
		if x.interval != "" {
			paint(x.lo, x.hi, '░')
			// The end of the bar that lies within the interval.
			if x.v >= 0 {
				paint(max(0, x.lo), x.v, '▒')
			} else {
				paint(x.v, min(0, x.hi), '▒')
			}
		}
		if z := at(0); least < 0 && z < space && cells[z] == ' ' {
			cells[z] = '│'
		}
		if withInterval {
			x.value += x.interval
		}
		lines = append(lines, pad(x.label, label)+"  "+t.seriesStyle(i).Render(string(cells))+"  "+pad(x.value, value))
	}
	return trimLines(lines)
}

// histogramHeight is the height of the tallest column in cells.
const histogramHeight = 6

// histogram draws rows of [bin low, bin high, count] as columns of eighths of a cell.
func histogram(b report.Block, t Theme, w int) []string {
	type bin struct{ lo, hi, count float64 }
	var bins []bin
	for _, r := range b.Rows {
		if len(r) < 3 {
			continue
		}
		lo, ok1 := number(r[0])
		hi, ok2 := number(r[1])
		n, ok3 := number(r[2])
		if ok1 && ok2 && ok3 {
			bins = append(bins, bin{lo.Value, hi.Value, n.Value})
		}
	}
	if len(bins) == 0 {
		return nil
	}
	most, axis := 0.0, 0
	merged := bins[:0:0]
	// Neighboring bins are added up until they fit.
	for each := (len(bins) + w - 13) / max(w-12, 1); len(bins) > 0; {
		n := min(max(each, 1), len(bins))
		m := bin{bins[0].lo, bins[n-1].hi, 0}
		for _, x := range bins[:n] {
			m.count += x.count
		}
		merged, bins, most = append(merged, m), bins[n:], max(most, m.count)
	}
	if most == 0 {
		most = 1
	}
	top := report.Num(most).String()
	axis = width(top)
	column := min(max((w-axis-1)/len(merged), 1), 8)
	var lines []string
	for y := histogramHeight - 1; y >= 0; y-- {
		var line strings.Builder
		for _, m := range merged {
			eighths := int(math.Round(m.count / most * histogramHeight * 8))
			if m.count > 0 {
				eighths = max(eighths, 1)
			}
			line.WriteString(strings.Repeat(string(eighth(eighths-8*y)), column))
		}
		name := ""
		switch y {
		case histogramHeight - 1:
			name = top
		case 0:
			name = "0"
		}
		lines = append(lines, t.Faint.Render(padLeft(name, axis))+" "+t.seriesStyle(0).Render(line.String()))
	}
	lo, hi := inUnit(report.Num(merged[0].lo), b.Unit).String(), inUnit(report.Num(merged[len(merged)-1].hi), b.Unit).String()
	gap := max(column*len(merged)-width(lo)-width(hi), 1)
	return append(lines, t.Faint.Render(strings.Repeat(" ", axis+1)+lo+strings.Repeat(" ", gap)+hi))
}

// eighth is a cell filled from below by n eighths.
func eighth(n int) rune {
	switch {
	case n <= 0:
		return ' '
	case n >= 8:
		return '█'
	}
	return '▁' + rune(n-1)
}

// barAmount is the number of a cell as the length of a bar: nothing for one that has no length.
func barAmount(c report.Cell) float64 {
	v := amount(c)
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return 0
	}
	return v
}

// funnel draws rows of [label, count, note]. Bars are on a log scale: from fifty thousand to twenty, a linear one would
// show the first row alone.
func funnel(b report.Block, t Theme, w int) []string {
	label, count, note := 0, 0, 0
	most := 1.0
	for _, r := range b.Rows {
		if len(r) < 2 {
			continue
		}
		most = max(most, barAmount(r[1]))
		label, count = max(label, width(cell(r[0]))), max(count, width(cell(r[1])))
		if len(r) > 2 {
			note = max(note, width(cell(r[2])))
		}
	}
	label = min(label, w/4)
	below := note > w-label-count-6-12 // or the bars would be too short to compare, and the notes cut
	if below {
		note = 0
	}
	space := max(w-label-count-note-6, 6)
	var lines []string
	for _, r := range b.Rows {
		if len(r) < 2 {
			continue
		}
		v := barAmount(r[1])
		n := int(math.Round(math.Log1p(v) / math.Log1p(most) * float64(space)))
		if v > 0 {
			n = max(n, 1)
		}
		bar := strings.Repeat("█", n) + strings.Repeat(" ", space-n)
		line := pad(cell(r[0]), label) + "  " + padLeft(cell(r[1]), count) + "  " + t.seriesStyle(0).Render(bar)
		if len(r) > 2 && !below {
			line += "  " + cell(r[2])
		}
		lines = append(lines, line)
		if len(r) > 2 && below {
			lines = append(lines, hang(cell(r[2]), w)...)
		}
	}
	return append(trimLines(lines), t.Faint.Render("bars on a log scale"))
}

// waterfall draws rows of [label, amount, "assumed" or "measured"] one after another; the last row is the remainder.
func waterfall(b report.Block, t Theme, w int) []string {
	unit := cmp.Or(b.Unit, "ms")
	total := 0.0
	label, value, sources := 0, 0, 0
	for _, r := range b.Rows {
		if len(r) < 2 {
			continue
		}
		v := amount(r[1])
		total += max(v, 0)
		label, value = max(label, width(cell(r[0]))), max(value, width(report.Amount(v, unit).String()))
		if len(r) > 2 {
			sources = max(sources, width(cell(r[2])))
		}
	}
	if total == 0 {
		total = 1
	}
	label = min(label, w/3)
	space := max(w-label-value-sources-6, 6)
	at := func(v float64) int { return int(math.Round(v / total * float64(space))) }
	var lines []string
	sum := 0.0
	for i, r := range b.Rows {
		if len(r) < 2 {
			continue
		}
		v := amount(r[1])
		source := ""
		if len(r) > 2 {
			source = cell(r[2])
		}
		fill := "█"
		switch {
		case i == len(b.Rows)-1:
			fill = "·"
		case source == "assumed":
			fill = "░"
		}
		from := min(at(sum), space-1)
		sum += max(v, 0)
		n := max(at(sum)-from, 0)
		if v > 0 {
			n = max(n, 1) // a part smaller than a cell is still visible
		}
		n = min(n, space-from)
		bar := strings.Repeat(" ", from) + strings.Repeat(fill, n) + strings.Repeat(" ", space-from-n)
		amount := padLeft(report.Amount(v, unit).String(), value)
		lines = append(lines, pad(cell(r[0]), label)+"  "+amount+"  "+t.seriesStyle(0).Render(bar)+"  "+source)
	}
	return trimLines(lines)
}

func trimLines(lines []string) []string {
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}
