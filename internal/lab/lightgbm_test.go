package lab

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/report"
	"dryrun/internal/world"
)

func TestLightGBMIsChosenByNameAndNeverOffered(t *testing.T) {
	for _, k := range world.Kinds() {
		if slices.Contains(catalog.Offers(k.ID, "ranker"), catalog.LightGBM) {
			t.Errorf("%s offers %s, which other machines may lack", k.ID, catalog.LightGBM)
		}
	}
	if _, err := images().With(catalog.Knobs{"ranker": catalog.LightGBM}); err != nil {
		t.Errorf("it can't be chosen: %v", err)
	}
}

// It either does the trees' work or is refused before anything is made, with what to install.
func TestLightGBMRanksOrIsRefused(t *testing.T) {
	l := New(Options{Workers: 1, Python: os.Getenv("DRYRUN_PYTHON")})
	var told []string
	cfg := small(t, catalog.Knobs{"ranker": catalog.LightGBM})
	r, err := l.Run(t.Context(), cfg, framework.Architecture, func(p report.Progress) { told = append(told, p.What) })
	if !kind.LightGBM(t.Context(), os.Getenv("DRYRUN_PYTHON")).Present {
		var absent *kind.AbsentEngine
		if !errors.As(err, &absent) || !strings.Contains(err.Error(), "pip install lightgbm") || slices.Contains(told, "making the world") {
			t.Errorf("%v after %q", err, told)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	beatsNone(t, l, r, catalog.LightGBM)
}

func TestDeepAndCrossRanksBetterThanStageOne(t *testing.T) {
	long(t)
	l := New(Options{Workers: 1})
	r, err := l.Run(t.Context(), small(t, catalog.Knobs{"ranker": "dcn"}), framework.Architecture, nil)
	if err != nil {
		t.Fatal(err)
	}
	beatsNone(t, l, r, "dcn")
}

func beatsNone(t *testing.T, l *Lab, r *report.Step, ranker string) {
	t.Helper()
	none, err := l.Run(context.Background(), small(t, catalog.Knobs{"ranker": "none"}), framework.Architecture, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := r.Metrics["quality"], none.Metrics["quality"]; !(a > b) {
		t.Errorf("quality by %s %.3f, without a ranker %.3f", ranker, a, b)
	}
}
