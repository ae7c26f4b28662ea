package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/bench/protocol"
	"dryrun/internal/bench/rows"
	"dryrun/internal/bench/worker"
)

// TestMain lets the test binary serve commands, because the program under test starts itself as its worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == protocol.ServeArg {
		if err := worker.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runJSON runs the command in this process and reads its JSON.
func runJSON(t *testing.T, args ...string) []rows.Result {
	t.Helper()
	var out, errs bytes.Buffer
	if err := run(t.Context(), append([]string{"--json"}, args...), &out, &errs); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var got struct{ Rows []rows.Result }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	return got.Rows
}

func TestSmokeRunsEveryRowWithoutPeers(t *testing.T) {
	results := runJSON(t, "--smoke", "--python", "", "--data", "hard", "--only", "hnsw,hnsw-build,exact,ivfpq,scale")
	for _, name := range []string{"hnsw", "hnsw-build", "exact", "ivfpq", "scale"} {
		if !slices.ContainsFunc(results, func(r rows.Result) bool { return r.Name == name && r.Goal > 0 && r.Better != "" }) {
			t.Errorf("no row %s among %+v", name, results)
		}
	}
	for _, r := range results {
		switch {
		case r.Name == "scale":
			if r.Median == nil || *r.Median <= 0 || *r.Min > *r.Median || *r.Median > *r.Max {
				t.Errorf("scale has ratios %v, %v, %v", r.Min, r.Median, r.Max)
			}
		case r.Median != nil:
			t.Errorf("%s has a ratio without a peer", r.Name)
		case r.Note == "":
			t.Errorf("%s must say why it compares nothing", r.Name)
		}
		if r.Quality.Ours != nil && *r.Quality.Ours < 0.9 {
			t.Errorf("%s, %s: recall %.3f", r.Name, r.Case, *r.Quality.Ours)
		}
	}
}

func TestInvalidArgumentsAreRefused(t *testing.T) {
	for _, tc := range []struct {
		words string
		args  []string
	}{
		{"there is no \"hnws\"", []string{"--only", "hnws"}},
		{"choose 5 or more", []string{"--pairs", "2"}},
		{"see --help", []string{"hnsw"}},
		{"there is no kind \"easy\"", []string{"--smoke", "--only", "exact", "--data", "easy"}},
	} {
		var out, errs bytes.Buffer
		if err := run(t.Context(), tc.args, &out, &errs); err == nil || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%v: %v, want words about %q", tc.args, err, tc.words)
		}
	}
}

func TestSmokeRunsTheModelRowsWithoutPeers(t *testing.T) {
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

// With a Python that has LightGBM (DRYRUN_PYTHON): both programs give one model's scores.
func TestOneModelScoresTheSameInOursAndInLightGBM(t *testing.T) {
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
