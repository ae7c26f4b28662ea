package draw

import (
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"dryrun/internal/report"
)

// wideReport is a table of intervals, as an online test's: 150 cells and more.
func wideReport() *report.Step {
	return &report.Step{
		Headline: "One ranker wins offline and loses online: revenue -31.7% against +9.2%",
		Metrics: map[string]float64{
			"revenue_lift.offline-winner-of-the-clicks": -0.317, "revenue_lift.offline-winner-of-the-clicks_lo": -0.39,
			"revenue_lift.offline-winner-of-the-clicks_hi": -0.245, "auc": 0.5,
		},
		Blocks: []report.Block{
			{
				Kind: report.Table, Title: "A simulated test: 14 days, 10,000 requests a day and arm", Alt: "The other wins by 9.2% (-1.0% to +20.7%).",
				Columns: []string{"ranker", "NDCG@10 on logged clicks", "click-through", "revenue", "returning"},
				Rows: []report.Row{
					{
						report.Text("today: text search by class and color words, ordered by popularity"), report.Num(0.559), report.Text(""),
						report.Text(""), report.Text(""),
					},
					{
						report.Text("offline-winner: clicks as logged"), report.Num(0.589), report.Text("-15.0% (-18.9% to -11.2%)"),
						report.Text("-31.7% (-39.0% to -24.5%)"), report.Text("-11.5% (-15.1% to -8.1%)"),
					},
				},
			},
			{
				Kind: report.Funnel, Title: "The funnel",
				Rows: []report.Row{
					{report.Text("corpus"), report.Num(50000)},
					{report.Text("stage 1"), report.Num(200), report.Text("0.52 ms, recall@200 0.991 (-0.4% to +0.6%)")},
				},
			},
			{
				Kind: report.Table, Title: "Metrics", Columns: []string{"measure", "value"},
				Rows: []report.Row{{report.Metric{ID: "auc"}, report.Num(0.868)}, {report.Metric{ID: "mrr"}, report.Num(0.605)}},
			},
		},
	}
}

func TestNumbersAreNeverTruncated(t *testing.T) {
	numbers := strings.Fields("-31.7% +9.2% 14 10,000 0.559 0.589 -15.0% (-18.9% -11.2%) (-39.0% -24.5%) " +
		"-11.5% (-15.1% -8.1%) 50,000 200 0.52 0.991 (-0.4% +0.6%) 0.868 0.605")
	for w := narrowest; w <= 200; w++ {
		for _, text := range []string{Text(wideReport(), Options{Width: w, Theme: theme(t, "none", termenv.Ascii)}), Plain(wideReport(), w)} {
			said := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n;:", r) })
			for i := range said {
				said[i] = strings.TrimRight(said[i], ",.")
			}
			for _, n := range numbers {
				if !slices.Contains(said, n) {
					t.Fatalf("at width %d the number %s isn't whole:\n%s", w, n, text)
				}
			}
			for _, l := range strings.Split(text, "\n") {
				if width(l) > w {
					t.Fatalf("at width %d a line has %d cells: %q", w, width(l), l)
				}
			}
		}
	}
}

func TestMetricsHaveTheirUsualNames(t *testing.T) {
	text := Text(wideReport(), Options{Width: 100})
	for _, want := range []string{"AUC      0.868", "MRR      0.605"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	b := report.Block{Kind: report.Table, Rows: []report.Row{{report.Text("pr_auc of my_file")}}, Columns: []string{"a"}}
	if got := Block(b, Options{Width: 100}); !strings.Contains(got, "pr_auc of my_file") {
		t.Errorf("words were taken for a metric:\n%s", got)
	}
}

func TestPlainModePrintsANoteOnce(t *testing.T) {
	b := report.Block{Kind: report.Note, Title: "Peeking", Alt: "One in five.", Text: "One in five."}
	if got := BlockPlain(b, 80); strings.Count(got, "One in five.") != 1 {
		t.Errorf("said twice:\n%s", got)
	}
}
