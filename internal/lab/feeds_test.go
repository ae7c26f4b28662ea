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
	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// smallFeed is a world of viewers on which a step takes a fraction of a second.
func smallFeed(t *testing.T, knobs catalog.Knobs) catalog.Config {
	t.Helper()
	all := catalog.Knobs{
		"items": "1000", "k": "50", "top": "10", "dim": "8", "epochs": "3", "traffic": "100", "days": "2",
		"models": "popularity,cooccurrence,als,bpr,two-tower,none,logistic",
	}
	maps.Copy(all, knobs)
	cfg, err := catalog.Config{Case: "small", World: problem.Spec{Kind: "interactions", Users: 250, Queries: 80}, Seed: 5}.With(all)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// movielens is the recorded ratings, or a reason to skip.
func movielens(t *testing.T, knobs catalog.Knobs) catalog.Config {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "movielens-100k")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the ratings in ../shared/data/movielens-100k are not here")
	}
	cfg, err := catalog.Config{World: problem.Spec{Kind: "interactions"}, Seed: 1}.WithData("movielens", path).With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// sameMetrics runs steps on one to three workers and compares what must repeat.
func sameMetrics(t *testing.T, cfg catalog.Config, steps []framework.StepID) map[framework.StepID]*report.Step {
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
		framework.Data: {
			"gini", "policy_order_raw", "policy_order_corrected", "policy_order_true", "claimed_quality.random", "ctr_position_ratio",
		},
		framework.Model: {
			"ndcg_at_10.popularity", "ndcg_at_10.cooccurrence", "ndcg_at_10.als", "ndcg_at_10.bpr", "ndcg_at_10.two_tower", "quality_gain.als_lo",
		},
		framework.Evaluation: {
			"retention_lift.offline_winner", "revenue_lift", "ctr_lift", "exposure_top_1pct.today", "logged_gini.online_winner",
		},
		framework.Serving: {"psi_max", "quality_drifted"},
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
		cfg := smallFeed(t, catalog.Knobs{"engine": engine, "ranker": "logistic", "models": "popularity,none,logistic"})
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

func TestRatingsGoThroughAllSteps(t *testing.T) {
	long(t)
	cfg := movielens(t, catalog.Knobs{"dim": "16", "models": "popularity,als,none,lambdamart"})
	got := sameMetrics(t, cfg, []framework.StepID{framework.Model})
	m := got[framework.Model].Metrics
	if m["ndcg_at_10.als"] <= 1.15*m["ndcg_at_10.popularity"] || m["quality_gain.als_lo"] <= 0 {
		t.Errorf("ALS doesn't clearly beat popularity: %v", m)
	}
	if m["quality_gain.lambdamart_hi"] < 0 {
		t.Errorf("stage two loses to stage one's order: %v", m)
	}
	l := New(Options{})
	cfg = movielens(t, catalog.Knobs{"dim": "8", "epochs": "3", "k": "50", "ranker": "logistic", "models": "popularity,none"})
	for _, step := range steps() {
		rep, err := l.Run(t.Context(), cfg, step, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkReport(t, cfg, rep)
		noRetention := func(m report.Missing) bool { return m.Metric == "retention_lift" }
		if step == framework.Evaluation && !slices.ContainsFunc(rep.Missing, noRetention) {
			t.Errorf("ratings have nobody who returns, but that isn't listed as missing: %v", rep.Missing)
		}
	}
	for _, fault := range []string{catalog.Drift, catalog.PositionBias, catalog.PopularityLoop} {
		cfg.Fault = fault
		var bad *catalog.BadKnob
		if _, err := l.Run(t.Context(), cfg, framework.Data, nil); !errors.As(err, &bad) {
			t.Errorf("%s on ratings: %v", fault, err)
		}
	}
}

func TestFaultsOfFeedsAreProven(t *testing.T) {
	long(t)
	seeds, faults := 2, []string{catalog.StaleIndex, catalog.ColdStart}
	if os.Getenv("DRYRUN_PROOFS") != "" {
		seeds, faults = 8, catalog.FaultsOf("interactions") // some minutes
	}
	l := New(Options{})
	knobs := catalog.Knobs{"dim": "16", "items": "1000", "ranker": "logistic"}
	cfg, err := catalog.Config{World: problem.Spec{Kind: "interactions", Users: 1000}}.With(knobs)
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
