package lab

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
)

// recording is what version e2b5bb4 measured for a case, before the lab was split into packages. Metrics that have been
// renamed since are under their new names. One number is newer: index_recall_at_k of a stale index on video recommendation
// was 0.796 while engines didn't see the filter and an index was compared on items that the request must not get.
type recording struct {
	Case    string
	Fault   string
	Seed    int64
	Set     catalog.Knobs
	Data    string // FORMAT:FOLDER of ../shared/data; "" for the generated world
	Metrics map[framework.StepID]map[string]float64
}

func (r recording) name() string {
	return strings.Join([]string{r.Case, r.Fault, r.Data}, " ")
}

// config is the recording's configuration. It skips the test where the data are absent.
func (r recording) config(t *testing.T) catalog.Config {
	t.Helper()
	c, err := casestudies.Find(r.Case)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := catalog.FromCase(c, r.Seed)
	if err != nil {
		t.Fatal(err)
	}
	if format, folder, ok := strings.Cut(r.Data, ":"); ok {
		path := filepath.Join("..", "..", "..", "shared", "data", folder)
		if _, err := os.Stat(path); err != nil {
			t.Skipf("the files in ../shared/data/%s are not here", folder)
		}
		cfg = cfg.WithData(format, path)
	}
	if cfg, err = cfg.With(r.Set); err != nil {
		t.Fatal(err)
	}
	cfg.Fault = r.Fault
	return cfg
}

var update = flag.Bool("update", false, "record the metrics anew where they differ; say why in the commit")

// record writes the recordings, those metrics that they have.
func record(t *testing.T, path string, recordings []recording) {
	t.Helper()
	var b bytes.Buffer
	for i, r := range recordings {
		head, err := json.Marshal(map[string]any{"case": r.Case, "fault": r.Fault, "seed": r.Seed, "set": r.Set, "data": r.Data})
		if err != nil {
			t.Fatal(err)
		}
		metrics, err := json.MarshalIndent(r.Metrics, " ", " ")
		if err != nil {
			t.Fatal(err)
		}
		open := ","
		if i == 0 {
			open = "["
		}
		fmt.Fprintf(&b, "%s\n %s, \"metrics\": %s}", open, bytes.TrimSuffix(head, []byte("}")), metrics)
	}
	b.WriteString("\n]\n")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestMetricsAreThoseThatWereRecorded(t *testing.T) {
	long(t)
	if runtime.GOARCH != "amd64" {
		t.Skip("recorded on amd64; other compilers fuse multiplications and additions, which changes the last digits")
	}
	path := filepath.Join("testdata", "recorded.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var recordings []recording
	if err := json.Unmarshal(text, &recordings); err != nil {
		t.Fatal(err)
	}
	l := New(Options{})
	for _, r := range recordings {
		t.Run(r.name(), func(t *testing.T) {
			cfg := r.config(t)
			for _, step := range steps() {
				want, ok := r.Metrics[step]
				if !ok {
					continue
				}
				rep, err := l.Run(t.Context(), cfg, step, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range differences(want, rep.Metrics) {
					if *update {
						t.Logf("%s: %s", step, d)
						continue
					}
					t.Errorf("%s: %s", step, d)
				}
				if *update {
					maps.DeleteFunc(want, func(id string, _ float64) bool { _, ok := rep.Metrics[id]; return !ok })
					maps.Copy(want, rep.Metrics)
				}
			}
		})
	}
	if *update {
		record(t, path, recordings)
	}
}

// differences are the recorded metrics that are no longer measured, or not to the last digit.
func differences(want, got map[string]float64) []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(want)) {
		switch v, ok := got[id]; {
		case !ok:
			out = append(out, fmt.Sprintf("%s is gone; it was %v", id, want[id]))
		case v != want[id]:
			out = append(out, fmt.Sprintf("%s is %v and was %v", id, v, want[id]))
		}
	}
	return out
}

func TestADifferenceInTheLastDigitIsSeen(t *testing.T) {
	want := map[string]float64{"same": 0.1, "moved": 0.30000000000000004, "gone": 1}
	got := map[string]float64{"same": 0.1, "moved": 0.3, "new": 2}
	if d := differences(want, got); len(d) != 2 || !strings.HasPrefix(d[0], "gone") || !strings.HasPrefix(d[1], "moved") {
		t.Errorf("the differences are %q", d)
	}
}
