package draw

import (
	"cmp"
	"strings"

	"dryrun/internal/report"
)

// Plain writes a whole report for plain mode: sentences and `name: value` lines, each block by its one-sentence
// description, no drawings, no Braille, no pictures, no control sequence.
func Plain(step *report.Step, w int) string {
	if step == nil {
		return ""
	}
	return strings.TrimLeft(PlainHeadline(step, w)+"\n"+PlainBody(step, w), "\n")
}

// PlainHeadline is a report's headline alone: plain mode prints other results between it and the rest of the report.
func PlainHeadline(step *report.Step, w int) string {
	return strings.Join(wrap(clean(step.Headline), plainWidth(w)), "\n")
}

// PlainBody is a report without its headline: the setting, the blocks, then the numbers, several to a line.
func PlainBody(step *report.Step, w int) string {
	w = plainWidth(w)
	lines := hang(setupLine(step.Setup), w)
	for _, b := range step.Blocks {
		lines = append(lines, strings.Split(BlockPlain(b, w), "\n")...)
	}
	for _, group := range []struct {
		title  string
		values map[string]float64
	}{{"Metrics", step.Metrics}, {"Measured on this machine", step.Timings}} {
		if len(group.values) == 0 {
			continue
		}
		var entries []string
		for _, id := range sortedKeys(group.values) {
			if !isBound(id, group.values) {
				entries = append(entries, metricName(id)+": "+metricValue(id, group.values).String())
			}
		}
		lines = append(append(lines, group.title+":"), pack(entries, w)...)
	}
	for _, m := range step.Missing {
		lines = append(lines, hang(metricName(m.Metric)+": not measured, "+clean(m.Why), w)...)
	}
	return strings.Join(lines, "\n")
}

func plainWidth(w int) int {
	if w <= 0 {
		return 80
	}
	return w
}

// pack puts entries side by side, indented by two cells, and breaks lines between entries unless one is too long.
func pack(entries []string, w int) []string {
	var lines []string
	line := ""
	for i, e := range entries {
		if i+1 < len(entries) {
			e += ";"
		}
		switch {
		case line == "":
			line = e
		case width(line)+1+width(e) <= w-4:
			line += " " + e
		default:
			lines, line = append(lines, hang(line, w)...), e
		}
	}
	if line != "" {
		lines = append(lines, hang(line, w)...)
	}
	return lines
}

// BlockPlain writes one block for plain mode: its title and description, then what a table, bars, a funnel or a
// waterfall say, row by row. Charts and pictures are their description and captions.
func BlockPlain(b report.Block, w int) string {
	w = plainWidth(w)
	title := titleOf(b)
	if b.Alt != "" && b.Kind != report.Note { // a note is printed in full
		if title != "" {
			title = strings.TrimRight(title, ".:") + ". "
		}
		title += clean(b.Alt)
	}
	lines := wrap(title, w)
	var rows []string
	switch b.Kind {
	case report.Table:
		for _, l := range tableLines(b, w-2) {
			lines = append(lines, "  "+l)
		}
	case report.Bars:
		rows = plainRows(b, func(r report.Row) string {
			n, ok := number(r[1])
			if !ok {
				return cell(r[1])
			}
			return inUnit(n, b.Unit).String()
		})
	case report.Range:
		rows = rangeWords(b)
	case report.Funnel:
		rows = plainRows(b, func(r report.Row) string { return joinCells(cell(r[1]), r[2:]) })
	case report.Waterfall:
		rows = plainRows(b, func(r report.Row) string {
			return joinCells(report.Amount(amount(r[1]), cmp.Or(b.Unit, "ms")).String(), r[2:])
		})
	case report.Pictures:
		for _, p := range b.Pictures {
			rows = append(rows, pictureWords(p))
		}
	case report.Note:
		lines = append(lines, wrap(paragraphs(b.Text), w)...)
	}
	for _, r := range rows {
		lines = append(lines, hang(r, w)...)
	}
	return strings.Join(lines, "\n")
}

// plainRows writes rows as `label: value`.
func plainRows(b report.Block, value func(report.Row) string) []string {
	var rows []string
	for _, r := range b.Rows {
		if len(r) >= 2 {
			if text := value(r); text != "" {
				rows = append(rows, cell(r[0])+": "+text)
			}
		}
	}
	return rows
}

func joinCells(first string, rest report.Row) string {
	for _, v := range rest {
		if text := cell(v); text != "" {
			first += ", " + text
		}
	}
	return first
}

// hang wraps text indented by two cells, the lines after the first by four.
func hang(text string, w int) []string {
	lines := wrap(text, w-4)
	for i := range lines {
		lines[i] = strings.Repeat(" ", 2+min(i, 1)*2) + lines[i]
	}
	return lines
}
