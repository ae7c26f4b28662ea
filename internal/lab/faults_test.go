package lab

import (
	"os"
	"testing"

	"dryrun/framework"
	"dryrun/internal/world"
)

func TestFaultsAreProvenOverSeeds(t *testing.T) {
	long(t)
	seeds, faults := 2, []string{staleIndex}
	if os.Getenv("DRYRUN_PROOFS") != "" {
		seeds, faults = 8, FaultsOf("images") // about a minute
	}
	l := New(0)
	for _, id := range faults {
		proof, err := l.Prove(t.Context(), Config{World: world.Spec{Kind: "images"}}, id, seeds, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !proof.Holds || len(proof.Witnesses) == 0 || len(proof.Witnesses[0].Changes) != seeds {
			t.Errorf("%+v", proof)
		}
	}
}

func TestAFaultThatDoesNothingFailsItsProof(t *testing.T) {
	l := New(0)
	f, _ := FaultByID(encoderMismatch)
	proof, err := l.prove(t.Context(), small(t, nil), f, 2, nil, func(cfg Config) Config { return cfg })
	if err != nil {
		t.Fatal(err)
	}
	if proof.Holds {
		t.Errorf("nothing was changed, and the proof holds: %+v", proof)
	}
}

func TestFaultTableNamesWhatExists(t *testing.T) {
	for _, f := range FaultTable() {
		for _, w := range f.Witness {
			for _, kind := range f.Kinds {
				if (w.Kind == "" || w.Kind == kind) && !Yields(kind, f.Step, w.Metric) {
					t.Errorf("%s: %s of %s doesn't yield %s", f.ID, f.Step, kind, w.Metric)
				}
			}
			if w.Sign*w.Sign != 1 || w.Least <= 0 {
				t.Errorf("%s: %+v", f.ID, w)
			}
		}
	}
}

func TestMysteryDrawsEveryFaultAndNone(t *testing.T) {
	seen := map[string]bool{}
	for seed := range int64(200) {
		first, again := Mystery(seed, "images"), Mystery(seed, "images")
		seen[first] = true
		if first != again {
			t.Fatal("one seed draws two faults")
		}
	}
	if len(seen) != len(FaultsOf("images"))+1 {
		t.Errorf("drawn: %v", seen)
	}
	cfg := small(t, nil)
	cfg.Fault = "mystery"
	rep, err := New(1).Run(t.Context(), cfg, framework.Requirements, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Setup.Fault != "mystery" {
		t.Errorf("the report gives the fault away: %q", rep.Setup.Fault)
	}
}
