package lab

import (
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

func sized(t *testing.T, kind string, knobs Knobs) Config {
	t.Helper()
	cfg, err := Config{World: problem.Spec{Kind: kind}, Seed: 1}.With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestARefusalSaysWhatWouldFit(t *testing.T) {
	for name, c := range map[string]struct {
		kind  string
		knobs Knobs
		limit int64
	}{
		"ten million pictures in four gigabytes":           {"images", Knobs{"items": "10000000"}, 4e9},
		"pictures as they are, which are wide":             {"images", Knobs{"items": "300000", "encoder": "raw"}, 1e9},
		"a million pictures kept, where more are drawn":    {"images", Knobs{"items": "1000000", "dim": "8"}, 1e9},
		"two million pictures that would be drawn as well": {"images", Knobs{"items": "2000000", "dim": "4"}, 800e6},
		"ten million videos in two gigabytes":              {"interactions", Knobs{"items": "10000000"}, 2e9},
		"videos with wide vectors":                         {"interactions", Knobs{"items": "100000", "dim": "1024"}, 800e6},
		"a world just above its least":                     {"interactions", Knobs{"items": "1100", "dim": "1024"}, 182e6},
	} {
		cfg := sized(t, c.kind, c.knobs)
		l := &Lab{limit: c.limit}
		var big *TooBig
		if err := l.fits(cfg); !errors.As(err, &big) {
			t.Errorf("%s: %v, expected a refusal", name, err)
			continue
		}
		need, err := Estimate(cfg)
		if err != nil || big.Bytes != need || big.Limit != c.limit {
			t.Errorf("%s: refused with %d of %d bytes, estimated are %d (%v)", name, big.Bytes, big.Limit, need, err)
		}
		if big.Fit == 0 || !strings.HasSuffix(big.Error(), thousands(big.Fit)+" items would fit") {
			t.Errorf("%s: says %q", name, big)
			continue
		}
		step := 1
		for big.Fit/step >= 100 {
			step *= 10
		}
		if big.Fit%step != 0 {
			t.Errorf("%s: %d has more than two digits", name, big.Fit)
		}
		asked, _ := settingsOf(cfg)
		for items, fits := range map[int]bool{big.Fit: true, big.Fit + step: false} {
			less := asked
			less.items = items
			if items < asked.items && (estimate(specOf(cfg, less), less) <= c.limit) != fits {
				t.Errorf("%s: that %d items fit is %v, the refusal says %v", name, items, !fits, fits)
			}
		}
	}
}

func TestARefusalSaysWhenNothingFits(t *testing.T) {
	l := &Lab{limit: 50e6}
	var big *TooBig
	if err := l.fits(sized(t, "images", nil)); !errors.As(err, &big) || big.Fit != 0 {
		t.Fatalf("got %v", err)
	}
	if got := big.Error(); !strings.Contains(got, "more than the 50 MB it may use; not even 1,000 items would fit") {
		t.Errorf("says %q", got)
	}
}

func TestARefusalComesBeforeAnythingIsMade(t *testing.T) {
	l := New(Options{Workers: 1, Limit: 1e9})
	cfg := sized(t, "interactions", Knobs{"items": "10000000"})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := l.Run(t.Context(), cfg, framework.Architecture, nil)
	runtime.ReadMemStats(&after)
	var big *TooBig
	if !errors.As(err, &big) {
		t.Fatalf("got %v", err)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 8<<20 {
		t.Errorf("refusing took %d bytes", made)
	}
}

func TestTheLimitIsWithinTheMachine(t *testing.T) {
	limit := DefaultLimit()
	if have := memory(); limit <= 0 || have > 0 && limit > have {
		t.Errorf("a run may use %d of %d bytes", limit, have)
	}
}

func TestTenMillionItemsFitInTwentyFourGigabytes(t *testing.T) {
	for _, kind := range world.Kinds() {
		l := &Lab{limit: 24e9, cache: newCache(keptBytes)}
		cfg := sized(t, kind.ID, Knobs{"items": "10000000"})
		if err := l.fits(cfg); err != nil {
			t.Errorf("%s: %v", kind.ID, err)
		}
		if need, _ := Estimate(cfg); l.cache.limit <= keptBytes || l.cache.limit+need > l.limit {
			t.Errorf("%s: %d bytes are kept for the next step, which takes %d", kind.ID, l.cache.limit, need)
		}
	}
}

func TestEstimateGrowsWithTheCorpusAndRefusesWhatWontFit(t *testing.T) {
	sizes := []string{"1000", "100000", "10000000"}
	last := int64(0)
	for _, items := range sizes {
		cfg, err := images().With(Knobs{"items": items})
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
	var big *TooBig
	if _, err := l.Run(t.Context(), images(), framework.Architecture, nil); !errors.As(err, &big) {
		t.Errorf("got %v", err)
	}
}

func images() Config { return Config{World: problem.Spec{Kind: "images"}, Seed: 1} }

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
	if !slices.Equal(methods, []string{"Close", "Prove", "Run", "XRay"}) {
		t.Errorf("a lab offers %q", methods)
	}
}
