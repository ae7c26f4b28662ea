package evaluation

import (
	"math"
	"slices"
	"sync"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

func TestOnePageTakesEachListsOwnItemsRankByRank(t *testing.T) {
	today, other := []int32{1, 2, 3, 4}, []int32{4, 3, 10, 11}
	odd := func(item int32) int { return int(item & 1) } // odd items belong to the other list
	if got, want := onePage(today, other, odd, 0), []int32{2, 3, 4, 11}; !slices.Equal(got, want) {
		t.Errorf("the page holds %v, not %v", got, want)
	}
	first := onePage([]int32{2}, []int32{3}, odd, 0)
	if second := onePage([]int32{2}, []int32{3}, odd, 1); slices.Equal(first, second) {
		t.Error("one list always goes first")
	}
}

func TestAgreementCountsPairsAndRegretIsWhatTheOfflineWinnerLoses(t *testing.T) {
	online := []float64{1, 2, 4}
	for _, c := range []struct {
		name          string
		offline       []float64
		share, regret float64
	}{
		{"the same order", []float64{0.1, 0.2, 0.3}, 1, 0},
		{"the opposite", []float64{0.3, 0.2, 0.1}, 0, 0.75},
		{"the best two exchanged", []float64{0.1, 0.3, 0.2}, 2. / 3, 0.5},
	} {
		share, regret := agreement(c.offline, online)
		if math.Abs(share-c.share) > 1e-12 || math.Abs(regret-c.regret) > 1e-12 {
			t.Errorf("%s: %v agree and %v is lost, want %v and %v", c.name, share, regret, c.share, c.regret)
		}
	}
}

// shared is a builder for all tests: they run on the same worlds.
var shared = sync.OnceValue(func() *build.Builder { return build.New(build.Options{Workers: 2, Bytes: 1 << 30}) })

// evaluated runs the step on a small world.
func evaluated(t *testing.T, kind string, knobs catalog.Knobs) *report.Step {
	t.Helper()
	all := catalog.Knobs{"items": "1000", "k": "50", "top": "10", "dim": "8", "epochs": "3", "days": "6", "ranker": "logistic"}
	for id, v := range knobs {
		all[id] = v
	}
	cfg, err := catalog.Config{World: problem.Spec{Kind: kind, Queries: 60, Users: 400}, Seed: 5}.With(all)
	if err != nil {
		t.Fatal(err)
	}
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	b := shared()
	p, err := b.Pipeline(t.Context(), build.NewScenario(cfg, set))
	if err != nil {
		t.Fatal(err)
	}
	m, err := measure.New(t.Context(), b, cfg, framework.Evaluation, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m.Report
}

// A test that splits people measures the truth on average; one that splits items lets them take from each other.
func TestOnlyATestByUserMeasuresTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs of the lab; left out by -short")
	}
	for kind, traffic := range map[string]string{"images": "3000", "interactions": "100"} {
		errors := map[string]float64{}
		for _, unit := range catalog.Offers(kind, "unit") {
			rep := evaluated(t, kind, catalog.Knobs{"unit": unit, "traffic": traffic})
			m := rep.Metrics
			if math.Abs(m["lift_error"]-math.Abs(m["measured_lift"]-m["true_lift"])) > 1e-12 {
				t.Errorf("%s by %s: the error is %v of %v against %v", kind, unit, m["lift_error"], m["measured_lift"], m["true_lift"])
			}
			errors[unit] = m["lift_error"]
		}
		if errors[catalog.ByUser] > 0.02 || errors[catalog.ByItem] < 2*errors[catalog.ByUser] {
			t.Errorf("%s: errors by unit are %v", kind, errors)
		}
	}
}

func TestAWinnerOfClicksIsTestedAgainstTheEarlierSystemsOwnLists(t *testing.T) {
	rep := evaluated(t, "interactions", catalog.Knobs{"traffic": "100"})
	m := rep.Metrics
	if m["retention_lift.online_winner_lo"] <= 0 || m["winner_gap_lo"] <= 0 || m["ctr_lift.offline_winner"] <= m["ctr_lift.online_winner"] {
		t.Errorf("the ranker of finished watches doesn't win by returns and lose by clicks: %v", m)
	}
}

func TestEveryStoppingRuleButTheFixedOneIsFooledByNovelty(t *testing.T) {
	shares := map[string]float64{}
	for _, rule := range catalog.Offers("interactions", "stop") {
		shares[rule] = evaluated(t, "interactions", catalog.Knobs{"stop": rule, "traffic": "100"}).Metrics["false_launch"]
	}
	if fixed := shares[catalog.StopFixed]; fixed <= 0.03 || fixed >= shares[catalog.StopSignificant] || fixed >= shares[catalog.StopEarly] {
		t.Errorf("shares of false launches are %v", shares)
	}
}
