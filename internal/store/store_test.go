package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dryrun/framework"
)

var began = time.Date(2026, 3, 1, 9, 30, 0, 123456789, time.UTC)

func openIn(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func started(id string) framework.Event {
	return framework.Event{Seq: 1, At: began, Body: framework.Started{
		Session: id, Mode: framework.Practice, CaseID: "visual-search", Title: "Visual search", Case: "version: 1\n", Minutes: 45,
	}}
}

// after is an event that follows at seq, seq seconds into the session.
func after(seq int, b framework.Body) framework.Event {
	return framework.Event{Seq: seq, At: began.Add(time.Duration(seq) * time.Second), Body: b}
}

func mustAppend(t *testing.T, s *Store, id string, events ...framework.Event) {
	t.Helper()
	if err := s.Append(t.Context(), id, events); err != nil {
		t.Fatal(err)
	}
}

func TestASessionComesBackAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	events := []framework.Event{
		started("abcd2345"),
		after(2, framework.StepEntered{Step: framework.Data}),
		after(3, framework.Answered{Step: framework.Data, Text: "clicks \x1b[31mlie\x00 ½ 東京\n"}),
		after(4, framework.Predicted{Step: framework.Data, Prediction: "p", Low: 0.1, High: 1e300}),
		after(5, framework.StepDone{Step: framework.Data}),
		after(6, framework.StepDone{Step: framework.Data}),
	}
	mustAppend(t, s, "abcd2345", events[:2]...)
	mustAppend(t, s, "abcd2345", events[2:]...)
	if err := s.Beat(t.Context(), "abcd2345", began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}

	got, err := openIn(t, dir).Session(t.Context(), "abc")
	if err != nil {
		t.Fatal(err)
	}
	want := Session{ID: "abcd2345", Events: events, Alive: began.Add(time.Minute)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	list, err := s.Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	summary := Summary{
		ID: "abcd2345", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Step: framework.Data,
		Done: 1, Of: 7, Created: began, Updated: began.Add(6 * time.Second),
	}
	if len(list) != 1 || list[0] != summary {
		t.Errorf("got %+v, want %+v", list, summary)
	}
}

func TestTheListHasTheLastTouchedFirstAndUnfinishedOnesToo(t *testing.T) {
	s := openIn(t, t.TempDir())
	mustAppend(t, s, "old", started("old"))
	mustAppend(t, s, "new", started("new"), after(2, framework.Ended{}))
	list, err := s.Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].ID != "new" || list[0].Open() || !list[1].Open() {
		t.Errorf("got %+v", list)
	}
}

func TestAnAppendMayBeRepeatedButNotContradicted(t *testing.T) {
	s := openIn(t, t.TempDir())
	mine := []framework.Event{started("s"), after(2, framework.Hinted{Step: framework.Data, N: 1})}
	mustAppend(t, s, "s", mine...)
	mustAppend(t, s, "s", append(mine, after(3, framework.Paused{}))...)

	theirs := []framework.Event{after(3, framework.Hinted{Step: framework.Data, N: 2}), after(4, framework.Ended{})}
	if err := s.Append(t.Context(), "s", theirs); !errors.Is(err, ErrOtherWriter) {
		t.Fatalf("got %v, want ErrOtherWriter", err)
	}
	got, err := s.Session(t.Context(), "s")
	if err != nil || len(got.Events) != 3 || got.Events[2].Body != (framework.Paused{}) {
		t.Errorf("the losing append left a trace: %+v, %v", got.Events, err)
	}
}

func TestALogHasNoGapAndBeginsWithStarted(t *testing.T) {
	s := openIn(t, t.TempDir())
	if err := s.Append(t.Context(), "s", []framework.Event{after(1, framework.Paused{})}); err == nil {
		t.Error("a log that doesn't begin with Started is taken")
	}
	mustAppend(t, s, "s", started("s"))
	if err := s.Append(t.Context(), "s", []framework.Event{after(3, framework.Paused{})}); err == nil {
		t.Error("a gap is taken")
	}
	if err := s.Beat(t.Context(), "nobody", began); err == nil {
		t.Error("a session that doesn't exist is alive")
	}
}

func TestADraftIsOverwrittenAndGivesWayToItsAnswer(t *testing.T) {
	s := openIn(t, t.TempDir())
	mustAppend(t, s, "s", started("s"))
	save := func(to, text string) {
		t.Helper()
		if err := s.SaveDraft(t.Context(), "s", Draft{framework.Data, to, text, began}); err != nil {
			t.Fatal(err)
		}
	}
	save("", "fir")
	save("", "first words")
	save("probe", "other")
	if got, err := s.Session(t.Context(), "s"); err != nil || len(got.Drafts) != 2 || got.Drafts[0].Text != "first words" {
		t.Fatalf("got %+v, %v", got.Drafts, err)
	}
	mustAppend(t, s, "s", after(2, framework.Answered{Step: framework.Data, Text: "first words"}))
	got, err := s.Session(t.Context(), "s")
	if err != nil || len(got.Drafts) != 1 || got.Drafts[0] != (Draft{framework.Data, "probe", "other", began}) {
		t.Errorf("got %+v, %v", got.Drafts, err)
	}
}

func TestASessionIsFoundByTheBeginningOfItsID(t *testing.T) {
	s := openIn(t, t.TempDir())
	for _, id := range []string{"ab", "abc", "x%"} {
		mustAppend(t, s, id, started(id))
	}
	for _, c := range []struct {
		name, id, want string
	}{
		{"the whole id wins over longer ones", "ab", "ab"},
		{"a unique beginning", "abc", "abc"},
		{"per cent is a letter like any other", "x%", "x%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := s.Session(t.Context(), c.id); err != nil || got.ID != c.want {
				t.Errorf("got %q, %v", got.ID, err)
			}
		})
	}
	var many *AmbiguousError
	if _, err := s.Session(t.Context(), "a"); !errors.As(err, &many) || len(many.IDs) != 2 {
		t.Errorf("two sessions begin with a: %v", err)
	}
	var none *NotFoundError
	for _, id := range []string{"", "%", "zz"} {
		if _, err := s.Session(t.Context(), id); !errors.As(err, &none) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestALogOfANewerProgramIsRefusedAndTheListStillWorks(t *testing.T) {
	s := openIn(t, t.TempDir())
	mustAppend(t, s, "kind", started("kind"))
	mustAppend(t, s, "format", started("format"))
	for _, q := range []string{
		`INSERT INTO events (session, seq, at, kind, body) VALUES ('kind', 2, 0, 'Telepathy', '{}')`,
		`UPDATE sessions SET format = 99 WHERE id = 'format'`,
	} {
		if _, err := s.db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"kind", "format"} {
		if _, err := s.Session(t.Context(), id); err == nil || !strings.Contains(err.Error(), "newer") {
			t.Errorf("%s: %v", id, err)
		}
	}
	if list, err := s.Sessions(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestADamagedDatabaseIsKeptAside(t *testing.T) {
	garbage := bytes.Repeat([]byte("not a database "), 500)
	whole := func(t *testing.T) []byte {
		dir := t.TempDir()
		s, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		mustAppend(t, s, "s", started("s"), after(2, framework.Answered{Text: strings.Repeat("words ", 20000)}))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	smashed := func(t *testing.T) []byte {
		b := whole(t)
		copy(b[4096:], garbage) // the second page is the root of a table or an index
		return b
	}
	for _, c := range []struct {
		name string
		file func(*testing.T) []byte
	}{
		{"garbage", func(*testing.T) []byte { return garbage }},
		{"cut off in the middle", func(t *testing.T) []byte { b := whole(t); return b[:len(b)/2] }},
		{"overwritten in the middle", smashed},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, content := t.TempDir(), c.file(t)
			if err := os.WriteFile(filepath.Join(dir, File), content, 0o600); err != nil {
				t.Fatal(err)
			}
			s := openIn(t, dir)
			if n := s.Notices(); len(n) != 1 || !strings.Contains(n[0], "damaged") {
				t.Errorf("notices: %q", n)
			}
			mustAppend(t, s, "after", started("after"))
			kept, err := filepath.Glob(filepath.Join(dir, File+".damaged-*"))
			if err != nil || len(kept) != 1 {
				t.Fatalf("kept: %v, %v", kept, err)
			}
			if b, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(b, content) {
				t.Errorf("what was kept differs from what was there (%v)", err)
			}
		})
	}
}

func TestANewerDatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	if _, err := s.db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	var newer *NewerError
	if _, err := Open(t.Context(), dir); !errors.As(err, &newer) || newer.Has != 999 {
		t.Fatalf("got %v", err)
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, "*damaged*")); len(kept) > 0 {
		t.Errorf("a newer database is taken for a damaged one: %v", kept)
	}
}

func TestAFolderThatCantBeWrittenToIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var dir *DirError
	if _, err := Open(t.Context(), filepath.Join(file, "data")); !errors.As(err, &dir) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

func TestAFolderMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a?mode=memory#b %41 é'")
	s := openIn(t, dir)
	mustAppend(t, s, "s", started("s"))
	if info, err := os.Stat(filepath.Join(dir, File)); err != nil || info.Size() == 0 {
		t.Errorf("the database isn't where it was asked for: %v", err)
	}
	if _, err := openIn(t, dir).Session(t.Context(), "s"); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheOwnerCanReadWhatIsStored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "data")
	s := openIn(t, dir)
	mustAppend(t, s, "s", started("s"))
	for name, want := range map[string]os.FileMode{".": 0o700, File: 0o600, File + "-wal": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestACancelledWriteStoresNothing(t *testing.T) {
	s := openIn(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Append(ctx, "s", []framework.Event{started("s")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if list, err := s.Sessions(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// However a log is cut into appends, and whichever of them are repeated, the log that comes back is the one written.
func TestAnyWayOfAppendingGivesTheSameLog(t *testing.T) {
	s := openIn(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		id := NewID()
		events := []framework.Event{started(id)}
		for i := range rapid.IntRange(0, 8).Draw(t, "events") {
			text := rapid.String().Draw(t, "text")
			events = append(events, after(i+2, rapid.SampledFrom([]framework.Body{
				framework.Answered{Step: framework.Data, Text: text},
				framework.Asked{Step: framework.Data, Text: text, Reply: text},
				framework.StepEntered{Step: framework.Model},
				framework.StepDone{Step: framework.Model},
			}).Draw(t, "body")))
		}
		for from := 0; from < len(events); {
			to := rapid.IntRange(from+1, len(events)).Draw(t, "to")
			start := rapid.IntRange(0, from).Draw(t, "repeated from")
			if err := s.Append(context.Background(), id, events[start:to]); err != nil {
				t.Fatal(err)
			}
			from = to
		}
		got, err := s.Session(context.Background(), id)
		if err != nil || !reflect.DeepEqual(got.Events, events) {
			t.Fatalf("got %+v, %v, want %+v", got.Events, err, events)
		}
	})
}
