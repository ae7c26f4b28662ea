package lightgbm

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/rankingtest"
	"dryrun/internal/ranking/trees"
)

// sharedFile opens a file of the shared data, or the test skips.
func sharedFile(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../../shared/data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is absent", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// movieRatings are MovieLens ratings in order of time, each with what was known before it: how often and how well the
// user and the film had been rated, and the hour. The label is a rating of 4 or more.
func movieRatings(t *testing.T) *ranking.Dataset {
	t.Helper()
	type rating struct{ user, item, stars, at int }
	var all []rating
	lines := bufio.NewScanner(sharedFile(t, "movielens-100k/u.data"))
	for lines.Scan() {
		var v [4]int
		for i, word := range strings.Fields(lines.Text())[:4] {
			v[i], _ = strconv.Atoi(word)
		}
		all = append(all, rating{v[0], v[1], v[2], v[3]})
	}
	slices.SortStableFunc(all, func(a, b rating) int { return cmp.Compare(a.at, b.at) })
	type past struct{ n, liked float32 }
	users, items := map[int]past{}, map[int]past{}
	d := &ranking.Dataset{Columns: []string{"user ratings", "user liked", "film ratings", "film liked", "hour"}}
	for _, r := range all {
		u, i := users[r.user], items[r.item]
		d.X = append(d.X, u.n, u.liked/u.n, i.n, i.liked/i.n, float32(r.at/3600%24)) // 0/0 is NaN: nothing known
		y := float32(0)
		if r.stars >= 4 {
			y = 1
		}
		d.Y = append(d.Y, y)
		users[r.user], items[r.item] = past{u.n + 1, u.liked + y}, past{i.n + 1, i.liked + y}
	}
	return d
}

// adClicks is the Criteo sample: 13 numbers, many missing, and 26 hashed strings, each turned into codes.
func adClicks(t *testing.T) *ranking.Dataset {
	t.Helper()
	rows, err := csv.NewReader(sharedFile(t, "criteo-sample/criteo_sample.txt")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := &ranking.Dataset{Columns: rows[0][1:], Categorical: make([]bool, len(rows[0])-1)}
	codes := make([]map[string]int, len(d.Columns))
	for c, name := range d.Columns {
		d.Categorical[c], codes[c] = strings.HasPrefix(name, "C"), map[string]int{}
	}
	for _, row := range rows[1:] {
		y, _ := strconv.ParseFloat(row[0], 32)
		d.Y = append(d.Y, float32(y))
		for c, text := range row[1:] {
			x, err := strconv.ParseFloat(text, 32)
			switch {
			case text == "":
				x = math.NaN()
			case d.Categorical[c]:
				if _, known := codes[c][text]; !known {
					codes[c][text] = len(codes[c])
				}
				x = float64(codes[c][text])
			case err != nil:
				t.Fatal(err)
			}
			d.X = append(d.X, float32(x))
		}
	}
	return d
}

// ownTrees are trees by package trees, to compare with.
func ownTrees(t *testing.T, train *ranking.Dataset, o trees.Options) *trees.Model {
	t.Helper()
	m, err := trees.Train(t.Context(), train, nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// cut returns the rows from a to b.
func cut(d *ranking.Dataset, a, b int) *ranking.Dataset {
	out := *d
	out.X, out.Y = d.X[a*d.Width():b*d.Width()], d.Y[a:b]
	return &out
}

func bothAUC(t *testing.T, program Program, train, test *ranking.Dataset, o trees.Options) (ours, theirs float64) {
	t.Helper()
	m, err := Train(t.Context(), train, nil, Options{Options: o, Program: program}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return metrics.AUC(rankingtest.Scores(ownTrees(t, train, o), test), rankingtest.Positive(test)),
		metrics.AUC(rankingtest.Scores(m, test), rankingtest.Positive(test))
}

func TestOurTreesReachLightGBMsAUCOnMovieLens(t *testing.T) {
	program := lightGBM(t)
	d := movieRatings(t)
	at := d.Rows() * 8 / 10
	ours, theirs := bothAUC(t, program, cut(d, 0, at), cut(d, at, d.Rows()), trees.Options{Trees: 60, Workers: 1})
	t.Logf("AUC on later ratings: ours %.4f, LightGBM's %.4f", ours, theirs)
	if math.Abs(ours-theirs) > 0.005 || ours < 0.7 {
		t.Errorf("AUC of ours %.4f, of LightGBM's %.4f", ours, theirs)
	}
}

// Two hundred rows tell little, and LightGBM splits codes in groups of a hundred rows where ours need ten: what is shown
// is that codes and missing numbers of strangers arrive.
func TestOurTreesReachLightGBMsAUCOnTheCriteoSample(t *testing.T) {
	program := lightGBM(t)
	d := adClicks(t)
	ours, theirs := bothAUC(t, program, d, d, trees.Options{Trees: 20, Leaves: 4, Workers: 1})
	t.Logf("AUC on the rows themselves: ours %.4f, LightGBM's %.4f", ours, theirs)
	if ours < theirs-0.02 || theirs < 0.8 {
		t.Errorf("AUC of ours %.4f, of LightGBM's %.4f", ours, theirs)
	}
}
