package data

import (
	"math"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// tail shows how thin the log is and how much of it a few items take; where nothing says what was shown, of the history.
func (r run) tail() {
	p := r.Pipeline.Problem
	taken := make([]float64, p.Items)
	what, pairs, known := "engagements", 0.0, 0.0
	rows := []report.Row{}
	if p.Log != nil {
		what, pairs, known = "clicks", float64(len(p.Train))*float64(p.Items), float64(len(p.Log.Impressions))
		for _, im := range p.Log.Impressions {
			taken[im.Item] += one(im.Clicked)
		}
		rows = append(rows,
			report.Row{report.Text("requests in the log"), report.Count(len(p.Train))},
			report.Row{report.Text("impressions"), report.Count(len(p.Log.Impressions))})
		r.Metric("ctr", metrics.Sum(taken)/math.Max(known, 1))
	} else {
		h := p.History
		pairs, known = float64(h.Users)*float64(p.Items), float64(len(h.Item))
		for _, i := range h.Item {
			taken[i]++
		}
		rows = append(rows, report.Row{report.Text("users"), report.Count(h.Users)})
	}
	never := 0
	for _, n := range taken {
		if n == 0 {
			never++
		}
	}
	top, without := metrics.TopShare(taken), float64(never)/float64(p.Items)
	r.Metric("sparsity", 1-known/pairs)
	r.Metric("clicks_top_1pct", top)
	r.Metric("gini", metrics.Gini(taken))
	n := int(metrics.Sum(taken))
	r.Block(report.Block{
		Kind: report.Table, Title: "How thin and how skewed", Columns: []string{"", "value"},
		Rows: append(rows, report.Row{report.Text(what), report.Count(n)},
			report.Row{report.Text("items without " + what), report.Text(report.Share(without).String())},
			report.Row{report.Text(what + " of the top 1% of items"), report.Text(report.Share(top).String())}),
		Alt: tailAlt(n, what, p.Items, without, top),
	})
}

// logFrom is the first request of the newest part of the log that the knob log asks for.
func (r run) logFrom() int32 {
	return int32(float64(len(r.Pipeline.Problem.Train)) * (1 - r.Settings.Log))
}

// positions compares clicks by position as logged and weighted by propensity (Joachims et al. 2017).
func (r run) positions() {
	const tenth = 9
	prop := r.Pipeline.Problem.Log.Propensity
	raw, fair := r.clicksByPosition(prop)
	if len(raw) <= tenth || raw[tenth] == 0 {
		r.Miss("ctr_position_ratio", "the log's lists are shorter than ten, or their tenth was never clicked")
		return
	}
	ratio := raw[0] / raw[tenth]
	r.Metric("ctr_position_ratio", ratio)
	x := measure.UpTo(len(raw))
	series := []report.Series{{Name: "as logged", X: x, Y: raw}}
	alt := positionsAlt(ratio)
	if len(prop) > tenth {
		corrected := fair[0] / fair[tenth]
		r.Metric("ctr_position_ratio.corrected", corrected)
		series = append(series, report.Series{Name: "weighted by propensity", X: x, Y: fair})
		alt = correctedAlt(ratio, corrected)
		r.Report.Headline = positionsHeadline(ratio, prop[0]/prop[tenth])
	}
	r.Block(report.Block{
		Kind: report.Lines, Title: "Clicks by position", Series: series, XLabel: "position", YLabel: "click-through", Alt: alt,
	})
}

// clicksByPosition is the share of showings at each position that were clicked, as logged and with each click weighted by one over
// its position's propensity.
func (r run) clicksByPosition(prop []float64) (raw, fair []float64) {
	var shown []float64
	for _, im := range r.Pipeline.Problem.Log.Impressions {
		if im.Request < r.logFrom() {
			continue
		}
		at := int(im.Pos)
		for len(shown) <= at {
			shown, raw, fair = append(shown, 0), append(raw, 0), append(fair, 0)
		}
		shown[at]++
		if im.Clicked {
			raw[at]++
			if at < len(prop) && prop[at] > 0 {
				fair[at] += 1 / prop[at]
			}
		}
	}
	for at, n := range shown {
		raw[at] /= n
		fair[at] /= n
	}
	return raw, fair
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
