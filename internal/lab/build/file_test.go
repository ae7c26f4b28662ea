package build_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/disk"
	"dryrun/internal/lab/fault"
	"dryrun/internal/problem"
)

// small is a scenario that is built in a moment.
func small(kind, engine, encoder, ranker string) build.Scenario {
	s := build.Scenario{
		World:    problem.Spec{Kind: kind, Items: 1000, Queries: 60, Users: 300, Seed: 1},
		StageTwo: build.StageTwo{Ranker: ranker, Loss: "lambdarank", Features: "serving", Negatives: "hard", Log: 1, Trees: 8},
		K:        20, Top: 10,
	}
	return s.WithEngine(engine).WithEncoder(encoder, 8, 2)
}

// keeping is a builder that keeps everything on disk, however fast it was built.
func keeping(folder *disk.Folder) *build.Builder {
	return build.New(build.Options{Workers: 1, Bytes: 1 << 30, Disk: folder, SlowFrom: 1})
}

// answers are the pipeline's to its test requests.
func answers(t *testing.T, p *build.Pipeline) [][]problem.Candidate {
	t.Helper()
	var out [][]problem.Candidate
	for _, q := range p.Requests.Queries {
		found, err := p.Index.Retrieve(t.Context(), q, p.Scenario.K, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Ranker.Rank(t.Context(), q, found); err != nil {
			t.Fatal(err)
		}
		out = append(out, found)
	}
	return out
}

func pipeline(t *testing.T, b *build.Builder, s build.Scenario) *build.Pipeline {
	t.Helper()
	p, err := b.Pipeline(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestASecondProcessReadsWhatTheFirstBuiltAndAnswersAlike(t *testing.T) {
	stale := small("images", "hnsw", "pca", "trees")
	stale.Fault = build.Planted{ID: catalog.StaleIndex, At: fault.AtIndex}
	for name, s := range map[string]build.Scenario{
		"raw vectors, exact, no ranker":      small("images", "exact", "raw", "none"),
		"PCA, HNSW, logistic regression":     small("images", "hnsw", "pca", "logistic"),
		"learned vectors, IVF-PQ, trees":     small("images", "ivfpq", "learned", "trees"),
		"PCA and a stale index":              stale,
		"ALS, HNSW, deep & cross":            small("interactions", "hnsw", "als", "dcn"),
		"BPR, exact, trees":                  small("interactions", "exact", "bpr", "trees"),
		"two towers, IVF-PQ, trees":          small("interactions", "ivfpq", "two-tower", "trees"),
		"popularity, logistic regression":    small("interactions", "popularity", "", "logistic"),
		"co-occurrence, logistic regression": small("interactions", "cooccurrence", "", "logistic"),
	} {
		t.Run(name, func(t *testing.T) {
			folder := disk.New(t.TempDir(), "this test", 1<<30)
			first := pipeline(t, keeping(folder), s)
			kept, _, err := folder.Size()
			if err != nil {
				t.Fatal(err)
			}
			second := pipeline(t, keeping(folder), s)
			if again, _, err := folder.Size(); again != kept || err != nil {
				t.Errorf("the second process kept %d entries where there were %d (%v)", again, kept, err)
			}
			if !reflect.DeepEqual(answers(t, first), answers(t, second)) {
				t.Error("the second process answers otherwise")
			}
			// No two builds take the same nanoseconds: the same time was read.
			if s.HasVectors() && (first.Encoding.Took != second.Encoding.Took || first.Index.Took != second.Index.Took) {
				t.Error("vectors or index were built again")
			}
			if s.Encoder != "" && first.Encoding.Name != second.Encoding.Name {
				t.Errorf("the encoder is called %q and then %q", first.Encoding.Name, second.Encoding.Name)
			}
			if first.Model == nil {
				return
			}
			if first.Model.Took != second.Model.Took {
				t.Error("the ranker was trained again")
			}
			if !reflect.DeepEqual(first.Model.Train, second.Model.Train) || !reflect.DeepEqual(first.Model.Valid, second.Model.Valid) {
				t.Error("the ranker's training losses differ")
			}
		})
	}
}

func TestWhatIsBuiltFastIsNotKept(t *testing.T) {
	folder := disk.New(t.TempDir(), "this test", 1<<30)
	b := build.New(build.Options{Workers: 1, Bytes: 1 << 30, Disk: folder, SlowFrom: time.Hour})
	pipeline(t, b, small("images", "exact", "raw", "logistic"))
	if n, _, err := folder.Size(); n != 0 || err != nil {
		t.Errorf("%d entries are kept (%v)", n, err)
	}
}

func TestADamagedFileIsBuiltAgain(t *testing.T) {
	folder := disk.New(t.TempDir(), "this test", 1<<30)
	s := small("images", "hnsw", "pca", "trees")
	first := pipeline(t, keeping(folder), s)
	names, err := filepath.Glob(filepath.Join(folder.Path(), "*"))
	if err != nil || len(names) < 3 {
		t.Fatalf("kept are %v (%v)", names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text[len(text)-20] ^= 1
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	second := pipeline(t, keeping(folder), s)
	if second.Model.Took == first.Model.Took || second.Index.Took == first.Index.Took {
		t.Error("a damaged file was believed")
	}
	if !reflect.DeepEqual(answers(t, first), answers(t, second)) {
		t.Error("what was built again answers otherwise")
	}
	if third := pipeline(t, keeping(folder), s); third.Model.Took != second.Model.Took {
		t.Error("what was built again wasn't kept")
	}
}

func TestChangedFilesAreAnotherScenario(t *testing.T) {
	path := t.TempDir()
	name := filepath.Join(path, "a", "1.pgm")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	s := build.Scenario{World: problem.Spec{Kind: "images", Format: "folders", Path: path}}
	now := time.Now()
	seen := map[string]string{}
	check := func(what, text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
		got, err := s.OfFiles(t.Context())
		if err != nil || got.Files == "" {
			t.Fatalf("%s: the files are %q (%v)", what, got.Files, err)
		}
		if other, ok := seen[got.Files]; ok {
			t.Errorf("%s is the same as %s", what, other)
		}
		seen[got.Files] = what
		if again, err := s.OfFiles(t.Context()); err != nil || again != got {
			t.Errorf("%s is another a moment later (%v)", what, err)
		}
	}
	check("the first version", "one", now)
	check("a longer one", "three", now)
	check("one of the same length, written later", "seven", now.Add(time.Second))
	if err := os.Rename(name, filepath.Join(path, "a", "2.pgm")); err != nil {
		t.Fatal(err)
	}
	check("another file beside it", "seven", now)
	absent := problem.Spec{Format: "folders", Path: filepath.Join(path, "absent")}
	for _, none := range []build.Scenario{{World: problem.Spec{Kind: "images"}}, {World: absent}} {
		if got, err := none.OfFiles(t.Context()); got.Files != "" || err != nil {
			t.Errorf("no files are %q (%v)", got.Files, err)
		}
	}
	if key := s.String(); strings.Contains(key, "files=") {
		t.Errorf("a scenario that hasn't looked at its files names them: %s", key)
	}
}
