package serving

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/retrieval"
	"dryrun/internal/retrieval/hnsw"
	"dryrun/internal/retrieval/retrievaltest"
)

// measured is a small pipeline with a fault, measured for the serving step.
func measured(t *testing.T, kind, engine, fault string, workers int) run {
	t.Helper()
	knobs := catalog.Knobs{"items": "1000", "k": "50", "top": "10", "ranker": "none", "engine": engine, "dim": "16", "epochs": "2"}
	cfg, err := catalog.Config{Case: "small", World: problem.Spec{Kind: kind, Queries: 60, Users: 300}, Seed: 5, Fault: fault}.With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	b := build.New(build.Options{Workers: workers, Bytes: 1 << 30})
	p, err := b.Pipeline(t.Context(), build.NewScenario(cfg, set))
	if err != nil {
		t.Fatal(err)
	}
	m, err := measure.New(t.Context(), b, cfg, framework.Serving, p)
	if err != nil {
		t.Fatal(err)
	}
	return run{m}
}

// ofChanges are the metrics that changing an index yields.
func ofChanges() []string {
	return []string{
		"changed_items", "recall_after_changes", "recall_after_changes_gap", "deleted_returned",
		"inserts_per_s", "deletes_per_s", "stage1_p99_changing_ms", "stage1_p99_quiet_ms",
	}
}

func TestTheMetricsOfChangesRepeatAtAnyNumberOfWorkers(t *testing.T) {
	for _, c := range []struct{ name, kind, fault string }{
		{"pictures", "images", ""},
		{"a feed, whose requests refuse what was seen", "interactions", ""},
		{"an index over a part of the items", "images", catalog.StaleIndex},
	} {
		t.Run(c.name, func(t *testing.T) {
			var first map[string]float64
			for _, workers := range []int{1, 3} {
				r := measured(t, c.kind, "hnsw", c.fault, workers)
				if err := r.changes(t.Context()); err != nil {
					t.Fatal(err)
				}
				got := r.Report.Metrics
				if first == nil {
					first = got
				}
				if !maps.Equal(got, first) {
					t.Errorf("with %d workers: %v\nwith one: %v", workers, got, first)
				}
				if got["changed_items"] != 200 || got["deleted_returned"] != 0 || got["recall_after_changes"] < 0.9 {
					t.Errorf("%v", got)
				}
				for _, id := range ofChanges() {
					_, metric := got[id]
					v, timing := r.Report.Timings[id]
					if metric == timing || timing && v <= 0 || !catalog.Yields(c.kind, framework.Serving, id) {
						t.Errorf("%s: a metric %v, a timing %v of %v", id, metric, timing, v)
					}
				}
			}
		})
	}
}

func TestTheIndexThatIsSharedStaysAsItWas(t *testing.T) {
	r := measured(t, "images", "hnsw", "", 1)
	answers := func() (out [][]problem.Candidate) {
		for _, q := range r.Pipeline.Requests.Queries {
			found, err := r.Pipeline.Index.Retrieve(t.Context(), q, 50, nil)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, found)
		}
		return out
	}
	before, items := answers(), r.Pipeline.Index.Len()
	if err := r.changes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(answers(), before) || r.Pipeline.Index.Len() != items {
		t.Error("the index that other steps use was changed")
	}
	again, err := r.Builder.Index(t.Context(), r.Pipeline.Scenario)
	if err != nil || again.Index != r.Pipeline.Index.Index {
		t.Errorf("another index is kept (%v)", err)
	}
}

func TestAnEngineThatIsRebuiltSaysWhatItMisses(t *testing.T) {
	for kind, engines := range map[string][]string{
		"images": {"exact", "ivfpq"}, "interactions": {"exact", "ivfpq", "popularity", "cooccurrence"},
	} {
		for _, engine := range engines {
			r := measured(t, kind, engine, "", 1)
			if err := r.changes(t.Context()); err != nil {
				t.Fatal(err)
			}
			why := map[string]string{}
			for _, m := range r.Report.Missing {
				why[m.Metric] = m.Why
			}
			for _, id := range ofChanges() {
				_, metric := r.Report.Metrics[id]
				_, timing := r.Report.Timings[id]
				if why[id] != rebuiltOnly || metric || timing {
					t.Errorf("%s of %s: %s is missing because %q", engine, kind, id, why[id])
				}
			}
		}
	}
}

// synthetic is a sample that no world made.
func synthetic() sample {
	const dim, items = 8, 1000
	return sample{
		rows: retrievaltest.Hard(1, items, dim), dim: dim, items: items, moved: items / 5, k: 20,
		queries: retrievaltest.Queries(retrievaltest.Hard(2, 50, dim), dim),
	}
}

// Under the race detector this shows that requests may be answered beside changes.
func TestADeletedItemIsNeverReturnedWhileOthersAreDeleted(t *testing.T) {
	s := synthetic()
	index, err := hnsw.Build(t.Context(), s.part(0, s.items-s.moved), s.dim, hnsw.Options{Seed: 1, Workers: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.change(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	if d.returned != 0 || len(d.ms) < changeBatches*batchAnswers {
		t.Errorf("%d deleted items in %d answers", d.returned, len(d.ms))
	}
	if index.Len() != s.items || index.Live() != s.items-s.moved {
		t.Errorf("%d items, %d of them live", index.Len(), index.Live())
	}
	after, err := s.quiet(t.Context(), index)
	if err != nil || after.returned != 0 || len(after.found) != len(s.queries) {
		t.Errorf("afterwards: %d deleted items in %d answers (%v)", after.returned, len(after.found), err)
	}
}

// leaky is an index that forgets its deletions, and fails in the insert that is told.
type leaky struct {
	retrieval.Index
	inserts, failing int
}

var errFull = errors.New("the disk is full")

func (l *leaky) Insert(context.Context, []float32) (int32, int, error) {
	if l.inserts++; l.inserts == l.failing {
		return 0, 0, errFull
	}
	return 0, 0, nil
}

func (l *leaky) Delete(...int32) error { return nil }

func TestADeletedItemThatIsReturnedIsCounted(t *testing.T) {
	s := synthetic()
	index := &leaky{Index: retrieval.NewExact(s.rows, s.dim)}
	d, err := s.change(t.Context(), index)
	if err != nil || d.returned == 0 {
		t.Errorf("%d deleted items are counted while the index changes (%v)", d.returned, err)
	}
	if after, err := s.quiet(t.Context(), index); err != nil || after.returned == 0 {
		t.Errorf("%d deleted items are counted afterwards (%v)", after.returned, err)
	}
}

// blocked is an index whose requests fail.
type blocked struct{ leaky }

var errDown = errors.New("the server is down")

func (*blocked) Retrieve(_ context.Context, _ problem.Query, _ int, into []problem.Candidate) ([]problem.Candidate, error) {
	return into, errDown
}

func TestAChangeOrARequestThatFailsEndsBoth(t *testing.T) {
	s := synthetic()
	exact := retrieval.NewExact(s.rows, s.dim)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name  string
		ctx   context.Context
		index changeable
		want  error
	}{
		{"an insert", t.Context(), &leaky{Index: exact, failing: 3}, errFull},
		{"a request", t.Context(), &blocked{leaky{Index: exact}}, errDown},
		{"a run that is cancelled", cancelled, &leaky{Index: exact}, context.Canceled},
	} {
		done := make(chan error, 1)
		go func() {
			_, err := s.change(c.ctx, c.index)
			done <- err
		}()
		select {
		case err := <-done:
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s that fails leaves the other waiting", c.name)
		}
	}
}

func TestADifferenceInRecallIsSaidByItsInterval(t *testing.T) {
	for _, c := range []struct {
		gap  metrics.Interval
		want string
	}{
		{metrics.Interval{Mean: -0.02, Lo: -0.03, Hi: -0.01}, "0.020 less than"},
		{metrics.Interval{Mean: 0.02, Lo: 0.01, Hi: 0.03}, "0.020 more than"},
		{metrics.Interval{Mean: -0.02, Lo: -0.05, Hi: 0}, "no difference that this run can tell"},
	} {
		got := changesAlt(500, metrics.Interval{Mean: 0.98}, c.gap, 0)
		if !strings.Contains(got, c.want) || !strings.Contains(got, "no deleted item") {
			t.Errorf("%+v: %q", c.gap, got)
		}
	}
	if got := changesAlt(500, metrics.Interval{Mean: 0.98}, metrics.Interval{}, 3); !strings.Contains(got, "returned 3 times") {
		t.Error(got)
	}
}
