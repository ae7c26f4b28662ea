package world

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"dryrun/internal/problem"
)

func TestEveryFormatOfAKindHasAReader(t *testing.T) {
	for _, k := range Kinds() {
		if len(k.readers) != len(k.Formats) {
			t.Errorf("%s names %d formats and has %d readers", k.ID, len(k.Formats), len(k.readers))
		}
		for _, format := range k.Formats {
			if _, ok := k.readers[format]; !ok {
				t.Errorf("%s names %s and has no reader for it", k.ID, format)
			}
		}
		if k.Default.Kind != k.ID || k.Line == "" || k.MaxItems < k.Default.Items || k.Bytes(k.Default) <= 0 {
			t.Errorf("%s is described by %+v", k.ID, k.Kind)
		}
		if got, ok := KindByID(k.ID); !ok || got.ID != k.ID {
			t.Errorf("%s isn't found by its id", k.ID)
		}
	}
}

func TestWhatNoWorldIsIsRefusedByName(t *testing.T) {
	for says, s := range map[string]problem.Spec{
		`unknown kind "moons"`: {Kind: "moons"},
		"it reads folders and": {Kind: "images", Format: "voc", Path: "x"},
		"it reads movielens":   {Kind: "interactions", Format: "voc", Path: "x"},
	} {
		if _, err := Make(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, expected one that says %q", err, says)
		}
	}
}

func TestMakingStopsWithItsContextWhateverTheKind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, k := range Kinds() {
		for _, format := range slices.Concat([]string{""}, k.Formats) {
			p, err := Make(ctx, problem.Spec{Kind: k.ID, Format: format, Path: t.TempDir()}, nil)
			if p != nil || err == nil {
				t.Errorf("%s %s: made a problem for a caller who has left", k.ID, format)
			}
			if format == "" && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v, want the context's", k.ID, err)
			}
		}
	}
}
