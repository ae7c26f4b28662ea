package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dryrun/internal/cli/clitest"
	"dryrun/internal/cli/command"
	"dryrun/internal/lab/disk"
	"dryrun/internal/store"
)

func TestFlagsBecomeOptions(t *testing.T) {
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[options]
	if err := clitest.Parse(t, newCommand(p, ran.Run), "--milvus http://h --milvus-token s --json"); err != nil {
		t.Fatal(err)
	}
	if o := ran.Options; o.Milvus != "http://h" || o.MilvusToken != "s" || !o.JSON || o.Dir != "data" || o.Cache == nil || o.Engines == nil {
		t.Errorf("%+v", o)
	}
}

// examine runs the doctor on a folder, with one engine that is built in and a build without a Milvus client.
func examine(t *testing.T, dir string, asJSON bool) (out string, err error) {
	t.Helper()
	p, buf, _ := clitest.Program()
	o := &options{
		IO: p.IO, Exporter: command.Exporter{JSON: asJSON}, EngineFlags: command.EngineFlags{Milvus: "http://nowhere.example"}, Dir: dir,
		Cache: disk.New(filepath.Join(t.TempDir(), "cache"), "this test", 5_000_000),
		Store: func(ctx context.Context) (*store.Store, error) { return store.Open(ctx, store.Location{Dir: dir}) },
		Engines: func(context.Context) []engineState {
			return []engineState{{"hnsw", stageSearch, true, "embedded"}, {"milvus", stageSearch, false, "not in this build"}}
		},
	}
	err = run(t.Context(), o)
	return buf.String(), err
}

func TestLookingMakesNoDatabaseAndAsksNoServerThatThisBuildCantReach(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	out, err := examine(t, dir, true)
	if err != nil {
		t.Fatal(err)
	}
	var e examination
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatal(err)
	}
	d := e.Data
	if !d.Writable || d.Schema != 0 || len(e.Problems) != 0 || len(e.Engines) != 2 || e.Cache.Limit != 5_000_000 || !e.Terminal.Plain {
		t.Errorf("%+v", e)
	}
	if e.Coach.Table < 1_000_000 || e.Coach.Weights < 2 || len(e.Coach.By) != 3 {
		t.Errorf("the coach is %+v", e.Coach)
	}
	if _, err := os.Stat(e.Data.Database); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database was made: %v", err)
	}
}

func TestADatabaseIsOpenedAndItsSessionsCounted(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Location{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := examine(t, dir, false)
	if err != nil || !strings.Contains(out, ", 0 sessions") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAFolderThatCantBeWrittenIsAProblemAndEndsWithFindings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := examine(t, filepath.Join(file, "data"), false)
	if !errors.Is(err, command.ErrFindings) || !strings.Contains(out, "problem") || !strings.Contains(out, "can't write in") {
		t.Errorf("%v: %s", err, out)
	}
}
