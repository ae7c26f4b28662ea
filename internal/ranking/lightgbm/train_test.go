package lightgbm

import (
	"cmp"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"dryrun/internal/metrics"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
	"dryrun/internal/ranking/trees"
)

// lightGBM is the real one, or the test skips.
func lightGBM(t *testing.T) Program {
	t.Helper()
	program, err := Find(t.Context(), os.Getenv("DRYRUN_PYTHON"))
	if err != nil {
		t.Skip(err)
	}
	return program
}

// pretended is a program that does as the script says.
func pretended(t *testing.T, script string) Program {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the script is for a Unix shell")
	}
	path := filepath.Join(t.TempDir(), "lightgbm")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return Program{Path: path}
}

func TestTrainLightGBMRunsTheProgramOnFiles(t *testing.T) {
	model, err := filepath.Abs("testdata/lightgbm/v4/lambdarank.txt")
	if err != nil {
		t.Fatal(err)
	}
	program := pretended(t, `
grep -q '^objective=lambdarank$' train.conf && grep -q '^categorical_feature=3$' train.conf || { echo "bad settings" >&2; exit 3; }
[ "$(head -1 train.csv)" = "2,0.10000000149011612,NaN,3,4,-5" ] || { echo "bad rows" >&2; exit 3; }
[ "$(cat train.csv.query)" = "2" ] || { echo "bad requests" >&2; exit 3; }
echo "[LightGBM] [Info] Iteration:1, training ndcg@10 : 0.25"
echo "[LightGBM] [Info] Iteration:1, valid_1 ndcg@10 : 0.125"
cp `+model+` model.txt
`)
	d := &ranking.Dataset{
		Columns: []string{"a", "b", "c", "d", "e"}, Y: []float32{2, 0}, Group: []int32{2},
		X:           []float32{0.1, float32(math.NaN()), 3, 4, -5, 1, 2, 3, 4, 5},
		Categorical: []bool{false, false, false, true, false},
	}
	told := 0
	o := Options{Options: trees.Options{Objective: trees.LambdaRank, Trees: 7}, Program: program}
	m, err := Train(t.Context(), d, d, o, func(round, of int, train, valid float64) {
		told++
		if round != 1 || of != 7 || train != 0.75 || valid != 0.875 {
			t.Errorf("round %d of %d: %v, %v", round, of, train, valid)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if told != 1 || m.Columns()[1] != "b" {
		t.Errorf("told %d times, columns %v", told, m.Columns())
	}
}

func TestTrainLightGBMSurfacesWhatWentWrong(t *testing.T) {
	d := rankingtest.Clicks(50, 4, 1)
	for name, tc := range map[string]struct{ script, says string }{
		"an error of its own": {`echo "[LightGBM] [Fatal] no such thing"; exit 1`, "no such thing"},
		"words on stderr":     {`echo "libgomp is missing" >&2; exit 127`, "libgomp is missing"},
		"no model":            {`exit 0`, "left no model"},
		"a model of other rows": {
			`printf 'tree\nversion=v4\nnum_tree_per_iteration=1\nmax_feature_idx=0\nfeature_names=x\n\nend of trees\n' > model.txt`,
			"1 columns of 4",
		},
	} {
		_, err := Train(t.Context(), d, nil, Options{Program: pretended(t, tc.script)}, nil)
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	_, err := Train(t.Context(), d, nil, Options{Program: pretended(t, "exec sleep 60"), TimeLimit: 50 * time.Millisecond}, nil)
	if err == nil || !strings.Contains(err.Error(), "stopped after 50ms") {
		t.Errorf("a program without end: %v", err)
	}
	if _, err := Train(t.Context(), d, nil, Options{}, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("no program: %v", err)
	}
	if _, err := Find(t.Context(), filepath.Join(t.TempDir(), "python")); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such interpreter: %v", err)
	}
}

func TestTrainLightGBMEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	program := pretended(t, `echo "Iteration:1, training binary_logloss : 0.5"; exec sleep 60`)
	_, err := Train(ctx, rankingtest.Clicks(50, 4, 1), nil, Options{Program: program}, func(int, int, float64, float64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestOurTreesAreNoWorseThanLightGBMs(t *testing.T) {
	program := lightGBM(t)
	train, test := rankingtest.Clicks(4000, 8, 1), rankingtest.Clicks(4000, 8, 2)
	o := trees.Options{Trees: 40, Workers: 1}
	theirs, err := Train(t.Context(), train, nil, Options{Options: o, Program: program}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ours := ownTrees(t, train, o)
	a, b := metrics.AUC(rankingtest.Scores(ours, test), rankingtest.Positive(test)), metrics.AUC(rankingtest.Scores(theirs,
		test), rankingtest.Positive(test))
	if a < b-0.005 {
		t.Errorf("AUC of ours %.4f, of LightGBM's %.4f", a, b)
	}

	requests, held := rankingtest.Searches(150, 20, 1), rankingtest.Searches(300, 20, 2)
	o.Objective = trees.LambdaRank
	if theirs, err = Train(t.Context(), requests, held, Options{Options: o, Program: program}, func(round, of int, train, valid float64) {
		if !(train > 0 && train < 1 && valid > 0 && valid < 1) || of != 40 {
			t.Errorf("round %d of %d: losses %v and %v", round, of, train, valid)
		}
	}); err != nil {
		t.Fatal(err)
	}
	loss := func(m ranking.Model) float64 {
		sum, n, scores := 0.0, 0.0, rankingtest.Scores(m, held)
		for from := 0; from < len(scores); from += 20 {
			order := make([]int, 20)
			for i := range order {
				order[i] = from + i
			}
			slices.SortFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
			grades := make([]uint8, len(order))
			for i, row := range order {
				grades[i] = uint8(held.Y[row])
			}
			ideal := slices.Sorted(slices.Values(grades))
			slices.Reverse(ideal)
			if v := metrics.NDCG(grades, ideal, 10); !math.IsNaN(v) {
				sum += v
				n++
			}
		}
		return 1 - sum/n
	}
	if a, b := loss(ownTrees(t, requests, o)), loss(theirs); a > b+0.015 {
		t.Errorf("1 − NDCG@10 of ours %.4f, of LightGBM's %.4f", a, b)
	}
}
