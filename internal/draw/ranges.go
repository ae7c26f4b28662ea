package draw

import (
	"math"
	"strings"

	"dryrun/internal/report"
)

// ranges draws rows of [label, low, high, result, where]: an axis with the range between brackets and a mark at the result, and
// the same in words. Without a range the words stand alone.
func ranges(b report.Block, t Theme, w int) []string {
	var lines []string
	for i, r := range b.Rows {
		if i > 0 {
			lines = append(lines, "")
		}
		if len(r) < 5 {
			continue
		}
		lines = append(lines, prose(cell(r[0]), w)...)
		if low, high, result, ok := rangeOf(r); ok {
			lines = append(lines, rangeAxis(low, high, result, b.LogX, t, min(w, ProseWidth)))
		}
		lines = append(lines, prose(rangeSentence(r), w)...)
	}
	return lines
}

func rangeOf(r report.Row) (low, high, result report.Number, ok bool) {
	low, okLow := number(r[1])
	high, okHigh := number(r[2])
	result, okResult := number(r[3])
	return low, high, result, okLow && okHigh && okResult
}

// rangeSentence says a range, the result, and where the result lies.
func rangeSentence(r report.Row) string {
	said := "no range given"
	if low, high := cell(r[1]), cell(r[2]); low != "" {
		said = "you said " + low + " to " + high
	}
	if result := cell(r[3]); result != "" {
		said += "; the result is " + result
	}
	if where := cell(r[4]); where != "" {
		said += ": " + where
	}
	return said
}

// rangeAxis draws an axis with [ and ] at the bounds of the range and ● at the result; the words under it have the numbers.
func rangeAxis(low, high, result report.Number, log bool, t Theme, w int) string {
	scale := func(v float64) float64 { return v }
	if log && low.Value > 0 && high.Value > 0 && result.Value > 0 {
		scale = math.Log
	}
	from, to := min(scale(low.Value), scale(result.Value)), max(scale(high.Value), scale(result.Value))
	space := w - 2
	cells := []rune(strings.Repeat("─", max(space, 8)))
	const edge = 0.08 // of the axis on both sides, so that no mark is at its end
	at := func(v float64) int {
		if to == from {
			return len(cells) / 2
		}
		share := edge + (1-2*edge)*(scale(v)-from)/(to-from)
		return min(max(int(math.Round(share*float64(len(cells)-1))), 0), len(cells)-1)
	}
	for c := at(low.Value); c <= at(high.Value); c++ {
		cells[c] = '═'
	}
	cells[at(low.Value)], cells[at(high.Value)] = '[', ']'
	mark := at(result.Value)
	inside := result.Value >= low.Value && result.Value <= high.Value
	switch { // a mark next to its bracket leaves the bracket visible
	case mark == at(low.Value) && inside && mark+1 < len(cells):
		mark++
	case mark == at(high.Value) && inside && mark > 0:
		mark--
	case mark == at(low.Value) && result.Value < low.Value && mark > 0:
		mark--
	case mark == at(high.Value) && result.Value > high.Value && mark+1 < len(cells):
		mark++
	}
	style := t.Bad
	if inside {
		style = t.Good
	}
	return "├" + string(cells[:mark]) + style.Render("●") + string(cells[mark+1:]) + "┤"
}

// rangeWords writes each range for plain mode.
func rangeWords(b report.Block) []string {
	var rows []string
	for _, r := range b.Rows {
		if len(r) >= 5 {
			rows = append(rows, rowStart(cell(r[0]), true)+rangeSentence(r))
		}
	}
	return rows
}
