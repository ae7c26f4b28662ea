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
)

// TestMain lets the test binary serve orders as the command does, since a bench runs itself as its worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == serveWord {
		if err := serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runJSON runs the command in this process and reads its JSON.
func runJSON(t *testing.T, args ...string) []result {
	t.Helper()
	var out, errs bytes.Buffer
	if err := run(t.Context(), append([]string{"--json"}, args...), &out, &errs); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var got struct{ Rows []result }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	return got.Rows
}

func TestSmokeRunsEveryRowWithoutPeers(t *testing.T) {
	rows0 := runJSON(t, "--smoke", "--python", "", "--data", "hard", "--only", "hnsw,hnsw-build,exact,ivfpq,scale")
	for _, name := range []string{"hnsw", "hnsw-build", "exact", "ivfpq", "scale"} {
		if !slices.ContainsFunc(rows0, func(r result) bool { return r.Name == name && r.Goal > 0 && r.Better != "" }) {
			t.Errorf("no row %s among %+v", name, rows0)
		}
	}
	for _, r := range rows0 {
		switch {
		case r.Name == "scale":
			if r.Median == nil || *r.Median <= 0 || *r.Min > *r.Median || *r.Median > *r.Max {
				t.Errorf("scale has ratios %v, %v, %v", r.Min, r.Median, r.Max)
			}
		case r.Median != nil:
			t.Errorf("%s has a ratio without a peer", r.Name)
		case r.Note == "":
			t.Errorf("%s doesn't say why it compares nothing", r.Name)
		}
		if r.QualityOurs != nil && *r.QualityOurs < 0.9 {
			t.Errorf("%s, %s: recall %.3f", r.Name, r.Case, *r.QualityOurs)
		}
	}
}

// With a Python that has the peers (DRYRUN_PYTHON): the same graph parameters give the same recall as theirs, within 0.01.
func TestHNSWRecallIsThePeers(t *testing.T) {
	python := os.Getenv("DRYRUN_PYTHON")
	if python == "" {
		t.Skip("DRYRUN_PYTHON names no Python with faiss-cpu and hnswlib")
	}
	if err := exec.Command(python, "-c", "import faiss, hnswlib").Run(); err != nil {
		t.Skipf("%s has no faiss or no hnswlib: %v", python, err)
	}
	b, err := newBench(options{python: python, mnist: "../../../shared/data/mnist", data: []string{"clustered", "hard", "mnist"}, pairs: 5}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	for _, s := range b.shapes(10_000, 500) {
		if s.kind == "mnist" {
			s.n, s.queries = 5000, 300 // enough to compare, and seconds less
		}
		t.Run(s.kind, func(t *testing.T) {
			v, err := b.of(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			r, err := b.gather(t.Context(), v, 1, "faiss", "hnswlib")
			if err != nil {
				t.Fatal(err)
			}
			defer r.close()
			for _, a := range r.absent {
				t.Fatalf("%s: %s", a.Peer, a.Note)
			}
			for _, c := range r.all() {
				if _, err := c.ask(order{Do: doHNSW, M: graphM, Ef: graphEfC, Threads: 2}); err != nil {
					t.Fatal(err)
				}
			}
			for _, ef := range []int{24, 64} {
				for _, c := range r.all() {
					got, err := c.ask(order{Do: doSearch, K: truthK, Ef: ef, Reps: 1, Found: true})
					if err != nil {
						t.Fatal(err)
					}
					c.quality = v.recall(got.Found)
					t.Logf("ef %d, %s: recall@10 %.4f", ef, c.name, c.quality)
				}
				for _, p := range r.peers {
					if r.ours.quality < p.quality-0.01 {
						t.Errorf("ef %d: ours %.4f, %s %.4f: more than 0.01 below", ef, r.ours.quality, p.name, p.quality)
					}
				}
			}
		})
	}
}

func TestArgumentsThatMakeNoSense(t *testing.T) {
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

func TestRatiosAndGoals(t *testing.T) {
	r := result{Goal: 1.5, Better: higher}
	if !r.met() {
		t.Error("a row that compared nothing misses its goal")
	}
	r.ratios([]float64{2, 1, 1.6, 1.4})
	if *r.Min != 1 || *r.Median != 1.5 || *r.Max != 2 || !r.met() {
		t.Errorf("min %g, median %g, max %g", *r.Min, *r.Median, *r.Max)
	}
	r.Better, r.Goal = lower, 1.4
	if r.met() {
		t.Error("1.5 is within 1.4")
	}
}

func TestRecallCountsTheTrueItemsFound(t *testing.T) {
	v := &vectors{truth: [][]int32{{1, 2}, {3, 4}}}
	if got := v.recall([][]int32{{2, 9}, {4, 3}}); got != 0.75 {
		t.Errorf("recall %g, want 0.75", got)
	}
	if got := v.recall(nil); got != 0 {
		t.Errorf("recall of nothing %g", got)
	}
}
