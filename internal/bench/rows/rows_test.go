package rows

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"dryrun/internal/bench/data"
	"dryrun/internal/bench/protocol"
	"dryrun/internal/bench/worker"
)

// TestMain lets the test binary serve commands, because a Runner starts its own program as our worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == protocol.ServeArg {
		if err := worker.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// With a Python that has the peers (DRYRUN_PYTHON): the same graph parameters give the same recall as theirs, within 0.01.
func TestHNSWRecallIsThePeersWithinAHundredth(t *testing.T) {
	python := os.Getenv("DRYRUN_PYTHON")
	if python == "" {
		t.Skip("DRYRUN_PYTHON names no Python with faiss-cpu and hnswlib")
	}
	if err := exec.Command(python, "-c", "import faiss, hnswlib").Run(); err != nil {
		t.Skipf("%s has no faiss or no hnswlib: %v", python, err)
	}
	r, err := NewRunner(Options{
		Python: python, MNIST: "../../../../shared/data/mnist", Kinds: []string{"clustered", "hard", "mnist"}, Pairs: 5,
	}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, s := range r.shapes(10_000, 500) {
		if s.Kind == "mnist" {
			s.N, s.Queries = 5000, 300 // enough to compare, and seconds less
		}
		t.Run(s.Kind, func(t *testing.T) { sameRecall(t, r, s) })
	}
}

func sameRecall(t *testing.T, r *Runner, s data.Shape) {
	v, err := r.vectorsOf(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.newContest(t.Context(), v, 1, "faiss", "hnswlib")
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, a := range c.absent {
		t.Fatalf("%s: %s", a.Peer, a.Note)
	}
	if err := c.ask(buildGraph(2), nil); err != nil {
		t.Fatal(err)
	}
	for _, ef := range []int{24, 64} {
		if err := c.measureQuality(protocol.Search{K: truthK, Ef: ef}); err != nil {
			t.Fatal(err)
		}
		for _, p := range c.peers {
			t.Logf("ef %d: recall@10 ours %.4f, %s %.4f", ef, c.ours.quality, p.Name, p.quality)
			if c.ours.quality < p.quality-0.01 {
				t.Errorf("ef %d: ours %.4f, %s %.4f: more than 0.01 below", ef, c.ours.quality, p.Name, p.quality)
			}
		}
	}
}

func TestRatiosAndGoals(t *testing.T) {
	r := Ratio{Goal: 1.5, Better: Higher}
	if !r.Met() {
		t.Error("a row that compared nothing misses its goal")
	}
	r.set([]float64{2, 1, 1.6, 1.4})
	if *r.Min != 1 || *r.Median != 1.5 || *r.Max != 2 || !r.Met() {
		t.Errorf("min %g, median %g, max %g", *r.Min, *r.Median, *r.Max)
	}
	r.Better, r.Goal = Lower, 1.4
	if r.Met() {
		t.Error("1.5 is within 1.4")
	}
}

func TestRecallCountsTheTrueItemsFound(t *testing.T) {
	truth := [][]int32{{1, 2}, {3, 4}}
	if got := recall(truth, [][]int32{{2, 9}, {4, 3}}); got != 0.75 {
		t.Errorf("recall %g, want 0.75", got)
	}
	if got := recall(truth, nil); got != 0 {
		t.Errorf("recall of nothing %g", got)
	}
}
