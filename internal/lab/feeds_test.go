package lab

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"dryrun/framework"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// smallFeed is a world of viewers on which a step takes a fraction of a second.
func smallFeed(t *testing.T, knobs Knobs) Config {
	t.Helper()
	all := Knobs{"items": "1000", "k": "50", "top": "10", "dim": "8", "epochs": "3", "traffic": "100", "days": "2", "models": "popularity,cooccurrence,als,bpr,two-tower,none,logistic"}
	maps.Copy(all, knobs)
	cfg, err := Config{Case: "small", World: problem.Spec{Kind: "interactions", Users: 250, Queries: 80}, Seed: 5}.With(all)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// movielens is the recorded ratings, or a reason to skip.
func movielens(t *testing.T, knobs Knobs) Config {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "movielens-100k")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the ratings in ../shared/data/movielens-100k are not here")
	}
	cfg, err := Config{World: problem.Spec{Kind: "interactions"}, Seed: 1}.WithData("movielens", path).With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// sameMetrics runs steps on one to three workers and compares what must repeat.
func sameMetrics(t *testing.T, cfg Config, steps []framework.StepID) map[framework.StepID]*report.Step {
	t.Helper()
	first := map[framework.StepID]*report.Step{}
	for workers := 1; workers <= 3; workers++ {
		l := New(Options{Workers: workers})
		for _, step := range steps {
			rep, err := l.Run(t.Context(), cfg, step, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkReport(t, cfg, rep)
			if first[step] == nil {
				first[step] = rep
			}
			if !maps.Equal(first[step].Metrics, rep.Metrics) {
				t.Errorf("%s: %v with %d workers, %v with one", step, rep.Metrics, workers, first[step].Metrics)
			}
		}
	}
	return first
}

func TestFeedMetricsRepeatAtAnyNumberOfWorkers(t *testing.T) {
	got := sameMetrics(t, smallFeed(t, nil), steps())
	for step, ids := range map[framework.StepID][]string{
		framework.Data:       {"gini", "policy_order_raw", "policy_order_corrected", "policy_order_true", "claimed_quality.random", "ctr_position_ratio"},
		framework.Model:      {"ndcg_at_10.popularity", "ndcg_at_10.cooccurrence", "ndcg_at_10.als", "ndcg_at_10.bpr", "ndcg_at_10.two_tower", "quality_gain.als_lo"},
		framework.Evaluation: {"retention_lift.offline_winner", "revenue_lift", "ctr_lift", "exposure_top_1pct.today", "logged_gini.online_winner"},
		framework.Serving:    {"psi_max", "quality_drifted"},
	} {
		for _, id := range ids {
			if _, ok := got[step].Metrics[id]; !ok {
				t.Errorf("%s doesn't report %s", step, id)
			}
		}
	}
}

func TestEnginesOfIDsGoThroughEveryStep(t *testing.T) {
	long(t)
	l := New(Options{})
	for _, engine := range []string{"popularity", "cooccurrence"} {
		cfg := smallFeed(t, Knobs{"engine": engine, "ranker": "logistic", "models": "popularity,none,logistic"})
		for _, step := range steps() {
			rep, err := l.Run(t.Context(), cfg, step, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkReport(t, cfg, rep)
		}
	}
}

func TestCancellingStopsAFeedsSteps(t *testing.T) {
	cfg := smallFeed(t, nil)
	for _, step := range steps() {
		ctx, cancel := context.WithCancel(t.Context())
		var told, late atomic.Int64
		_, err := New(Options{Workers: 1}).Run(ctx, cfg, step, func(report.Progress) {
			if told.Add(1) > 5 {
				if ctx.Err() != nil {
					late.Add(1)
				}
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) || late.Load() > 8 {
			t.Errorf("%s, cancelled, returns %v after %d more messages", step, err, late.Load())
		}
	}
}

// What a ranker learns from must not know the outcome: of a past request stage one has seen what was seen then, no more.
func TestARankersStageOneHasNotSeenItsLabels(t *testing.T) {
	cfg := smallFeed(t, nil)
	p, err := New(Options{Workers: 1}).pipeline(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, requests, since := heldBack(p.base)
	if len(requests) < 50 {
		t.Fatalf("%d requests to learn from", len(requests))
	}
	asked := map[int32]bool{}
	for i := range requests {
		q := &requests[i]
		if asked[q.User] || since[q.User] != q.ID || i > 0 && requests[i-1].ID >= q.ID {
			t.Fatalf("request %d of user %d", q.ID, q.User)
		}
		asked[q.User] = true
		row, _ := h.Row(q.User)
		for _, item := range row {
			if _, seen := slices.BinarySearch(q.Filter.Except, item); !seen {
				t.Fatalf("the history of user %d holds item %d, which request %d hadn't seen", q.User, item, q.ID)
			}
		}
		if len(p.base.Truth.Positives(q)) == 0 {
			t.Errorf("request %d has nothing to find", q.ID)
		}
	}
	if len(h.Item) >= len(p.base.History.Item) {
		t.Error("nothing was held back")
	}
}

func TestSplitsOfTheHistoryHoldOutWhatTheySay(t *testing.T) {
	h := &problem.History{Users: 2, Items: 10, Start: []int32{0, 5, 10}, Item: []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, Weight: make([]float32, 10), Day: []float32{5, 1, 2, 3, 4, 9, 8, 7, 6, 10}}
	for split, want := range map[string][]int32{"user-time": {0, 9}, "global-time": {5, 9}} {
		rest, held := parted(h, split, nil)
		if !slices.Equal(held.Item, want) || len(rest.Item)+len(held.Item) != 10 || rest.Start[2] != int32(len(rest.Item)) {
			t.Errorf("%s holds out %v and leaves %v", split, held.Item, rest.Item)
		}
	}
}

// Clicks as logged vote for the order that was shown; weighed by position they tell what people say.
func TestPropensitiesRecoverTheOrderOfTwoPolicies(t *testing.T) {
	long(t)
	cfg, err := Config{World: problem.Spec{Kind: "interactions", Users: 1000, Queries: 50}, Seed: 1}.With(Knobs{"items": "2000", "dim": "16", "ranker": "none"})
	if err != nil {
		t.Fatal(err)
	}
	l := New(Options{})
	rep, err := l.run(t.Context(), cfg, framework.Data, func(ctx context.Context, r *run) error { return r.policyOrder(ctx) }, &teller{})
	if err != nil {
		t.Fatal(err)
	}
	raw, fair, truth := rep.Metrics["policy_order_raw"], rep.Metrics["policy_order_corrected"], rep.Metrics["policy_order_true_lo"]
	if truth <= 0 || fair <= 0 || raw >= fair/2 {
		t.Errorf("raw %.3f, weighed %.3f, in truth at least %.3f", raw, fair, truth)
	}
}

func TestRatingsGoThroughAllSteps(t *testing.T) {
	long(t)
	cfg := movielens(t, Knobs{"dim": "16", "models": "popularity,als,none,lambdamart"})
	got := sameMetrics(t, cfg, []framework.StepID{framework.Model})
	m := got[framework.Model].Metrics
	if m["ndcg_at_10.als"] <= 1.15*m["ndcg_at_10.popularity"] || m["quality_gain.als_lo"] <= 0 {
		t.Errorf("ALS doesn't clearly beat popularity: %v", m)
	}
	if m["quality_gain.lambdamart_hi"] < 0 {
		t.Errorf("stage two loses to stage one's order: %v", m)
	}
	l := New(Options{})
	cfg = movielens(t, Knobs{"dim": "8", "epochs": "3", "k": "50", "ranker": "logistic", "models": "popularity,none"})
	for _, step := range steps() {
		rep, err := l.Run(t.Context(), cfg, step, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkReport(t, cfg, rep)
		if step == framework.Evaluation && !slices.ContainsFunc(rep.Missing, func(m report.Missing) bool { return m.Metric == "retention_lift" }) {
			t.Errorf("ratings have nobody who returns, but that isn't listed as missing: %v", rep.Missing)
		}
	}
	for _, fault := range []string{drifted, positionBias, popularityLoop} {
		cfg.Fault = fault
		var bad *BadKnob
		if _, err := l.Run(t.Context(), cfg, framework.Data, nil); !errors.As(err, &bad) {
			t.Errorf("%s on ratings: %v", fault, err)
		}
	}
}

func TestFaultsOfFeedsAreProven(t *testing.T) {
	long(t)
	seeds, faults := 2, []string{staleIndex, coldStart}
	if os.Getenv("DRYRUN_PROOFS") != "" {
		seeds, faults = 8, FaultsOf("interactions") // some minutes
	}
	l := New(Options{})
	cfg, err := Config{World: problem.Spec{Kind: "interactions", Users: 1000}}.With(Knobs{"dim": "16", "items": "1000", "ranker": "logistic"})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range faults {
		proof, err := l.Prove(t.Context(), cfg, id, seeds, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !proof.Holds || len(proof.Witnesses) == 0 {
			t.Errorf("%+v", proof)
		}
	}
}
