package disk_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dryrun/internal/binfile"
	"dryrun/internal/lab/disk"
)

const kind = "test/value"

func save(t *testing.T, f *disk.Folder, key, value string) {
	t.Helper()
	err := f.Save(t.Context(), key, int64(len(value)), func(out io.Writer) error {
		w := binfile.NewWriter(t.Context(), out, kind, 1)
		w.Texts(value)
		return w.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func load(ctx context.Context, f *disk.Folder, key string) (value string, ok bool) {
	ok = f.Load(ctx, key, func(in *bufio.Reader) error {
		r, err := binfile.NewReader(ctx, in, kind, 1)
		if err != nil {
			return err
		}
		texts := r.Texts()
		if err := r.Close(); err != nil {
			return err
		}
		value = strings.Join(texts, "")
		return nil
	})
	return value, ok
}

// files are the names in the folder.
func files(t *testing.T, f *disk.Folder) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(f.Path(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestWhatWasSavedIsLoadedByItsKeyOnly(t *testing.T) {
	f := disk.New(filepath.Join(t.TempDir(), "made", "by saving"), "v1", 1<<20)
	if _, ok := load(t.Context(), f, "a"); ok {
		t.Fatal("an empty folder has an entry")
	}
	save(t, f, "a", "first")
	save(t, f, "b", "second")
	save(t, f, "a", "third")
	for key, want := range map[string]string{"a": "third", "b": "second"} {
		if got, ok := load(t.Context(), f, key); !ok || got != want {
			t.Errorf("under %q is %q, %v; want %q", key, got, ok, want)
		}
	}
	if _, ok := load(t.Context(), disk.New(f.Path(), "v2", 1<<20), "a"); ok {
		t.Error("another program gets this one's entry")
	}
	info, err := os.Stat(files(t, f)[0])
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("an entry's permissions are %v (%v); others may read it", info.Mode(), err)
	}
}

func TestADamagedEntryIsRemovedAndBuiltAgain(t *testing.T) {
	for _, damage := range []string{"flipped", "cut", "emptied"} {
		t.Run(damage, func(t *testing.T) {
			f := disk.New(t.TempDir(), "v1", 1<<20)
			save(t, f, "a", strings.Repeat("value ", 100))
			name := files(t, f)[0]
			whole, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for at := range whole {
				part := append([]byte(nil), whole...)
				switch damage {
				case "flipped":
					part[at] ^= 0x10
				case "cut":
					part = part[:at]
				case "emptied":
					part = nil
				}
				if err := os.WriteFile(name, part, 0o600); err != nil {
					t.Fatal(err)
				}
				if got, ok := load(t.Context(), f, "a"); ok {
					t.Fatalf("damaged at byte %d, the entry is still loaded: %q", at, got)
				}
				if left := files(t, f); len(left) > 0 {
					t.Fatalf("damaged at byte %d, the entry is still there: %v", at, left)
				}
				if damage == "emptied" {
					break
				}
			}
			save(t, f, "a", "again")
			if got, ok := load(t.Context(), f, "a"); !ok || got != "again" {
				t.Errorf("what was built again is %q, %v", got, ok)
			}
		})
	}
}

func TestTheFolderStaysWithinItsLimitAndKeepsWhatWasUsedLast(t *testing.T) {
	f := disk.New(t.TempDir(), "v1", 5000)
	for i := range 4 {
		save(t, f, fmt.Sprint(i), strings.Repeat("x", 1000))
	}
	past := time.Now().Add(-time.Hour)
	for _, name := range files(t, f) {
		if err := os.Chtimes(name, past, past); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := load(t.Context(), f, "0"); !ok {
		t.Fatal("the first entry is gone too early")
	}
	save(t, f, "4", strings.Repeat("x", 1000))
	if _, bytes, err := f.Size(); err != nil || bytes > f.Limit() {
		t.Errorf("the folder holds %d bytes of %d (%v)", bytes, f.Limit(), err)
	}
	for _, key := range []string{"0", "4"} {
		if _, ok := load(t.Context(), f, key); !ok {
			t.Errorf("entry %s, used last, was removed", key)
		}
	}
	save(t, f, "large", strings.Repeat("x", 3000))
	if _, ok := load(t.Context(), f, "large"); ok {
		t.Error("an entry of more than half the limit was kept")
	}
}

func TestAnErrorLeavesNothingBehind(t *testing.T) {
	f := disk.New(t.TempDir(), "v1", 1<<20)
	want := errors.New("full")
	err := f.Save(t.Context(), "a", 10, func(out io.Writer) error {
		if _, err := out.Write([]byte("half of it")); err != nil {
			t.Fatal(err)
		}
		return want
	})
	if !errors.Is(err, want) {
		t.Errorf("the error is %v", err)
	}
	if left := files(t, f); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

func TestWhatAKilledProcessLeftIsRemovedAfterAWhile(t *testing.T) {
	f := disk.New(t.TempDir(), "v1", 1<<20)
	old, young := filepath.Join(f.Path(), "old.partial"), filepath.Join(f.Path(), "young.partial")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	save(t, f, "a", "value")
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old partial file is still there (%v)", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("a file that is being written was removed: %v", err)
	}
}

func TestClearRemovesEntriesAndNothingElse(t *testing.T) {
	f := disk.New(t.TempDir(), "v1", 1<<20)
	save(t, f, "a", "value")
	save(t, disk.New(f.Path(), "v0", 1<<20), "a", "of an older program")
	others := []string{filepath.Join(f.Path(), "notes.txt"), filepath.Join(f.Path(), "my.entry")}
	for _, other := range others {
		if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, bytes, err := f.Size(); n != 2 || bytes == 0 || err != nil {
		t.Errorf("the folder has %d entries of %d bytes (%v)", n, bytes, err)
	}
	if bytes, err := f.Clear(); bytes == 0 || err != nil {
		t.Errorf("clearing freed %d bytes (%v)", bytes, err)
	}
	if n, bytes, err := f.Size(); n != 0 || bytes != 0 || err != nil {
		t.Errorf("after clearing there are %d entries of %d bytes (%v)", n, bytes, err)
	}
	for _, other := range others {
		if _, err := os.Stat(other); err != nil {
			t.Errorf("clearing removed a file that isn't an entry: %v", err)
		}
	}
}

func TestAFolderThatIsNotThereIsEmptyAndNilKeepsNothing(t *testing.T) {
	f := disk.New(filepath.Join(t.TempDir(), "none"), "v1", 1<<20)
	if n, bytes, err := f.Size(); n != 0 || bytes != 0 || err != nil {
		t.Errorf("it has %d entries of %d bytes (%v)", n, bytes, err)
	}
	if bytes, err := f.Clear(); bytes != 0 || err != nil {
		t.Errorf("clearing it freed %d bytes (%v)", bytes, err)
	}
	var none *disk.Folder
	if err := none.Save(t.Context(), "a", 1, func(io.Writer) error { return errors.New("written") }); err != nil {
		t.Errorf("nil keeps something: %v", err)
	}
	if _, ok := load(t.Context(), none, "a"); ok {
		t.Error("nil has something")
	}
}

func TestAFolderThatCantBeWrittenSaysSo(t *testing.T) {
	good := disk.New(filepath.Join(t.TempDir(), "new"), "v1", 1<<20)
	if err := good.Check(); err != nil || len(files(t, good)) > 0 {
		t.Errorf("a new folder: %v, and it holds %v", err, files(t, good))
	}
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := disk.New(file, "v1", 1<<20).Check(); err == nil {
		t.Error("a file in place of the folder is fine")
	}
}

func TestACancelledLoadKeepsTheEntry(t *testing.T) {
	f := disk.New(t.TempDir(), "v1", 1<<20)
	save(t, f, "a", "value")
	ctx, cancel := context.WithCancel(t.Context())
	ok := f.Load(ctx, "a", func(*bufio.Reader) error { cancel(); return ctx.Err() })
	if ok {
		t.Error("a cancelled load succeeded")
	}
	if _, ok := load(t.Context(), f, "a"); !ok {
		t.Error("the entry is gone")
	}
}

func TestManyWritersAndReadersOfOneKey(t *testing.T) {
	f := disk.New(t.TempDir(), "v1", 1<<20)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				save(t, f, "a", "value")
				if got, ok := load(t.Context(), f, "a"); ok && got != "value" {
					t.Errorf("loaded %q", got)
				}
			}
		})
	}
	wait.Wait()
	if got, ok := load(t.Context(), f, "a"); !ok || got != "value" {
		t.Errorf("in the end there is %q, %v", got, ok)
	}
}

func TestTheProgramIsTheSameEachTime(t *testing.T) {
	a, err := disk.Program()
	if err != nil || a == "" {
		t.Fatalf("the program is %q (%v)", a, err)
	}
	if b, err := disk.Program(); a != b || err != nil {
		t.Errorf("the program is %q and then %q (%v)", a, b, err)
	}
}
