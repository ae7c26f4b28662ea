package draw

import (
	"math"
	"strings"

	"github.com/NimbleMarkets/ntcharts/canvas/runes"

	"dryrun/internal/report"
)

// chartHeight is the height of the plotting area of lines and scatters, in cells.
const chartHeight = 12

// plot is the plotting area: cols x rows cells, each of 2x4 Braille dots, with a marker a cell over them.
type plot struct {
	cols, rows     int
	x0, x1, y0, y1 float64 // values at the edges, after the log where there is one
	log            bool
	cells          [][]rune
	owner          [][]int // series that drew the cell last, -1 for none
}

// chart draws Lines as Braille lines with a marker at each point, and Scatter as markers alone. Each series has a marker
// of its own, so it can be read without color. Marked points (the Pareto front) are filled.
func chart(b report.Block, t Theme, w, rows int) []string {
	p, ok := newPlot(b)
	if !ok {
		return wrap("no points to draw", w)
	}
	yTicks := []float64{p.y1, (p.y0 + p.y1) / 2, p.y0}
	axis := 0
	for _, y := range yTicks {
		axis = max(axis, width(tick(tidy(y, p.y1-p.y0))))
	}
	p.layout(max(w-axis-2, 8), rows)
	marked := false
	for _, s := range b.Series {
		marked = marked || len(s.Marks) > 0
	}
	for i, s := range b.Series {
		if b.Kind == report.Lines {
			p.line(i, s)
		}
	}
	for i, s := range b.Series {
		p.markers(i, s, marked, b.Kind == report.Lines)
	}
	var lines []string
	if b.YLabel != "" {
		lines = append(lines, t.Faint.Render(fit(clean(b.YLabel), w)))
	}
	for r := range p.rows {
		name := ""
		switch r {
		case 0:
			name = tick(tidy(yTicks[0], p.y1-p.y0))
		case p.rows / 2:
			name = tick(tidy(yTicks[1], p.y1-p.y0))
		case p.rows - 1:
			name = tick(tidy(yTicks[2], p.y1-p.y0))
		}
		lines = append(lines, t.Faint.Render(padLeft(name, axis))+t.Border.Render(" │")+p.row(r, t))
	}
	lines = append(lines, t.Border.Render(strings.Repeat(" ", axis)+" └"+strings.Repeat("─", p.cols)))
	lines = append(lines, t.Faint.Render(strings.Repeat(" ", axis+2)+p.xAxis(clean(b.XLabel))))
	return append(trimLines(lines), legend(b, t, w, marked)...)
}

func newPlot(b report.Block) (*plot, bool) {
	p := &plot{x0: math.Inf(1), x1: math.Inf(-1), y0: math.Inf(1), y1: math.Inf(-1), log: b.LogX}
	for _, s := range b.Series {
		for i := range min(len(s.X), len(s.Y)) {
			x, y, ok := p.point(s.X[i], s.Y[i])
			if !ok {
				continue
			}
			p.x0, p.x1 = min(p.x0, x), max(p.x1, x)
			p.y0, p.y1 = min(p.y0, y), max(p.y1, y)
		}
	}
	if p.x0 > p.x1 {
		return nil, false
	}
	if p.x0 == p.x1 {
		d := max(0.5, math.Abs(p.x0)/100)
		p.x0, p.x1 = p.x0-d, p.x1+d
	}
	p.y0, p.y1 = round(p.y0, p.y1)
	return p, true
}

// round widens a range to tidy bounds: multiples of 1, 2 or 5 times a power of ten, two to ten of them within.
func round(lo, hi float64) (float64, float64) {
	if lo == hi {
		d := math.Abs(lo) / 10
		if d == 0 {
			d = 1
		}
		lo, hi = lo-d, hi+d
	}
	raw := (hi - lo) / 4
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*step >= raw {
			step *= m
			break
		}
	}
	return math.Floor(lo/step+1e-9) * step, math.Ceil(hi/step-1e-9) * step
}

// tick writes a number on an axis.
func tick(v float64) string { return report.Num(v).String() }

// tidy drops the floating-point dust of a tick: what is under a millionth of the range.
func tidy(v, span float64) float64 {
	unit := span / 1e6
	if unit == 0 {
		return v
	}
	digits := math.Pow(10, math.Ceil(-math.Log10(unit)))
	return math.Round(v*digits) / digits
}

// point maps data to the plot's scale; ok is false for what can't be drawn.
func (p *plot) point(x, y float64) (float64, float64, bool) {
	if p.log {
		if x <= 0 {
			return 0, 0, false
		}
		x = math.Log10(x)
	}
	for _, v := range []float64{x, y} {
		if math.IsNaN(v) || math.Abs(v) > 1e15 { // beyond, differences lose their digits
			return 0, 0, false
		}
	}
	return x, y, true
}

func (p *plot) layout(cols, rows int) {
	p.cols, p.rows = cols, rows
	p.cells, p.owner = make([][]rune, rows), make([][]int, rows)
	for r := range rows {
		p.cells[r] = []rune(strings.Repeat(" ", cols))
		p.owner[r] = make([]int, cols)
		for c := range cols {
			p.owner[r][c] = -1
		}
	}
}

// dot returns the Braille dot of a point on the plot's scale.
func (p *plot) dot(x, y float64) (int, int) {
	dx := (x - p.x0) / (p.x1 - p.x0) * float64(2*p.cols-1)
	dy := (p.y1 - y) / (p.y1 - p.y0) * float64(4*p.rows-1)
	return min(max(int(math.Round(dx)), 0), 2*p.cols-1), min(max(int(math.Round(dy)), 0), 4*p.rows-1)
}

// line joins a series' points by straight lines of dots.
func (p *plot) line(series int, s report.Series) {
	grid := runes.NewPatternDotsGrid(2*p.cols, 4*p.rows)
	had, px, py := false, 0, 0
	for i := range min(len(s.X), len(s.Y)) {
		x, y, ok := p.point(s.X[i], s.Y[i])
		if !ok {
			had = false
			continue
		}
		cx, cy := p.dot(x, y)
		if had {
			segment(grid, px, py, cx, cy)
		}
		grid.Set(cx, cy)
		had, px, py = true, cx, cy
	}
	for r, row := range grid.BraillePatterns() {
		for c, braille := range row {
			if braille == runes.BrailleBlockOffset {
				continue
			}
			p.cells[r][c] = runes.CombineBraillePatterns(p.cells[r][c], braille)
			p.owner[r][c] = series
		}
	}
}

// segment sets the dots of a straight line, one a column or one a row, whichever are more.
func segment(grid *runes.PatternDotsGrid, x0, y0, x1, y1 int) {
	n := max(x1-x0, x0-x1, y1-y0, y0-y1)
	for i := 1; i < n; i++ {
		f := float64(i) / float64(n)
		grid.Set(x0+int(math.Round(f*float64(x1-x0))), y0+int(math.Round(f*float64(y1-y0))))
	}
}

// markers sets a character at each point; a line with more points than fit gets markers only at its ends.
func (p *plot) markers(series int, s report.Series, marked, line bool) {
	filled := make(map[int]bool, len(s.Marks))
	for _, i := range s.Marks {
		filled[i] = true
	}
	n := min(len(s.X), len(s.Y))
	sparse := line && n > p.cols/3
	for i := range n {
		x, y, ok := p.point(s.X[i], s.Y[i])
		if !ok || sparse && i > 0 && i < n-1 && !filled[i] {
			continue
		}
		cx, cy := p.dot(x, y)
		p.cells[cy/4][cx/2] = marker(series, !marked || filled[i])
		p.owner[cy/4][cx/2] = series
	}
}

// marker is the marker of a series.
func marker(series int, filled bool) rune {
	signs := []rune("○□△◇▽☆abcdefghij")
	if filled {
		signs = []rune("●■▲◆▼★ABCDEFGHIJ")
	}
	return signs[series%len(signs)]
}

// row draws one row of cells, runs of one series under one style.
func (p *plot) row(r int, t Theme) string {
	var out strings.Builder
	for c := 0; c < p.cols; {
		from, owner := c, p.owner[r][c]
		for c < p.cols && p.owner[r][c] == owner {
			c++
		}
		text := string(p.cells[r][from:c])
		if owner >= 0 {
			text = t.seriesStyle(owner).Render(text)
		}
		out.WriteString(text)
	}
	return out.String()
}

// xAxis writes the ends of the x axis and its label between them.
func (p *plot) xAxis(label string) string {
	lo, hi := p.x0, p.x1
	if p.log {
		lo, hi = math.Pow(10, lo), math.Pow(10, hi)
		label = strings.TrimSpace(label + " (log)")
	}
	left, right := tick(tidy(lo, hi-lo)), tick(tidy(hi, hi-lo))
	space := p.cols - width(left) - width(right) - 2
	if space < 4 {
		return fit(left+" to "+right+" "+label, p.cols)
	}
	label = fit(label, space)
	before := (space - width(label)) / 2
	return left + " " + strings.Repeat(" ", before) + pad(label, space-before) + " " + right
}

func legend(b report.Block, t Theme, w int, marked bool) []string {
	var parts []string
	for i, s := range b.Series {
		if s.Name != "" {
			parts = append(parts, t.seriesStyle(i).Render(string(marker(i, true))+" "+clean(s.Name)))
		}
	}
	if marked {
		parts = append(parts, "filled: highlighted")
	}
	// Each entry is kept whole: wrapped by hand, because wrap could separate a marker from its name.
	var lines []string
	line := ""
	for _, part := range parts {
		if line != "" && width(line)+3+width(part) > w {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += "   "
		}
		line += part
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
