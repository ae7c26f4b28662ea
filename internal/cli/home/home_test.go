package home

import (
	"context"
	"errors"
	"strings"
	"testing"

	"dryrun/internal/cli/clitest"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/sessions"
	"dryrun/internal/lab"
	"dryrun/internal/store"
)

func TestPlainHomeOffersTheCasesAndEndsWithTheInput(t *testing.T) {
	p, out, _ := clitest.Program()
	dir := t.TempDir()
	p.Lab = func(command.EngineFlags) (command.Lab, error) { return lab.New(lab.Options{}), nil }
	p.Store = func(ctx context.Context) (*store.Store, error) { return store.Open(ctx, store.Location{Dir: dir}) }
	if err := run(t.Context(), &options{IO: p.IO, Sessions: sessions.Opener(p)}); err != nil {
		t.Fatal(err)
	}
	first, second := strings.Index(out.String(), "Visual search"), strings.Index(out.String(), "Video recommendation")
	if first < 0 || second < first {
		t.Errorf("the cases aren't offered, the one for newcomers first: %s", out)
	}
}

func TestHomeSaysWhyNoSessionCanBeOpened(t *testing.T) {
	p, _, _ := clitest.Program()
	full := errors.New("the disk is full")
	o := &options{IO: p.IO, Sessions: func(context.Context) (*sessions.Open, error) { return nil, full }}
	if err := run(t.Context(), o); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}
