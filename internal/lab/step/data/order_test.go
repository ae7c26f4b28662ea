package data

import (
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/problem"
)

// Clicks as logged vote for the order that was shown; weighted by position they tell what people say.
func TestPropensitiesRecoverTheOrderOfTwoPolicies(t *testing.T) {
	if testing.Short() {
		t.Skip("trains and plays for seconds; left out by -short")
	}
	spec := problem.Spec{Kind: "interactions", Users: 1000, Queries: 50}
	cfg, err := catalog.Config{World: spec, Seed: 1}.With(catalog.Knobs{"items": "2000", "dim": "16", "ranker": "none"})
	if err != nil {
		t.Fatal(err)
	}
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	b := build.New(build.Options{Workers: 2, Bytes: 1 << 30})
	p, err := b.Pipeline(t.Context(), build.NewScenario(cfg, set))
	if err != nil {
		t.Fatal(err)
	}
	m, err := measure.New(t.Context(), b, cfg, framework.Data, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := (run{m}).policyOrder(t.Context()); err != nil {
		t.Fatal(err)
	}
	rep := m.Report
	raw, fair, truth := rep.Metrics["policy_order_raw"], rep.Metrics["policy_order_corrected"], rep.Metrics["policy_order_true_lo"]
	if truth <= 0 || fair <= 0 || raw >= fair/2 {
		t.Errorf("raw %.3f, weighted %.3f, in truth at least %.3f", raw, fair, truth)
	}
}
