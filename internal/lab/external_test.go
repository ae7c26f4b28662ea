package lab

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/report"
	"dryrun/internal/retrieval/milvus"
	"dryrun/internal/world"
)

func TestExternalEnginesAreChosenByNameAndNeverOffered(t *testing.T) {
	for _, e := range kind.ExternalEngines() {
		for _, k := range world.Kinds() {
			if slices.Contains(catalog.Offers(k.ID, "engine"), e.ID) {
				t.Errorf("%s offers %s, which other machines may lack", k.ID, e.ID)
			}
		}
		if _, err := images().With(catalog.Knobs{"engine": e.ID}); err != nil {
			t.Errorf("%s can't be chosen: %v", e.ID, err)
		}
		if e.Note == "" {
			t.Errorf("%s: nothing says what it is or needs", e.ID)
		}
	}
	_, err := images().With(catalog.Knobs{"engine": "fais-hnsw"})
	var bad *catalog.BadKnob
	if !errors.As(err, &bad) || len(bad.Near) == 0 || bad.Near[0] != "faiss-hnsw" {
		t.Errorf("a misspelled external engine: %v", err)
	}
}

// Each engine either does the embedded ones' work or is refused before anything is made, with what to install.
func TestExternalEnginesWorkOrAreRefused(t *testing.T) {
	for _, e := range kind.ExternalEngines() {
		t.Run(e.ID, func(t *testing.T) {
			cfg, err := images().With(catalog.Knobs{"engine": e.ID, "encoder": "pca", "ranker": "none", "items": "1000", "dim": "16"})
			if err != nil {
				t.Fatal(err)
			}
			l := New(Options{Workers: 1, Milvus: milvus.Options{Address: "127.0.0.1:1"}}) // nothing listens there
			var told []string
			r, err := l.Run(context.Background(), cfg, framework.Architecture, func(p report.Progress) { told = append(told, p.What) })
			switch {
			case !e.Present:
				var absent *kind.AbsentEngine
				if !errors.As(err, &absent) || !strings.Contains(err.Error(), "-tags") || slices.Contains(told, "making the world") {
					t.Errorf("%v after %q", err, told)
				}
			case e.ID == catalog.Milvus:
				if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") || !strings.Contains(err.Error(), "milvus-lite") {
					t.Errorf("%v", err)
				}
			case err != nil:
				t.Error(err)
			case r.Metrics["index_recall_at_k"] < 0.9:
				t.Errorf("it finds %.3f of an exact scan", r.Metrics["index_recall_at_k"])
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
