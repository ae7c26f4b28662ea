package draw

import (
	"regexp"
	"strings"

	"dryrun/internal/report"
)

// table draws columns, numbers to the right. Where it is too wide, headers and words wrap; where that isn't enough it is
// drawn stacked. No cell is ever cut.
func table(b report.Block, t Theme, w int) []string {
	cells, right := tableCells(b)
	head := make([]string, len(right))
	for c := range head {
		if c < len(b.Columns) {
			head[c] = clean(b.Columns[c])
		}
	}
	widths, ok := fitColumns(head, cells, w)
	if !ok {
		return stackedTable(head, cells, t, w)
	}
	var lines []string
	if len(b.Columns) > 0 {
		rule := 2 * (len(widths) - 1)
		for _, x := range widths {
			rule += x
		}
		lines = append(style(t.Faint, tableRow(head, widths, right)), t.Border.Render(strings.Repeat("─", max(rule, 0))))
	}
	for _, r := range cells {
		lines = append(lines, tableRow(r, widths, right)...)
	}
	return lines
}

// tableRow draws one row in as many lines as its tallest cell needs.
func tableRow(texts []string, widths []int, right []bool) []string {
	wrapped, height := make([][]string, len(widths)), 1
	for c, text := range texts {
		wrapped[c] = wrap(text, widths[c])
		height = max(height, len(wrapped[c]))
	}
	lines := make([]string, height)
	for i := range lines {
		parts := make([]string, len(widths))
		for c := range parts {
			text := ""
			if i < len(wrapped[c]) {
				text = wrapped[c][i]
			}
			if right[c] {
				parts[c] = padLeft(text, widths[c])
			} else {
				parts[c] = pad(text, widths[c])
			}
		}
		lines[i] = strings.TrimRight(strings.Join(parts, "  "), " ")
	}
	return lines
}

// fitColumns shares w cells out between columns and says whether it could: a figure keeps its own width, words may wrap
// into a column of at least leastWords.
func fitColumns(head []string, cells [][]string, w int) (widths []int, ok bool) {
	const leastWords = 14
	widths = make([]int, len(head))
	least := make([]int, len(head))
	sum := 2 * (len(head) - 1)
	for c := range head {
		widths[c], least[c] = width(head[c]), longestWord(head[c])
		for _, r := range cells {
			widths[c] = max(widths[c], min(width(r[c]), ProseWidth))
			if startsWithNumber.MatchString(r[c]) {
				least[c] = max(least[c], width(r[c]))
			} else {
				least[c] = max(least[c], longestWord(r[c]), min(width(r[c]), leastWords))
			}
		}
		sum += widths[c]
	}
	for sum > w {
		most := -1 // the column with most to give
		for c := range widths {
			if widths[c] > least[c] && (most < 0 || widths[c] > widths[most]) {
				most = c
			}
		}
		if most < 0 {
			return widths, false
		}
		widths[most]--
		sum--
	}
	return widths, true
}

// startsWithNumber begin with a number.
var startsWithNumber = regexp.MustCompile(`^[+-]?[0-9.]`)

// longestWord is the width of the longest part that isn't wrapped.
func longestWord(s string) int {
	longest := 0
	for _, word := range strings.Fields(s) {
		longest = max(longest, width(word))
	}
	return longest
}

// stackedTable draws each row as its first cell and, indented under it, a line for each other column.
func stackedTable(head []string, cells [][]string, t Theme, w int) []string {
	var lines []string
	for _, r := range cells {
		for c, text := range r {
			switch {
			case c == 0:
				lines = append(lines, style(t.Strong, wrap(text, w))...)
			case text == "":
			case head[c] != "":
				lines = append(lines, hang(head[c]+": "+text, w)...)
			default:
				lines = append(lines, hang(text, w)...)
			}
		}
	}
	return lines
}

// tableCells returns the cells as text, every row as long as the longest, and which columns hold numbers.
func tableCells(b report.Block) (cells [][]string, right []bool) {
	n := len(b.Columns)
	for _, r := range b.Rows {
		n = max(n, len(r))
	}
	right = make([]bool, n)
	texts := make([]bool, n)
	for _, r := range b.Rows {
		row := make([]string, n)
		for c, v := range r {
			row[c] = cell(v)
			if x, ok := number(v); ok {
				row[c], right[c] = x.String(), true
			} else if row[c] != "" {
				texts[c] = true
			}
		}
		cells = append(cells, row)
	}
	for c := range right {
		right[c] = right[c] && !texts[c]
	}
	return cells, right
}

// tableLines writes each row in lines of w cells, those after the first indented.
func tableLines(b report.Block, w int) []string {
	var lines []string
	for _, row := range RowLines(b) {
		for i, l := range wrap(row, w-2) {
			if i > 0 {
				l = "  " + l
			}
			lines = append(lines, l)
		}
	}
	return lines
}

// RowLines writes each row of a table as one line: its first cell, then `column: value` for the others.
func RowLines(b report.Block) []string {
	cells, _ := tableCells(b)
	lines := make([]string, 0, len(cells))
	for _, r := range cells {
		var parts []string
		for c, text := range r {
			switch {
			case text == "" || c == 0:
			case c < len(b.Columns) && b.Columns[c] != "":
				parts = append(parts, clean(b.Columns[c])+": "+text)
			default:
				parts = append(parts, text)
			}
		}
		line := strings.Join(parts, "; ")
		if len(r) > 0 && r[0] != "" {
			line = rowStart(r[0], len(parts) > 0) + line
		}
		lines = append(lines, line)
	}
	return lines
}

// rowStart is the first cell of a row, as a sentence of its own where more of the row follows.
func rowStart(first string, more bool) string {
	if !more {
		return first
	}
	first = strings.TrimRight(first, ".:")
	if !strings.HasSuffix(first, "?") {
		first += "."
	}
	return first + " "
}
