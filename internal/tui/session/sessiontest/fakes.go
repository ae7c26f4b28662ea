package sessiontest

import (
	"context"
	"image"
	"strings"
	"sync"
	"testing"
	"time"

	"dryrun/casestudies"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// visualSearch is read once: the tests open hundreds of sessions of it.
var visualSearch = sync.OnceValues(func() (*casestudies.Case, error) { return casestudies.Find("visual-search") })

// Case is the built-in case that the tests rehearse.
func Case(t testing.TB) *casestudies.Case {
	t.Helper()
	c, err := visualSearch()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Knobs takes every knob, reads whiteboard lines with either arrow, and hides no fault.
type Knobs struct{}

// Check finds nothing wrong.
func (Knobs) Check(*casestudies.Case, map[string]string) error { return nil }

// Sketch reads a whiteboard line: boxes are trimmed, and KNOB=VALUE sets a knob.
func (Knobs) Sketch(_ *casestudies.Case, line string) (boxes []string, knobs map[string]string, err error) {
	knobs = map[string]string{}
	for _, part := range strings.Split(strings.ReplaceAll(line, "→", "->"), "->") {
		boxes = append(boxes, strings.Join(strings.Fields(part), " "))
		for _, word := range strings.Fields(part) {
			if id, value, ok := strings.Cut(word, "="); ok {
				knobs[id] = value
			}
		}
	}
	return boxes, knobs, nil
}

// Mystery draws none.
func (Knobs) Mystery(*casestudies.Case, int64) string { return "none" }

// Better says that more of every metric is better.

// Faults are two.
func (Knobs) Faults(*casestudies.Case) []string { return []string{"encoder-mismatch", "popularity"} }

// Lab reports progress and then waits to be let go.
type Lab struct {
	Release chan struct{} // closed from the start unless a test holds it
	Err     error
}

// NewLab returns a lab that doesn't wait.
func NewLab() *Lab {
	open := make(chan struct{})
	close(open)
	return &Lab{Release: open}
}

// Run brings the same two reports for every step, and 0.42 for every prediction.
func (l *Lab) Run(ctx context.Context, r rehearse.RunLab, progress func(report.Progress)) (rehearse.LabResult, error) {
	progress(report.Progress{What: "building the index", Done: 3, Of: 7})
	select {
	case <-l.Release:
	case <-ctx.Done():
		return rehearse.LabResult{}, ctx.Err()
	}
	if l.Err != nil {
		return rehearse.LabResult{}, l.Err
	}
	out := rehearse.LabResult{Yours: sampleReport("Two stages keep 99% of NDCG@10"), Results: map[string]float64{}}
	other := sampleReport("The reference's own headline")
	other.Metrics["stage1_recall_at_k"] = 0.991
	out.Reference = other
	out.Comparison = &report.Comparison{
		Step: "requirements", Yours: "yours", Other: "the reference", Quality: "ndcg_at_10",
		Verdicts: []report.Verdict{{
			Metric: "stage1_recall_at_k", Yours: 0.982, Other: 0.991, Difference: -0.009, Lo: -0.012, Hi: -0.006, HasInterval: true,
			Units: "40 requests", Outcome: report.Worse,
		}},
	}
	for id := range r.Predictions {
		out.Results[id] = 0.42
	}
	return out, nil
}

// XRay tells of an item that stage one lost.
func (l *Lab) XRay(_ context.Context, r rehearse.RunXRay) (report.XRay, error) {
	return report.XRay{
		Query: r.Query, Request: "a dark photo of a striped bag", ItemWords: "the striped bag", Rank1: 431, K: 200, Top: 20,
		Loss: report.LostByStageOne, WonBy: "a dark shoe", WonReason: "both are dark",
		Pictures: []report.Picture{{Caption: "the photo", Image: image.NewGray(image.Rect(0, 0, 8, 8))}},
	}, nil
}

func sampleReport(headline string) *report.Step {
	return &report.Step{
		Step: "requirements", Headline: headline, Setup: report.Setup{World: "images", Items: 2000, Queries: 40, Quality: "ndcg_at_10"},
		Metrics: map[string]float64{"stage1_recall_at_k": 0.982, "quality": 0.731}, Timings: map[string]float64{"p99_ms": 1.15},
		Blocks: []report.Block{
			{Kind: report.Funnel, Title: "The funnel", Alt: "2,000 become 20.", Rows: []report.Row{
				{report.Text("corpus"), report.Num(2000)}, {report.Text("stage 1"), report.Num(200)}, {report.Text("stage 2"), report.Num(20)},
			}},
			{Kind: report.Lines, Title: "Recall by K", Alt: "It flattens.", Series: []report.Series{
				{Name: "hnsw", X: []float64{1, 2, 3}, Y: []float64{.5, .8, .9}},
			}},
		},
	}
}

// Clock stands still unless it is moved.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock returns a clock at nine in the morning of 1 March 2026.
func NewClock() *Clock { return &Clock{t: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Forward moves the clock.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}
