package lab

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/report"
)

// oneClass writes pictures that all belong to one class, in MNIST's format, and returns their folder.
func oneClass(t *testing.T) string {
	t.Helper()
	const n, side = 300, 28
	rng := rand.New(rand.NewPCG(1, 1))
	pictures := binary.BigEndian.AppendUint32(nil, 0x803)
	labels := binary.BigEndian.AppendUint32(nil, 0x801)
	for _, v := range []uint32{n, side, side} {
		pictures = binary.BigEndian.AppendUint32(pictures, v)
	}
	labels = binary.BigEndian.AppendUint32(labels, n)
	for range n * side * side {
		pictures = append(pictures, byte(rng.IntN(256)))
	}
	labels = append(labels, make([]byte, n)...)
	return files(t, map[string][]byte{"train-images-idx3-ubyte": pictures, "train-labels-idx1-ubyte": labels})
}

// ratingFile writes 60 users' ratings in MovieLens' format; each is written by line.
func ratingFile(t *testing.T, line func(user, k, item int, rng *rand.Rand) string) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(2, 2))
	var b strings.Builder
	for u := 1; u <= 60; u++ {
		for k, item := range rng.Perm(200)[:30] {
			b.WriteString(line(u, k, item+1, rng) + "\n")
		}
	}
	return files(t, map[string][]byte{"u.data": []byte(b.String())})
}

func files(t *testing.T, content map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// noNumber is what a number that is none looks like in text.
var noNumber = regexp.MustCompile(`NaN|\bInf\b|not a number|infinite|%!`)

// Every step reports on data that lack what experiments are about: what can't be computed is missing, with a reason.
func TestEveryStepReportsOnDataThatLackWhatItIsAbout(t *testing.T) {
	long(t)
	alike := func(user, k, item int, _ *rand.Rand) string {
		return fmt.Sprintf("%d\t%d\t5\t%d", user, item, 880_000_000+1000*k+user)
	}
	oneTime := func(user, _, item int, rng *rand.Rand) string {
		return fmt.Sprintf("%d\t%d\t%d\t880000000", user, item, 1+rng.IntN(5))
	}
	pictures, video := small(t, nil), smallFeed(t, nil)
	for name, cfg := range map[string]catalog.Config{
		"pictures of one class":           pictures.WithData("idx", oneClass(t)),
		"ratings that are all the same":   video.WithData("movielens", ratingFile(t, alike)),
		"ratings of one moment":           video.WithData("movielens", ratingFile(t, oneTime)),
		"a log of a few requests":         small(t, catalog.Knobs{"log": "0.05"}),
		"one candidate, one item to show": smallFeed(t, catalog.Knobs{"log": "0.05", "dim": "2", "epochs": "1", "k": "1", "top": "1"}),
	} {
		t.Run(name, func(t *testing.T) {
			l := New(Options{})
			for _, step := range steps() {
				r, err := l.Run(t.Context(), cfg, step, nil)
				if err != nil {
					t.Errorf("%s: %v", step, err)
					continue
				}
				text, err := json.Marshal(r)
				if err != nil {
					t.Errorf("%s as JSON: %v", step, err)
				}
				if found := noNumber.Find(text); found != nil {
					t.Errorf("%s says %q in %s", step, found, text)
				}
				explained(t, string(step), r)
			}
		})
	}
}

// explained checks that what a report lacks has a reason, and that no interval has no width.
func explained(t *testing.T, step string, r *report.Step) {
	t.Helper()
	for _, m := range r.Missing {
		if m.Why == "" {
			t.Errorf("%s: %s is missing without a reason", step, m.Metric)
		}
		if _, there := r.Metrics[m.Metric]; there {
			t.Errorf("%s: %s is reported and missing", step, m.Metric)
		}
	}
	for id, v := range r.Metrics {
		if base, ok := strings.CutSuffix(id, "_lo"); ok && r.Metrics[base+"_hi"] == v {
			t.Errorf("%s: the interval of %s is %v to %v", step, base, v, v)
		}
	}
	if r.Headline == "" || len(r.Metrics) == 0 {
		t.Errorf("%s reports nothing: %+v", step, r)
	}
}

func TestAnExperimentThatCantBeRunSaysWhyAndKeepsWhatEveryStepReports(t *testing.T) {
	long(t)
	cfg := small(t, catalog.Knobs{"log": "0.05"})
	r, err := New(Options{}).Run(t.Context(), cfg, "data", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Metrics["quality"]; !ok || !strings.Contains(r.Headline, "can't be run to its end") {
		t.Errorf("%s: %v", r.Headline, r.Metrics)
	}
	why := ""
	for _, m := range r.Missing {
		if m.Metric == "claimed_auc" {
			why = m.Why
		}
	}
	if !strings.Contains(why, "0 rows") {
		t.Errorf("claimed_auc is missing because %q: %+v", why, r.Missing)
	}
}
