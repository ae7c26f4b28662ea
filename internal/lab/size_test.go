package lab

import (
	"errors"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

func sized(t *testing.T, kind string, knobs catalog.Knobs) catalog.Config {
	t.Helper()
	cfg, err := catalog.Config{World: problem.Spec{Kind: kind}, Seed: 1}.With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestARefusalComesBeforeAnythingIsMade(t *testing.T) {
	l := New(Options{Workers: 1, Limit: 1e9})
	cfg := sized(t, "interactions", catalog.Knobs{"items": "10000000"})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := l.Run(t.Context(), cfg, framework.Architecture, nil)
	runtime.ReadMemStats(&after)
	var big *kind.TooBig
	if !errors.As(err, &big) {
		t.Fatalf("got %v", err)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 8<<20 {
		t.Errorf("refusing took %d bytes", made)
	}
}

func TestAsMuchIsKeptAsLeavesRoomForAnotherRun(t *testing.T) {
	const limit = 24e9
	for _, kind := range world.Kinds() {
		need, err := Estimate(sized(t, kind.ID, catalog.Knobs{"items": "10000000"}))
		if err != nil || need > limit {
			t.Errorf("%s: ten million items need %d bytes (%v)", kind.ID, need, err)
		}
		if kept := keptFor(need, limit); kept <= keptBytes || kept+need > limit {
			t.Errorf("%s: %d bytes are kept for the next step, which takes %d", kind.ID, kept, need)
		}
	}
}

func TestEstimateGrowsWithTheCorpusAndRefusesWhatWontFit(t *testing.T) {
	sizes := []string{"1000", "100000", "10000000"}
	last := int64(0)
	for _, items := range sizes {
		cfg, err := images().With(catalog.Knobs{"items": items})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Estimate(cfg)
		if err != nil || b <= last {
			t.Errorf("%s items need %d bytes after %d (%v)", items, b, last, err)
		}
		last = b
	}
	l := New(Options{Workers: 1, Limit: 1 << 20})
	var big *kind.TooBig
	if _, err := l.Run(t.Context(), images(), framework.Architecture, nil); !errors.As(err, &big) {
		t.Errorf("got %v", err)
	}
}

func images() catalog.Config { return catalog.Config{World: problem.Spec{Kind: "images"}, Seed: 1} }

// What a lab may use is said when it is made: nothing of it can be changed while runs are under way.
func TestALabHasNothingToSetAfterItIsMade(t *testing.T) {
	lab := reflect.TypeFor[*Lab]()
	for i := range lab.Elem().NumField() {
		if f := lab.Elem().Field(i); f.IsExported() {
			t.Errorf("%s can be set from outside", f.Name)
		}
	}
	var methods []string
	for i := range lab.NumMethod() {
		methods = append(methods, lab.Method(i).Name)
	}
	if !slices.Equal(methods, []string{"Close", "Measure", "Prove", "Run", "XRay"}) {
		t.Errorf("a lab offers %q", methods)
	}
}
