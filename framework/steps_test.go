package framework

import "testing"

func TestAWordNamesAStepByNumberIDOrBeginningInAnyCase(t *testing.T) {
	for word, want := range map[string]StepID{"3": Data, "data": Data, " DATA ": Data, "feat": Features, "Req": Requirements, "7": Serving} {
		if got := StepsNamed(word); len(got) != 1 || got[0].ID != want {
			t.Errorf("%q names %v, want %s", word, got, want)
		}
	}
	for _, word := range []string{"", "  ", "0", "8", "deployment", "dataset"} {
		if got := StepsNamed(word); len(got) != 0 {
			t.Errorf("%q names %v", word, got)
		}
	}
}
