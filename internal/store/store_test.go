package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dryrun/framework"
	"dryrun/internal/store"
	"dryrun/internal/store/storetest"
)

func openIn(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Location{Dir: dir})
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

// execute changes the database behind the store's back.
func execute(t *testing.T, dir string, queries ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, store.File))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range queries {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

func mustAppend(t *testing.T, s *store.Store, id string, events ...framework.Event) {
	t.Helper()
	if err := s.Append(t.Context(), id, events); err != nil {
		t.Fatal(err)
	}
}

func TestSQLiteKeepsTheContractOfAStore(t *testing.T) {
	storetest.Contract(t, func(t *testing.T) storetest.Store { return openIn(t, t.TempDir()) })
}

func TestARowOfAnOlderProgramIsFoldedAgainWhenTheDatabaseIsOpened(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	mustAppend(t, s, "s", storetest.Started("s"), storetest.After(2, framework.StepEntered{Step: framework.Data}),
		storetest.After(3, framework.Answered{Step: framework.Data, Text: "clicks lie"}))
	want, err := s.Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	execute(t, dir, `UPDATE sessions SET seq = 0, running = 0, elapsed = 0, last_text = ''`)
	got, err := openIn(t, dir).Sessions(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) || got[0].Text != "clicks lie" {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestALogOfANewerProgramIsRefusedAndTheListStillWorks(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	mustAppend(t, s, "kind", storetest.Started("kind"))
	mustAppend(t, s, "format", storetest.Started("format"))
	execute(t, dir,
		`INSERT INTO events (session, seq, at, kind, body) VALUES ('kind', 2, 0, 'Telepathy', '{}')`,
		`UPDATE sessions SET format = 99 WHERE id = 'format'`)
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
		s, err := store.Open(t.Context(), store.Location{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		long := framework.Answered{Step: framework.Data, Text: strings.Repeat("words ", 20000)}
		mustAppend(t, s, "s", storetest.Started("s"), storetest.After(2, long))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, store.File))
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
			if err := os.WriteFile(filepath.Join(dir, store.File), content, 0o600); err != nil {
				t.Fatal(err)
			}
			s := openIn(t, dir)
			if n := s.Notices(); len(n) != 1 || !strings.Contains(n[0], "damaged") {
				t.Errorf("notices: %q", n)
			}
			mustAppend(t, s, "after", storetest.Started("after"))
			kept, err := filepath.Glob(filepath.Join(dir, store.File+".damaged-*"))
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
	openIn(t, dir)
	execute(t, dir, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	var newer *store.NewerError
	if _, err := store.Open(t.Context(), store.Location{Dir: dir}); !errors.As(err, &newer) || newer.Has != 999 {
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
	var dir *store.DirError
	_, err := store.Open(t.Context(), store.Location{Dir: filepath.Join(file, "data")})
	if !errors.As(err, &dir) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

func TestAFolderMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a?mode=memory#b %41 é'")
	s := openIn(t, dir)
	mustAppend(t, s, "s", storetest.Started("s"))
	if info, err := os.Stat(filepath.Join(dir, store.File)); err != nil || info.Size() == 0 {
		t.Errorf("the database isn't where it was asked for: %v", err)
	}
	if _, err := openIn(t, dir).Session(t.Context(), "s"); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheOwnerCanReadWhatIsStored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "data")
	s := openIn(t, dir)
	mustAppend(t, s, "s", storetest.Started("s"))
	for name, want := range map[string]os.FileMode{".": 0o700, store.File: 0o600, store.File + "-wal": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

// However a log is cut into appends, and whichever of them are repeated, the log that comes back is the one written.
func TestAnyWayOfAppendingGivesTheSameLog(t *testing.T) {
	s := openIn(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		id := store.NewID()
		events := []framework.Event{storetest.Started(id)}
		for i := range rapid.IntRange(0, 8).Draw(t, "events") {
			text := rapid.String().Draw(t, "text")
			events = append(events, storetest.After(i+2, rapid.SampledFrom([]framework.Body{
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
