package main

import (
	"os"
	"os/exec"
	"testing"
)

func TestSmokeRunsTheRowsThatLearnWithoutPeers(t *testing.T) {
	got := map[string]int{}
	for _, r := range runJSON(t, "--smoke", "--python", "", "--only", "als,trees,trees-score,dcn,request") {
		got[r.Name]++
		if r.Median != nil || r.Note == "" || r.Ours == "" {
			t.Errorf("%s, %s: ratio %v, note %q, ours %q", r.Name, r.Case, r.Median, r.Note, r.Ours)
		}
	}
	for name, least := range map[string]int{"als": 3, "trees": 2, "trees-score": 2, "dcn": 3, "request": 1} {
		if got[name] < least {
			t.Errorf("%d rows of %s, want %d", got[name], name, least)
		}
	}
}

// With a Python that has LightGBM (DRYRUN_PYTHON): one model's scores are the same by either program.
func TestScoresAreLightGBMs(t *testing.T) {
	python := os.Getenv("DRYRUN_PYTHON")
	if python == "" {
		t.Skip("DRYRUN_PYTHON names no Python with lightgbm")
	}
	if err := exec.Command(python, "-c", "import lightgbm").Run(); err != nil {
		t.Skipf("%s has no lightgbm: %v", python, err)
	}
	for _, r := range runJSON(t, "--smoke", "--python", python, "--only", "trees-score") {
		if r.Note != "scores differ by at most 0" {
			t.Errorf("%s: %s", r.Case, r.Note)
		}
	}
}
