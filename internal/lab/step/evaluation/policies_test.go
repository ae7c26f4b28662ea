package evaluation

import (
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/problem"
)

// The careful candidate of a simulated test reads nothing of the old system's, the naive one does.
func TestCandidatesOfATestReadWhatTheyAreSaidToRead(t *testing.T) {
	cfg, err := catalog.Config{World: problem.Spec{Kind: "images", Queries: 40}, Seed: 5}.With(catalog.Knobs{
		"items": "1000", "k": "50", "top": "10", "dim": "16", "epochs": "3", "features": "similarity,price",
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	b := build.New(build.Options{Workers: 1, Bytes: 1 << 30})
	p, err := b.Pipeline(t.Context(), build.NewScenario(cfg, set))
	if err != nil {
		t.Fatal(err)
	}
	m, err := measure.New(t.Context(), b, cfg, framework.Evaluation, p)
	if err != nil {
		t.Fatal(err)
	}
	policies, err := run{m}.policies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	groups := p.Groups()
	for _, pol := range policies[1:] {
		if pol.Blank.Has(groups, catalog.LoggedGroup) != (pol.ID == catalog.OfflineWinner) || pol.Blank.Has(groups, "popularity") {
			t.Errorf("%s reads the wrong groups", pol.ID)
		}
	}
	if policies[2].Model != p.Model.Model {
		t.Error("the careful candidate isn't the ranker in force, which reads nothing of the old system either")
	}
}
