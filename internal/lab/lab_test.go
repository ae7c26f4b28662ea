package lab

import (
	"context"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// small is a world on which a step takes a fraction of a second.
func small(t *testing.T, knobs catalog.Knobs) catalog.Config {
	t.Helper()
	all := catalog.Knobs{"items": "1000", "k": "50", "top": "10", "dim": "16", "epochs": "3", "traffic": "300", "days": "4"}
	maps.Copy(all, knobs)
	cfg, err := catalog.Config{Case: "small", World: problem.Spec{Kind: "images", Queries: 40}, Seed: 5}.With(all)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func steps() []framework.StepID {
	var ids []framework.StepID
	for _, s := range framework.Steps() {
		ids = append(ids, s.ID)
	}
	return ids
}

// long leaves a test of many runs out of -short, which is how the race detector runs: it shares nothing that the tests of
// workers, canceling and the cache don't.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("many runs of the lab; left out by -short")
	}
}

func TestMetricsRepeatAtAnyNumberOfWorkers(t *testing.T) {
	for _, c := range []struct {
		name  string
		knobs catalog.Knobs
		steps []framework.StepID
	}{
		{"all steps", catalog.Knobs{"ranker": "logistic"}, steps()}, // the fastest ranker; the model step trains trees all the same
		{"trees", nil, []framework.StepID{framework.Architecture}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := small(t, c.knobs)
			first := reports(t, New(Options{Workers: 1}), cfg, c.steps)
			for _, rep := range first {
				checkReport(t, cfg, rep)
			}
			for workers := 2; workers <= 3; workers++ {
				for i, rep := range reports(t, New(Options{Workers: workers}), cfg, c.steps) {
					if !maps.Equal(rep.Metrics, first[i].Metrics) {
						t.Errorf("%s with %d workers: %v\nwith one: %v", rep.Step, workers, rep.Metrics, first[i].Metrics)
					}
				}
			}
		})
	}
}

func reports(t *testing.T, l *Lab, cfg catalog.Config, steps []framework.StepID) []*report.Step {
	t.Helper()
	var out []*report.Step
	for _, step := range steps {
		rep, err := l.Run(t.Context(), cfg, step, nil)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rep)
	}
	return out
}

// checkReport holds a report against what every report promises.
func checkReport(t *testing.T, cfg catalog.Config, rep *report.Step) {
	t.Helper()
	if rep.Headline == "" || rep.Setup.Quality == "" || rep.Setup.World != cfg.World.Kind {
		t.Errorf("%s: headline %q, setup %+v", rep.Step, rep.Headline, rep.Setup)
	}
	for _, id := range []string{"stage1_recall_at_k", "quality", rep.Setup.Quality} {
		if _, ok := rep.Metrics[id]; !ok {
			t.Errorf("%s doesn't report %s", rep.Step, id)
		}
	}
	for _, id := range []string{"p50_ms", "p99_ms", "stage1_p99_ms", "stage2_p99_ms", "index_mb"} {
		if _, ok := rep.Timings[id]; !ok {
			t.Errorf("%s doesn't report %s", rep.Step, id)
		}
	}
	check := func(id string, v float64, timing bool) {
		m, ok := catalog.MetricByID(id)
		if !ok || m.Timing != timing || !catalog.Yields(cfg.World.Kind, framework.StepID(rep.Step), id) {
			t.Errorf("%s reports %s (timing: %v), which the table doesn't know so", rep.Step, id, timing)
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("%s: %s is %v", rep.Step, id, v)
		}
	}
	for id, v := range rep.Metrics {
		check(id, v, false)
	}
	for id, v := range rep.Timings {
		check(id, v, true)
	}
	prose := []string{rep.Headline}
	for _, b := range rep.Blocks {
		prose = append(prose, b.Title, b.Alt, b.Text, b.XLabel, b.YLabel)
		prose = append(prose, b.Columns...)
		for _, row := range b.Rows {
			for _, cell := range row {
				if text, ok := cell.(report.Text); ok {
					prose = append(prose, string(text))
				}
			}
		}
	}
	for _, text := range prose {
		for _, m := range catalog.MetricTable() {
			if strings.Contains(m.ID, "_") && strings.Contains(text, m.ID) {
				t.Errorf("%s: the id %s stands in the sentence %q", rep.Step, m.ID, text)
			}
		}
	}
	for _, b := range rep.Blocks {
		if b.Kind == report.Note && (b.Text == "" || b.Alt == b.Text || strings.Count(b.Alt, ". ") > 0) {
			t.Errorf("%s: the note %q is summed up as %q", rep.Step, b.Text, b.Alt)
		}
		if b.Title == "" || b.Alt == "" || strings.Contains(b.Alt, "%!") || strings.Contains(b.Text, "%!") {
			t.Errorf("%s: block %s %q says %q", rep.Step, b.Kind, b.Title, b.Alt)
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				if v, ok := cell.(report.Number); ok && !v.IsFinite() {
					t.Errorf("%s: %q holds %v", rep.Step, b.Title, v)
				}
				if cell == nil {
					t.Errorf("%s: %q holds no cell", rep.Step, b.Title)
				}
			}
		}
	}
	for _, m := range rep.Missing {
		if _, ok := catalog.MetricByID(m.Metric); !ok || m.Why == "" {
			t.Errorf("%s misses %q because %q", rep.Step, m.Metric, m.Why)
		}
		if _, ok := rep.Metrics[m.Metric]; ok {
			t.Errorf("%s both reports and misses %s", rep.Step, m.Metric)
		}
	}
}

func TestCancellingStopsEveryStep(t *testing.T) {
	cfg := small(t, catalog.Knobs{"ranker": "logistic"})
	warm := New(Options{Workers: 1})
	for _, step := range steps() {
		for _, after := range []int64{1, 3, 12} {
			l := warm
			if after == 3 {
				l = New(Options{Workers: 1}) // nothing built yet
			}
			ctx, cancel := context.WithCancel(t.Context())
			var told, late atomic.Int64
			_, err := l.Run(ctx, cfg, step, func(report.Progress) {
				if told.Add(1) >= after {
					if ctx.Err() != nil {
						late.Add(1)
					}
					cancel()
				}
			})
			cancel()
			if told.Load() >= after && err == nil && late.Load() > 3 {
				t.Errorf("%s, cancelled after %d messages, goes on for %d more and returns no error", step, after, late.Load())
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("%s, cancelled after %d messages, fails with %v", step, after, err)
			}
			if late.Load() > 8 {
				t.Errorf("%s, cancelled after %d messages, still sends %d", step, after, late.Load())
			}
		}
	}
}

func TestARunThatIsOverBeforeItBeginsReturnsItsContextsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(Options{Workers: 1}).Run(ctx, small(t, nil), framework.Architecture, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestProgressComesBeforeAnyWork(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	_, _ = New(Options{Workers: 1}).Run(ctx, small(t, nil), framework.Data, func(p report.Progress) {
		got = append(got, p.What)
		cancel()
	})
	if len(got) == 0 || got[0] != "making the world" {
		t.Errorf("the first messages are %q", got)
	}
}

func TestXRayNamesTheStageThatLostTheItem(t *testing.T) {
	cfg := small(t, nil)
	l := New(Options{Workers: 1})
	seen := map[report.Loss]int{}
	for query := range 40 {
		x, err := l.XRay(t.Context(), cfg, query)
		if err != nil {
			t.Fatal(err)
		}
		seen[x.Loss]++
		ok := false
		switch x.Loss {
		case report.LostByStageOne:
			ok = (x.Rank1 == 0 || x.Rank1 > x.K) && x.Rank2 == 0 && x.WonBy != ""
		case report.LostBySearch:
			ok = x.Rank1 > 0 && x.Rank1 <= x.K && x.Rank2 == 0 && x.WonBy != ""
		case report.LostByStageTwo:
			ok = x.Rank1 > 0 && x.Rank1 <= x.K && x.Rank2 > x.Top && x.WonBy != ""
		case report.NotLost:
			ok = x.Rank2 > 0 && x.Rank2 <= x.Top && x.WonBy == ""
		}
		if !ok || x.Request == "" || x.ItemWords == "" || len(x.Pictures) < 2 {
			t.Errorf("request %d: %+v", query+1, x)
		}
	}
	if len(seen) < 2 {
		t.Errorf("forty requests on a weak pipeline are all lost alike: %v", seen)
	}
	if _, err := l.XRay(t.Context(), cfg, 40); err == nil || !strings.Contains(err.Error(), "1 to 40") {
		t.Errorf("a request that isn't there gives %v", err)
	}
}

func TestXRayOfAStaleIndexFindsItemsThatWereNeverIndexed(t *testing.T) {
	cfg := small(t, nil)
	cfg.Fault = catalog.StaleIndex
	l := New(Options{Workers: 1})
	for query := range 40 {
		x, err := l.XRay(t.Context(), cfg, query)
		if err != nil {
			t.Fatal(err)
		}
		if x.Loss == report.LostByIndex {
			if x.Rank1 != 0 || x.Rank2 != 0 {
				t.Errorf("request %d: %+v", query+1, x)
			}
			return
		}
	}
	t.Error("no request's product is among the newest fifth that isn't indexed")
}

func TestRealPicturesGoThroughAllSteps(t *testing.T) {
	long(t)
	path := filepath.Join("..", "..", "..", "shared", "data", "clothing")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the pictures in ../shared/data/clothing are not here")
	}
	cfg, err := catalog.Config{World: problem.Spec{Kind: "images"}, Seed: 3}.WithData("folders", path).With(catalog.Knobs{"epochs": "8"})
	if err != nil {
		t.Fatal(err)
	}
	l := New(Options{})
	for _, step := range steps() {
		rep, err := l.Run(t.Context(), cfg, step, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkReport(t, cfg, rep)
		if step == framework.Features && rep.Metrics["encoder_recall_at_k.learned_64"] <= rep.Metrics["encoder_recall_at_k.raw_1728"] {
			t.Errorf("the learned embedding finds no more than raw thumbnails: %v", rep.Metrics)
		}
		if step == framework.Evaluation && !slices.ContainsFunc(rep.Missing, func(m report.Missing) bool { return m.Metric == "revenue_lift" }) {
			t.Errorf("recorded pictures have no revenue, but it is not listed as missing: %v", rep.Missing)
		}
	}
}
