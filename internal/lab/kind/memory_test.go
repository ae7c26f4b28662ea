package kind

import (
	"errors"
	"strings"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

func sized(t *testing.T, kind string, knobs catalog.Knobs) catalog.Config {
	t.Helper()
	cfg, err := catalog.Config{World: problem.Spec{Kind: kind}, Seed: 1}.With(knobs)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func settings(t *testing.T, cfg catalog.Config) catalog.Settings {
	t.Helper()
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestARefusalSaysWhatWouldFit(t *testing.T) {
	for name, c := range map[string]struct {
		kind  string
		knobs catalog.Knobs
		limit int64
	}{
		"ten million pictures in four gigabytes":           {"images", catalog.Knobs{"items": "10000000"}, 4e9},
		"pictures as they are, which are wide":             {"images", catalog.Knobs{"items": "300000", "encoder": "raw"}, 1e9},
		"a million pictures kept, where more are drawn":    {"images", catalog.Knobs{"items": "1000000", "dim": "8"}, 1e9},
		"two million pictures that would be drawn as well": {"images", catalog.Knobs{"items": "2000000", "dim": "4"}, 800e6},
		"ten million videos in two gigabytes":              {"interactions", catalog.Knobs{"items": "10000000"}, 2e9},
		"videos with wide vectors":                         {"interactions", catalog.Knobs{"items": "100000", "dim": "1024"}, 800e6},
		"a world just above its least":                     {"interactions", catalog.Knobs{"items": "1100", "dim": "1024"}, 182e6},
	} {
		cfg := sized(t, c.kind, c.knobs)
		asked := settings(t, cfg)
		var big *TooBig
		need, err := Fits(cfg.Spec(asked), asked, c.limit)
		if !errors.As(err, &big) {
			t.Errorf("%s: %v, expected a refusal", name, err)
			continue
		}
		if big.Bytes != need || need != Estimate(cfg.Spec(asked), asked) || big.Limit != c.limit {
			t.Errorf("%s: refused with %d of %d bytes, estimated are %d", name, big.Bytes, big.Limit, need)
		}
		if big.Fit == 0 || !strings.HasSuffix(big.Error(), report.Count(big.Fit).String()+" items would fit") {
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
		for items, fits := range map[int]bool{big.Fit: true, big.Fit + step: false} {
			less := asked
			less.Items = items
			if items < asked.Items && (Estimate(cfg.Spec(less), less) <= c.limit) != fits {
				t.Errorf("%s: that %d items fit is %v, the refusal says %v", name, items, !fits, fits)
			}
		}
	}
}

func TestARefusalSaysWhenNothingFits(t *testing.T) {
	cfg := sized(t, "images", nil)
	asked := settings(t, cfg)
	var big *TooBig
	if _, err := Fits(cfg.Spec(asked), asked, 50e6); !errors.As(err, &big) || big.Fit != 0 {
		t.Fatalf("got %v", err)
	}
	if got := big.Error(); !strings.Contains(got, "more than the 50 MB it may use; not even 1,000 items would fit") {
		t.Errorf("says %q", got)
	}
}

func TestTheLimitIsWithinTheMachine(t *testing.T) {
	limit := DefaultLimit()
	if have := machineMemory(); limit <= 0 || have > 0 && limit > have {
		t.Errorf("a run may use %d of %d bytes", limit, have)
	}
}
