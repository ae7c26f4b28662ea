package draw

import (
	"flag"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"dryrun/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// colorSequence is an SGR sequence that sets a color.
var colorSequence = regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m`)

func theme(t testing.TB, name string, p termenv.Profile) Theme {
	t.Helper()
	th, err := NewTheme(name, true, p)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// gradient is dark on the left and light on the right.
func gradient() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for y := range 16 {
		for x := range 16 {
			img.Set(x, y, color.RGBA{uint8(17 * x), uint8(17 * x), uint8(17 * x), 255})
		}
	}
	return img
}

// sample has a block of every kind.
func sample() *report.Step {
	return &report.Step{
		Step: "architecture", Headline: "Two stages keep 99% of the quality at a fraction of the time",
		Setup: report.Setup{
			World: "images", Items: 20000, Queries: 400, Query: "a shopper's photo", Positive: "the same product",
			Quality: "ndcg_at_10", Split: "by query", Knobs: map[string]any{"k": 200, "engine": "hnsw"},
		},
		Metrics: map[string]float64{
			"stage1_recall_at_k": 0.9821, "ndcg_at_10": 0.731, "ndcg_at_10_lo": 0.72, "ndcg_at_10_hi": 0.742, "queries_per_arm": 208000,
		},
		Timings: map[string]float64{"p99_ms": 1.962, "index_mb": 12.41, "speedup": 31.2},
		Missing: []report.Missing{{Metric: "retention_lift", Why: "the data has no returning users"}},
		Blocks: []report.Block{
			{
				Kind: report.Funnel, Title: "The funnel", Alt: "20,000 items become 200, then 20.",
				Rows: []report.Row{
					{report.Text("corpus"), report.Num(20000)},
					{report.Text("stage 1"), report.Num(200), report.Text("0.31 ms")},
					{report.Text("stage 2"), report.Num(20), report.Text("0.84 ms")},
				},
			},
			{
				Kind: report.Waterfall, Title: "Waterfall of 100 ms", Alt: "Half is left.", Unit: "ms",
				Rows: []report.Row{
					{report.Text("network"), report.Num(40.0), report.Text("assumed")},
					{report.Text("stage 1"), report.Num(0.31), report.Text("measured")},
					{report.Text("left"), report.Num(59.69), report.Text("")},
				},
			},
			{
				Kind: report.Table, Title: "Rankers", Alt: "Trees win.", Columns: []string{"ranker", "NDCG@10", "p99"},
				Rows: []report.Row{
					{report.Text("trees"), report.Num(0.731), report.Text("0.84 ms")},
					{report.Text("logistic"), report.Num(0.7), report.Text("0.2 ms")},
				},
			},
			{
				Kind: report.Bars, Title: "Quality", Alt: "Dark is worst.",
				Rows: []report.Row{{report.Text("all"), report.Interval(0.73, 0.71, 0.75)}, {report.Text("dark"), report.Interval(0.62, 0.55, 0.69)}},
			},
			{
				Kind: report.Bars, Title: "Lift", Alt: "One loses.", Unit: "%",
				Rows: []report.Row{
					{report.Text("offline winner"), report.Interval(-1.9, -4.4, 0.7)},
					{report.Text("online winner"), report.Interval(5.6, 2.9, 8.4)},
				},
			},
			{
				Kind: report.Lines, Title: "Recall by K", Alt: "Recall flattens at 200.", LogX: true, XLabel: "K", YLabel: "recall",
				Series: []report.Series{
					{Name: "hnsw", X: []float64{10, 50, 100, 200, 500}, Y: []float64{0.6, 0.82, 0.91, 0.97, 0.99}},
					{Name: "exact", X: []float64{10, 50, 100, 200, 500}, Y: []float64{0.62, 0.85, 0.93, 0.985, 1}},
				},
			},
			{
				Kind: report.Scatter, Title: "Pareto", Alt: "Two are on the front.", XLabel: "ms", YLabel: "NDCG@10",
				Series: []report.Series{{Name: "models", X: []float64{0.1, 0.4, 0.9}, Y: []float64{0.6, 0.73, 0.7}, Marks: []int{0, 1}}},
			},
			{
				Kind: report.Histogram, Title: "Scores", Alt: "Most are near 0.5.",
				Rows: []report.Row{
					{report.Num(0.0), report.Num(0.25), report.Num(10)},
					{report.Num(0.25), report.Num(0.5), report.Num(40)},
					{report.Num(0.5), report.Num(0.75), report.Num(80)},
					{report.Num(0.75), report.Num(1.0), report.Num(5)},
				},
			},
			{
				Kind: report.Pictures, Title: "Neighbors", Alt: "A bag and a shoe.",
				Pictures: []report.Picture{{Caption: "striped bag", Role: "query", Image: gradient()}, {Caption: "dark shoe", Role: "miss"}},
			},
			{Kind: report.Note, Title: "Note", Text: "It assumes memory-resident data."},
		},
	}
}

func TestGolden(t *testing.T) {
	for name, got := range map[string]string{
		"text-80":  Text(sample(), Options{Width: 80}),
		"text-40":  Text(sample(), Options{Width: 40}),
		"plain-60": Plain(sample(), 60),
	} {
		path := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got+"\n" != string(want) {
			t.Errorf("%s differs from its golden file; look at it and run with -update:\n%s", name, got)
		}
	}
}

func TestPlainHasNoDrawings(t *testing.T) {
	drawing := func(r rune) bool { return r >= 0x2500 && r <= 0x259f || r >= 0x2800 && r <= 0x28ff || r == 0x1b }
	if out := Plain(sample(), 60); strings.ContainsFunc(out, drawing) {
		t.Errorf("drawn characters in plain mode:\n%s", out)
	}
}

func TestNoLineIsWiderThanAsked(t *testing.T) {
	for _, w := range []int{1, 8, 20, 37, 60, 100, 200} {
		for _, p := range []termenv.Profile{termenv.Ascii, termenv.TrueColor} {
			for i, l := range strings.Split(Text(sample(), Options{Theme: theme(t, "dark", p), Width: w}), "\n") {
				if width(l) > w {
					t.Fatalf("width %d, line %d is %d wide: %q", w, i, width(l), l)
				}
			}
		}
	}
}

func TestAFunnelWithNaNIsDrawn(t *testing.T) {
	rows := []report.Row{{report.Text("corpus"), report.Num(10)}, {report.Text("stage 1"), report.Num(math.NaN())}}
	if got := Block(report.Block{Kind: report.Funnel, Title: "A funnel", Rows: rows}, Options{Width: 40}); !strings.Contains(got, "stage 1") {
		t.Errorf("it draws\n%s", got)
	}
}

// Any block, however malformed, is drawn within the width and without a panic.
func TestBlocksOfAnyShape(t *testing.T) {
	kinds := []report.Kind{
		report.Table, report.Bars, report.Lines, report.Histogram, report.Funnel, report.Waterfall, report.Scatter, report.Pictures,
		report.Note,
	}
	value := rapid.OneOf(
		rapid.Map(rapid.StringN(0, 12, -1), func(s string) report.Cell { return report.Text(s) }),
		rapid.Map(rapid.IntRange(-1_000_000, 1_000_000), func(n int) report.Cell { return report.Count(n) }),
		rapid.Map(rapid.SampledFrom([]float64{
			0, -3.2, 1e-9, 0.5, 1e18, math.NaN(), math.Inf(1),
		}), func(f float64) report.Cell { return report.Num(f).WithInterval(f-1, f+1) }),
		rapid.Map(rapid.StringN(0, 12, -1), func(s string) report.Cell { return report.Metric{ID: s} }),
		rapid.Map(rapid.StringN(0, 12, -1), func(s string) report.Cell { return report.ID(s) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		b := report.Block{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Title: rapid.String().Draw(t, "title"), Alt: "Said in words.",
			Columns: rapid.SliceOfN(rapid.StringN(0, 9, -1), 0, 4).Draw(t, "columns"),
			Rows:    rapid.SliceOfN(rapid.Map(rapid.SliceOfN(value, 0, 5), func(c []report.Cell) report.Row { return c }), 0, 6).Draw(t, "rows"),
			LogX:    rapid.Bool().Draw(t, "log"),
		}
		xs := rapid.SliceOfN(rapid.Float64(), 0, 5).Draw(t, "xs")
		ys := rapid.SliceOfN(rapid.Float64(), 0, 5).Draw(t, "ys")
		b.Series = []report.Series{{Name: "one", X: xs, Y: ys, Marks: []int{0, 9}}}
		b.Pictures = []report.Picture{{Caption: "c", Image: gradient()}}
		w := rapid.IntRange(1, 120).Draw(t, "width")
		for _, l := range strings.Split(Block(b, Options{Width: w}), "\n") {
			if width(l) > w {
				t.Fatalf("%d wide in %d: %q", width(l), w, l)
			}
		}
		if out := BlockPlain(b, w); strings.Contains(out, "\x1b") {
			t.Fatalf("the plain form has an escape: %q", out)
		}
	})
}

func TestColorOnlyWhereTheThemeHasIt(t *testing.T) {
	md := "# Title\n\nSome **bold**, `code`, [a link](https://example.org).\n\n> quote\n\n```go\nfunc main() {}\n```\n"
	for _, c := range []struct {
		name    string
		profile termenv.Profile
		colors  bool
		escapes bool
	}{
		{"dark", termenv.TrueColor, true, true},
		{"light", termenv.ANSI256, true, true},
		{"contrast", termenv.ANSI, true, true},
		{"none", termenv.TrueColor, false, true},
		{"dark", termenv.Ascii, false, false},
		{"none", termenv.Ascii, false, false},
	} {
		th := theme(t, c.name, c.profile)
		rendered, err := NewMarkdown(th).Render(md, 60)
		if err != nil {
			t.Fatal(err)
		}
		out := Text(sample(), Options{Theme: th, Width: 80}) + rendered
		if got := colorSequence.MatchString(out); got != c.colors {
			t.Errorf("%s on profile %d: has color %v, want %v", c.name, c.profile, got, c.colors)
		}
		if got := strings.Contains(out, "\x1b"); got != c.escapes {
			t.Errorf("%s on profile %d: has escapes %v, want %v", c.name, c.profile, got, c.escapes)
		}
	}
	if out := Text(sample(), Options{}); strings.Contains(out, "\x1b") {
		t.Error("the zero theme writes escapes")
	}
}

func TestUnknownTheme(t *testing.T) {
	if _, err := NewTheme("solarized", true, termenv.Ascii); err == nil || !strings.Contains(err.Error(), "solarized") {
		t.Errorf("error %v doesn't name the theme", err)
	}
}

func TestTheCountedUnitAppearsOnce(t *testing.T) {
	b := report.Block{
		Kind: report.Bars, Title: "Quality by slice", Unit: "ndcg_at_10",
		Rows: []report.Row{{report.Text("dark"), report.Interval(0.6234, 0.55, 0.7)}},
	}
	for _, out := range []string{Block(b, Options{Width: 60}), BlockPlain(b, 60)} {
		if !strings.Contains(out, "Quality by slice, NDCG@10") || strings.Contains(out, "ndcg_at_10") ||
			!strings.Contains(out, "0.623 (0.550 to 0.700)") {
			t.Errorf("%s", out)
		}
	}
}

func TestAMetricIsWrittenByItsNameAndItsValueWithItsUnit(t *testing.T) {
	b := report.Block{
		Kind: report.Table, Columns: []string{"metric", "yours"},
		Rows: []report.Row{
			{report.Metric{ID: "p99_ms"}, report.MetricValue("p99_ms", 1.9621)}, {report.Metric{ID: "ndcg_at_10.als"}, report.Num(0.5)},
		},
	}
	out := Block(b, Options{Width: 60})
	if !strings.Contains(out, "p99") || !strings.Contains(out, "1.96 ms") || !strings.Contains(out, "NDCG@10, ALS") ||
		strings.Contains(out, "_ms") {
		t.Errorf("%s", out)
	}
}

// A bar's cells are its share of the range; inside its interval they are shaded.
func TestBarsAreInProportion(t *testing.T) {
	b := report.Block{
		Kind: report.Bars,
		Rows: []report.Row{{report.Text("a"), report.Num(10)}, {report.Text("b"), report.Num(5)}, {report.Text("c"), report.Interval(5, 4, 6)}},
	}
	lines := bars(b, Theme{}, 40)
	count := func(l string, r string) int { return strings.Count(l, r) }
	if a, b := count(lines[0], "█"), count(lines[1], "█"); a != 2*b && a != 2*b+1 && a != 2*b-1 {
		t.Errorf("10 is drawn by %d cells and 5 by %d", a, b)
	}
	if count(lines[2], "▒") == 0 || count(lines[2], "░") == 0 || !strings.Contains(lines[2], "5 (4 to 6)") {
		t.Errorf("no interval in %q", lines[2])
	}
}

// The picture of a gradient has more ink to the right on a dark background, to the left on a light one.
func TestShadesFollowTheBackground(t *testing.T) {
	dark := picture(gradient(), Theme{Dark: true}, 16)[0]
	light := picture(gradient(), Theme{}, 16)[0]
	if dark[0] != ' ' || dark[15] != '@' || light[0] != '@' || light[15] != ' ' {
		t.Errorf("dark %q, light %q", dark, light)
	}
	if n := len(picture(gradient(), Theme{}, 16)); n != 8 {
		t.Errorf("16 pixels take %d rows, want 8", n)
	}
}

// A cell's two colors are its two pixels.
func TestHalfBlocksAreTwoPixelsACell(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 2, 2))
	for x := range 2 {
		img.Set(x, 0, color.RGBA{255, 0, 0, 255})
		img.Set(x, 1, color.RGBA{0, 0, 255, 255})
	}
	got := picture(img, theme(t, "dark", termenv.TrueColor), 2)
	if len(got) != 1 || got[0] != "\x1b[38;2;255;0;0;48;2;0;0;255m▀▀\x1b[0m" {
		t.Errorf("%q", got)
	}
}
