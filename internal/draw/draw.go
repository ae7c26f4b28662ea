// Package draw turns reports, results and Markdown into terminal text: blocks as tables, bars, Braille charts and
// half-block pictures, or, for plain mode, as sentences and `name: value` lines. Blocks, a width and a Theme come in;
// lines that are never wider than the width come out. The only state is the Markdown cache, which the caller owns.
package draw

import (
	"cmp"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dryrun/internal/report"
	"dryrun/internal/safetext"
)

// Options configure drawing. A zero Theme draws without any control sequence.
type Options struct {
	Theme Theme
	Width int // cells; 0 means 80
	// NoPictures leaves pictures out and shows their captions.
	NoPictures bool
	// ChartRows is the height of a chart's plotting area in lines; 0 means 12.
	ChartRows int
}

// ProseWidth is the most cells that a line of prose takes: longer ones are hard to read.
const ProseWidth = 90

// prose wraps prose at w cells or at ProseWidth.
func prose(s string, w int) []string { return wrap(s, min(w, ProseWidth)) }

// narrowest is the smallest width that drawings are laid out for; in a narrower space they are truncated with "…".
const narrowest = 24

func (o Options) width() int {
	if o.Width <= 0 {
		return 80
	}
	return o.Width
}

// Text draws a whole report: headline, setting, every block, then the metrics, the timings and what is missing.
func Text(step *report.Step, o Options) string {
	if step == nil {
		return ""
	}
	t, w := o.Theme, o.width()
	var parts []string
	if step.Headline != "" {
		parts = append(parts, strings.Join(style(t.Strong, prose(clean(step.Headline), w)), "\n"))
	}
	parts = append(parts, strings.Join(style(t.Faint, prose(setupLine(step.Setup), w)), "\n"))
	for _, b := range step.Blocks {
		parts = append(parts, Block(b, o))
	}
	if len(step.Metrics) > 0 {
		parts = append(parts, numbers(t, "Metrics", step.Metrics, w))
	}
	if len(step.Timings) > 0 {
		parts = append(parts, numbers(t, "Measured on this machine", step.Timings, w))
	}
	if len(step.Missing) > 0 {
		lines := []string{heading(t, "Not measured", w)}
		for _, m := range step.Missing {
			lines = append(lines, indent(prose(metricName(m.Metric)+": "+clean(m.Why), w-2), "  ")...)
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	return clamp(strings.Join(parts, "\n\n"), w)
}

// Block draws one block: its title, the drawing, and its one-sentence description.
func Block(b report.Block, o Options) string {
	t, w := o.Theme, o.width()
	inner := max(w, narrowest)
	var body []string
	switch b.Kind {
	case report.Table:
		body = table(b, t, inner)
	case report.Bars:
		body = bars(b, t, inner)
	case report.Range:
		body = ranges(b, t, inner)
	case report.Lines, report.Scatter:
		body = chart(b, t, inner, cmp.Or(o.ChartRows, chartHeight))
	case report.Histogram:
		body = histogram(b, t, inner)
	case report.Funnel:
		body = funnel(b, t, inner)
	case report.Waterfall:
		body = waterfall(b, t, inner)
	case report.Pictures:
		if o.NoPictures {
			body = captions(b.Pictures, inner)
		} else {
			body = pictures(b.Pictures, t, inner)
		}
	case report.Note:
		body = prose(paragraphs(b.Text), inner)
	}
	var lines []string
	if b.Title != "" {
		lines = append(lines, heading(t, titleOf(b), inner))
	}
	lines = append(lines, body...)
	if b.Alt != "" && b.Kind != report.Table && b.Kind != report.Note {
		lines = append(lines, style(t.Faint, prose(clean(b.Alt), inner))...)
	}
	return clamp(strings.Join(lines, "\n"), w)
}

// setupLine describes the experiment in one line.
func setupLine(s report.Setup) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+clean(value))
		}
	}
	add("", s.World)
	add("data ", s.Data)
	if s.Items > 0 {
		add("", report.Count(s.Items).String()+" items")
	}
	if s.Queries > 0 {
		add("", report.Count(s.Queries).String()+" queries")
	}
	add("a query is ", s.Query)
	add("a positive is ", s.Positive)
	add("split ", s.Split)
	if s.Quality != "" {
		add("quality is ", metricName(s.Quality))
	}
	if s.Fault != "" && s.Fault != "none" {
		add("fault ", s.Fault)
	}
	for _, k := range sortedKeys(s.Knobs) {
		add(clean(k)+" ", knob(s.Knobs[k]))
	}
	return strings.Join(parts, " · ")
}

// numbers lists metrics or timings as name and value, in columns where the width allows it.
func numbers(t Theme, title string, values map[string]float64, w int) string {
	type pair struct{ name, value string }
	var pairs []pair
	name, value := 0, 0
	for _, id := range sortedKeys(values) {
		if isBound(id, values) {
			continue
		}
		p := pair{metricName(id), metricValue(id, values).String()}
		name, value = max(name, width(p.name)), max(value, width(p.value))
		pairs = append(pairs, p)
	}
	one := 2 + name + 2 + value
	if one > w {
		lines := []string{heading(t, title, w)}
		for _, p := range pairs {
			lines = append(lines, hang(p.name+": "+p.value, w)...)
		}
		return strings.Join(lines, "\n")
	}
	columns := max(1, w/max(one, 1))
	rows := (len(pairs) + columns - 1) / columns
	lines := []string{heading(t, title, w)}
	for r := range rows {
		var line strings.Builder
		for c := range columns {
			if i := c*rows + r; i < len(pairs) {
				line.WriteString("  " + pad(pairs[i].name, name) + "  " + pad(pairs[i].value, value))
			}
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return strings.Join(lines, "\n")
}

// isBound says whether id is the _lo or _hi of another metric, which is shown with it.
func isBound(id string, values map[string]float64) bool {
	base, ok := strings.CutSuffix(id, "_lo")
	if !ok {
		base, ok = strings.CutSuffix(id, "_hi")
	}
	_, has := values[base]
	return ok && has
}

// metricValue is a metric's value with its interval, which is kept under two ids of its own.
func metricValue(id string, values map[string]float64) report.Number {
	n := report.MetricValue(id, values[id])
	lo, okLo := values[id+"_lo"]
	hi, okHi := values[id+"_hi"]
	if okLo && okHi {
		low, high := report.MetricValue(id, lo), report.MetricValue(id, hi)
		n = n.WithInterval(low.Value, high.Value)
	}
	return n
}

// heading wraps a title: it may hold numbers, which are never cut.
func heading(t Theme, title string, w int) string {
	return strings.Join(style(t.Title, wrap(title, w)), "\n")
}

// clean makes text of the report, which may contain untrusted file names, safe to print on one line.
func clean(s string) string { return strings.ReplaceAll(safetext.Line(s), "\t", " ") }

// paragraphs makes a text of several lines safe to print. Tabs become spaces, because their width depends on the terminal.
func paragraphs(s string) string { return strings.ReplaceAll(safetext.Clean(s), "\t", "    ") }

// width is a string's width in terminal cells, control sequences not counted.
func width(s string) int { return ansi.StringWidth(s) }

// fit truncates s with "…" to at most w cells.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, "…")
}

// pad makes s exactly w cells wide, text to the left.
func pad(s string, w int) string {
	s = fit(s, w)
	return s + strings.Repeat(" ", max(0, w-width(s)))
}

// padLeft makes s exactly w cells wide, text to the right.
func padLeft(s string, w int) string {
	s = fit(s, w)
	return strings.Repeat(" ", max(0, w-width(s))) + s
}

func indent(lines []string, by string) []string {
	for i := range lines {
		lines[i] = by + lines[i]
	}
	return lines
}

// clamp truncates every line to w cells, so a drawing can't break its caller's layout.
func clamp(s string, w int) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if width(l) > w {
			lines[i] = fit(l, w)
		}
	}
	return strings.Join(lines, "\n")
}
