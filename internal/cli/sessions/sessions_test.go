package sessions

import (
	"context"
	"errors"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/clitest"
	"dryrun/internal/cli/command"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/store"
)

// closer is a lab that only closes.
type closer struct {
	closed int
	err    error
}

func (c *closer) Run(context.Context, catalog.Config, framework.StepID, func(report.Progress)) (*report.Step, error) {
	return nil, errors.New("it only closes")
}

func (c *closer) XRay(context.Context, catalog.Config, int) (report.XRay, error) {
	return report.XRay{}, errors.New("it only closes")
}

func (c *closer) Close() error {
	c.closed++
	return c.err
}

// open opens a study in a folder of its own.
func open(t *testing.T, l *closer) *Open {
	t.Helper()
	dir := t.TempDir()
	p, _, _ := clitest.Program()
	p.Lab = func(command.EngineFlags) (command.Lab, error) { return l, nil }
	p.Store = func(ctx context.Context) (*store.Store, error) { return store.Open(ctx, store.Location{Dir: dir}) }
	o, err := Opener(p)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAStoreThatCantBeOpenedClosesTheLab(t *testing.T) {
	p, _, _ := clitest.Program()
	l, full := &closer{}, errors.New("the disk is full")
	p.Lab = func(command.EngineFlags) (command.Lab, error) { return l, nil }
	p.Store = func(context.Context) (*store.Store, error) { return nil, full }
	if _, err := Opener(p)(t.Context()); !errors.Is(err, full) || l.closed != 1 {
		t.Errorf("%v, closed %d times", err, l.closed)
	}
}

func TestClosingReportsWhatTheLabLeavesBehind(t *testing.T) {
	l := &closer{err: errors.New("a collection stays on the server")}
	if err := open(t, l).Close(); !errors.Is(err, l.err) || l.closed != 1 {
		t.Errorf("%v, closed %d times", err, l.closed)
	}
}

func TestASessionKnowsWhetherItsCaseHasChanged(t *testing.T) {
	o := open(t, &closer{})
	defer o.Close()
	c, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	session, opening, err := o.Begin(rehearse.Options{Case: c, Mode: framework.Practice, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := rehearse.PerformAll(t.Context(), session, opening.Effects, o.Store, o.LabOf(c), nil, nil); err != nil {
		t.Fatal(err)
	}
	all, err := o.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	other, err := casestudies.Find("video-recommendation")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		now  *casestudies.Case
		want bool
	}{{c, false}, {other, true}, {nil, false}} {
		if changed, err := o.Changed(t.Context(), all[0].ID, tc.now); err != nil || changed != tc.want {
			t.Errorf("changed %v, want %v: %v", changed, tc.want, err)
		}
	}
}

func TestAnIDThatNamesNoSessionOrSeveralIsTheUsersMistake(t *testing.T) {
	for _, err := range []error{&store.NotFoundError{ID: "zzz"}, &store.AmbiguousError{Prefix: "a", IDs: []string{"ab", "ac", "ad", "ae"}}} {
		var f *command.Failure
		if !errors.As(Error(err), &f) || f.Code != command.ExitMisused || len(f.Near) > 3 {
			t.Errorf("%v: %+v", err, f)
		}
	}
	full := errors.New("the disk is full")
	var f *command.Failure
	if err := Error(full); !errors.Is(err, full) || errors.As(err, &f) {
		t.Errorf("another error becomes %v", err)
	}
}
