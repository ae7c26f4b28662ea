package labs

import (
	"strings"

	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/report"
	"dryrun/internal/tui/frame"
)

// The lines of a chart's plotting area on a page.
const (
	leastRows = 4
	mostRows  = 12
)

// roomy is from how many lines on a page has blank lines between its parts.
const roomy = 28

// page draws what a run opens on in h lines: x-ray and diagnosis if there are any, the verdict, the ranges, the most surprising
// comparison, as much of a chart as fits, and where the rest is.
func (p *Pane) page(w, h int) []string {
	run, step := p.s.LastRun(p.s.ID()), p.s.Debrief(p.s.ID())
	page := narrate.LabPage(run, step)
	lines := append(p.xrayLines(w), p.diagnosis(w)...)
	for _, l := range strings.Split(p.block(page.Verdict, w, 0), "\n") {
		lines = append(lines, p.s.Theme().Strong.Render(l))
	}
	gap := func() {
		if h >= roomy {
			lines = append(lines, "")
		}
	}
	for _, b := range page.Ranges {
		gap()
		lines = append(lines, strings.Split(p.block(b, w, 0), "\n")...)
	}
	gap()
	lines = append(lines, p.summaryLines([]report.Block{page.Surprise}, w)...)
	more := p.more(page, run.Yours, w)
	if chart := p.chart(page.Chart, w, h-len(lines)-len(more)-1); len(chart) > 0 {
		lines = append(append(lines, ""), chart...)
	}
	return append(lines, more...)
}

// chart draws a block in at most room lines, or says in words what it shows where that is too little.
func (p *Pane) chart(b report.Block, w, room int) []string {
	if b.Kind == "" {
		return nil
	}
	for rows := mostRows; rows >= leastRows; rows -= 2 {
		if lines := strings.Split(p.block(b, w, rows), "\n"); len(lines) <= room {
			return lines
		}
		if b.Kind != report.Lines && b.Kind != report.Scatter {
			break // its height doesn't depend on rows
		}
	}
	words := b.Alt
	if b.Title != "" {
		words = b.Title + ": " + words
	}
	if lines := frame.Wrap(words, min(w, draw.ProseWidth)); b.Alt != "" && len(lines) <= room {
		return lines
	}
	return nil
}

// more says which key shows the rest.
func (p *Pane) more(page narrate.Page, step *report.Step, w int) []string {
	words := " shows the whole report"
	if rest := page.More(step); rest != "" {
		words += ": " + rest
	}
	lines := frame.Wrap("m"+words+".", min(w, draw.ProseWidth))
	t := p.s.Theme()
	for i := range lines {
		if i == 0 {
			lines[i] = t.Accent.Render("m") + t.Faint.Render(strings.TrimPrefix(lines[i], "m"))
		} else {
			lines[i] = t.Faint.Render(lines[i])
		}
	}
	return lines
}

func (p *Pane) block(b report.Block, w, rows int) string {
	return draw.Block(b, draw.Options{Theme: p.s.Theme(), Width: w, ChartRows: rows})
}

// moreDoes says what the key of the whole report does.
func (p *Pane) moreDoes() string {
	if p.whole {
		return "first page"
	}
	return "whole report"
}

// report is everything that a run has brought: what the decisions do, both pipelines side by side, and a report.
func (p *Pane) report(yours, ref *report.Step, w int) []string {
	t := p.s.Theme()
	step := p.s.Debrief(p.s.ID())
	lines := append(p.xrayLines(w), p.diagnosis(w)...)
	for _, l := range frame.Wrap(yours.Headline, min(w, draw.ProseWidth)) {
		lines = append(lines, t.Strong.Render(l))
	}
	lines = append(lines, "")
	lines = append(lines, p.summary(narrate.Ranges(step.Predictions), w)...)
	lines = append(lines, p.summary(narrate.Run(p.s.LastRun(p.s.ID()), step.Decisions), w)...)
	shown, name := yours, "yours"
	if p.other && ref != nil {
		shown, name = ref, "the reference"
	}
	if ref != nil {
		lines = append(lines, t.Title.Render("The report of "+name), "")
	}
	return append(lines, p.s.Rendered(shown, w, func() []string {
		body := *shown
		if shown == yours {
			body.Headline = "" // shown above
		}
		return strings.Split(draw.Text(&body, draw.Options{Theme: t, Width: w}), "\n")
	}, []string{"drawing …"})...)
}
