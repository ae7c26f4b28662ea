package study

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/rehearse"
	"dryrun/internal/store"
	"dryrun/internal/store/storetest"
)

// clock moves a minute each time that it is read.
type clock struct{ t time.Time }

func (c *clock) Now() time.Time {
	c.t = c.t.Add(time.Minute)
	return c.t
}

func newStudy() *Study {
	return &Study{
		Store: &storetest.Memory{}, Lab: &recorder{}, Coach: coach.New(), Clock: &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
}

// begin begins a session and stores its first events.
func begin(t *testing.T, s *Study, o rehearse.Options) string {
	t.Helper()
	session, opening, err := s.Begin(o)
	if err != nil {
		t.Fatal(err)
	}
	perform(t, s, session, opening)
	return session.State().Started.Session
}

func perform(t *testing.T, s *Study, session *rehearse.Session, out rehearse.Outcome) {
	t.Helper()
	if err := rehearse.PerformAll(t.Context(), session, out.Effects, s.Store, s.LabOf(session.Case()), nil, nil); err != nil {
		t.Fatal(err)
	}
}

// fileCase is the built-in case as a file in a folder of its own.
func fileCase(t *testing.T) *casestudies.Case {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, visualSearch(t).Source().YAML, 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := casestudies.LoadFile(path)
	if err != nil || c == nil {
		t.Fatalf("loading %s: %v", path, err)
	}
	return c
}

func TestACaseFromAFileKeepsItsPathAndFolder(t *testing.T) {
	s, c := newStudy(), fileCase(t)
	id := begin(t, s, rehearse.Options{Case: c})
	past, err := s.Read(t.Context(), id)
	if err != nil || past.Session == nil {
		t.Fatalf("%v, %v", err, past.Err)
	}
	resumed, _, err := s.Resume(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]*casestudies.Source{"read": past.Session.Case().Source(), "resumed": resumed.Case().Source()} {
		if got.Name != c.Source().Name || got.Dir != c.Source().Dir || got.Hash != c.Source().Hash {
			t.Errorf("%s: %s in %s, want %s in %s", what, got.Name, got.Dir, c.Source().Name, c.Source().Dir)
		}
	}
}

func TestASessionWhoseCaseCantBeReadIsReadWithoutIt(t *testing.T) {
	s := newStudy()
	started := framework.Event{Seq: 1, At: time.Now(), Body: framework.Started{Session: "old", CaseID: "old", Case: "version: 99\n"}}
	if err := s.Store.Append(t.Context(), "old", []framework.Event{started}); err != nil {
		t.Fatal(err)
	}
	past, err := s.Read(t.Context(), "old")
	if err != nil || past.Session != nil || past.Err == nil || past.State.Started.CaseID != "old" {
		t.Errorf("%+v, %v", past, err)
	}
	if _, _, err := s.Resume(t.Context(), "old"); err == nil {
		t.Error("it was resumed")
	}
}

func TestTheLastUnfinishedSessionOfACaseIsTheOneToContinue(t *testing.T) {
	s, c := newStudy(), visualSearch(t)
	first := begin(t, s, rehearse.Options{Case: c})
	second := begin(t, s, rehearse.Options{Case: c})
	mock := begin(t, s, rehearse.Options{Case: c, Mode: framework.Mock})
	last := func(mode framework.Mode, id, want string) {
		t.Helper()
		if got, err := s.Last(t.Context(), mode, id); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	last(framework.Practice, c.ID, second)
	last(framework.Mock, c.ID, mock)
	last(framework.Practice, "another", "")

	session, opening, err := s.Resume(t.Context(), second[:6])
	if err != nil {
		t.Fatal(err)
	}
	perform(t, s, session, opening)
	end, err := session.Do(rehearse.End{})
	if err != nil {
		t.Fatal(err)
	}
	perform(t, s, session, end)
	last(framework.Practice, c.ID, first)
	open, err := s.Unfinished(t.Context(), 1)
	if err != nil || len(open) != 1 || open[0].ID != mock {
		t.Errorf("got %+v, %v", open, err)
	}
	all, err := s.List(t.Context())
	if err != nil || len(all) != 3 || all[0].ID != second || all[0].Open() {
		t.Errorf("got %+v, %v", all, err)
	}
	var none *store.NotFoundError
	if _, err := s.Read(t.Context(), "nobody"); !errors.As(err, &none) {
		t.Errorf("got %v", err)
	}
}

func TestTheSessionBeforeIsTheLastOneOfTheCaseWithMarks(t *testing.T) {
	s, c := newStudy(), visualSearch(t)
	marked := begin(t, s, rehearse.Options{Case: c})
	session, opening, err := s.Resume(t.Context(), marked)
	if err != nil {
		t.Fatal(err)
	}
	perform(t, s, session, opening)
	for _, cmd := range []rehearse.Command{
		rehearse.Answer{Text: "The goal is purchases."}, rehearse.Mark{Criterion: session.Step().Criteria[0].ID, Mark: framework.Full},
	} {
		out, err := session.Do(cmd)
		if err != nil {
			t.Fatal(err)
		}
		perform(t, s, session, out)
	}
	begin(t, s, rehearse.Options{Case: c}) // without marks
	third, err := s.Read(t.Context(), begin(t, s, rehearse.Options{Case: c}))
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.Before(t.Context(), third.State.Started, third.State.StartedAt)
	if err != nil || last == nil || last.Session != marked {
		t.Errorf("before the third session: %+v, %v; want the marked one, %s", last, err, marked)
	}
	first := session.State()
	if last, err := s.Before(t.Context(), first.Started, first.StartedAt); err != nil || last != nil {
		t.Errorf("before the first session: %+v, %v", last, err)
	}
}
