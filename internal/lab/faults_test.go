package lab

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
)

func TestFaultsAreProvenOverSeeds(t *testing.T) {
	long(t)
	seeds, faults := 2, []string{catalog.StaleIndex}
	if os.Getenv("DRYRUN_PROOFS") != "" {
		seeds, faults = 8, catalog.FaultsOf("images") // about a minute
	}
	l := New(Options{})
	for _, id := range faults {
		proof, err := l.Prove(t.Context(), catalog.Config{World: problem.Spec{Kind: "images"}}, id, seeds, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !proof.Holds || len(proof.Witnesses) == 0 || len(proof.Witnesses[0].Changes) != seeds {
			t.Errorf("%+v", proof)
		}
	}
}

func TestAFaultThatDoesNothingFailsItsProof(t *testing.T) {
	l := New(Options{})
	f, _ := catalog.FaultByID(catalog.EncoderMismatch)
	proof, err := l.prove(t.Context(), small(t, nil), f, 2, nil, func(cfg catalog.Config) catalog.Config { return cfg })
	if err != nil {
		t.Fatal(err)
	}
	if proof.Holds {
		t.Errorf("nothing was changed, and the proof holds: %+v", proof)
	}
}

func TestFaultTableNamesWhatExists(t *testing.T) {
	for _, f := range catalog.FaultTable() {
		for _, w := range f.Witness {
			for _, kind := range f.Kinds {
				if (w.Kind == "" || w.Kind == kind) && !catalog.Yields(kind, f.Step, w.Metric) {
					t.Errorf("%s: %s of %s doesn't yield %s", f.ID, f.Step, kind, w.Metric)
				}
			}
			if w.Sign*w.Sign != 1 || w.Least <= 0 {
				t.Errorf("%s: %+v", f.ID, w)
			}
		}
	}
}

// A mystery is told from the list that it was drawn from, on recorded data too.
func TestAMysteryIsTheFaultThatTheConfigurationNames(t *testing.T) {
	cfg := ratings(t, catalog.Knobs{"dim": "8", "epochs": "2", "k": "20", "ranker": "logistic"})
	l := New(Options{Workers: 1})
	told := map[string]bool{}
	for seed := int64(1); len(told) < 3; seed++ {
		cfg.Seed = seed
		fault := cfg.Mystery()
		if told[fault] {
			continue
		}
		told[fault] = true
		hidden, named := cfg, cfg
		hidden.Fault, named.Fault = catalog.Mystery, fault
		a, err := l.Run(t.Context(), hidden, framework.Architecture, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Run(t.Context(), named, framework.Architecture, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(a.Metrics, b.Metrics) {
			t.Errorf("seed %d: the mystery isn't %s: %v and %v", seed, fault, a.Metrics, b.Metrics)
		}
		if a.Setup.Fault != catalog.Mystery {
			t.Errorf("the report gives the fault away: %q", a.Setup.Fault)
		}
	}
}

// ratings is a small file in the form of MovieLens 100k.
func ratings(t *testing.T, knobs catalog.Knobs) catalog.Config {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for user := range 120 {
		for n, film := range rng.Perm(200)[:25] {
			taste := 5 - (user%4+film%4)%4
			fmt.Fprintf(&b, "%d\t%d\t%d\t%d\n", user+1, film+1, taste, 880000000+86400*n+user)
		}
	}
	path := filepath.Join(t.TempDir(), "u.data")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := catalog.Config{World: problem.Spec{Kind: "interactions"}, Seed: 1}.WithData("movielens", path).With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}
