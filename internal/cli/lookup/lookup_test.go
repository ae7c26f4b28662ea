package lookup

import (
	"testing"

	"dryrun/framework"
)

func TestAStepIsNamedByIDNumberOrPrefix(t *testing.T) {
	for word, want := range map[string]framework.StepID{"data": framework.Data, "6": framework.Evaluation, "arch": framework.Architecture} {
		if s, err := Step(word); err != nil || s.ID != want {
			t.Errorf("%q: %s, %v", word, s.ID, err)
		}
	}
	for _, word := range []string{"", "0", "8", "zzz", "datas"} {
		if s, err := Step(word); err == nil {
			t.Errorf("%q is %s", word, s.ID)
		}
	}
}

func TestACaseIsNamedByIDOrPrefixAndTheFirstIsForNewcomers(t *testing.T) {
	if c, err := Case("visual"); err != nil || c.ID != FirstCase {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := Case("no-such-case"); err == nil {
		t.Error("an unknown case is found")
	}
	all, err := Cases()
	if err != nil || len(all) < 2 || all[0].ID != FirstCase {
		t.Errorf("%v, %v", CaseIDs(all), err)
	}
}

// The conversation's /steps and the command take the same words for a step.
func TestAStepIsNamedInAnyCase(t *testing.T) {
	for _, word := range []string{"FEAT", "4", "features"} {
		if s, err := Step(word); err != nil || s.ID != framework.Features {
			t.Errorf("%q is %s, %v", word, s.ID, err)
		}
	}
}
