package cache

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"dryrun/internal/cli/clitest"
	"dryrun/internal/lab/disk"
)

func TestTheCacheIsShownAndCleared(t *testing.T) {
	folder := disk.New(filepath.Join(t.TempDir(), "cache"), "this test", 5_000_000)
	run := func(line string) string {
		t.Helper()
		p, out, _ := clitest.Program()
		p.Cache = func() (*disk.Folder, error) { return folder, nil }
		if err := clitest.Parse(t, New(p), line); err != nil {
			t.Fatalf("cache %s: %v", line, err)
		}
		return out.String()
	}
	if out := run(""); !strings.Contains(out, "0.0 MB of at most 5.0 MB") || !strings.Contains(out, folder.Path()) {
		t.Errorf("an empty cache is shown as\n%s", out)
	}
	err := folder.Save(t.Context(), "a", 10, func(out io.Writer) error {
		_, err := out.Write(make([]byte, 1_000_000))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := run("--json"); !strings.Contains(out, `"entries": 1`) || !strings.Contains(out, `"limit": 5000000`) {
		t.Errorf("a cache of one entry is shown as\n%s", out)
	}
	if out := run("clear"); !strings.HasPrefix(out, "cleared 1.0 MB from ") {
		t.Errorf("clearing says %q", out)
	}
	if out := run("clear --json"); !strings.Contains(out, `"freed": 0`) {
		t.Errorf("clearing an empty cache says %q", out)
	}
}

func TestClearIsACommandOfItsOwnAndBothTakeJSON(t *testing.T) {
	for _, c := range []struct {
		line       string
		show, json bool
	}{{"", true, false}, {"--json", true, true}, {"clear", false, false}, {"clear --json", false, true}} {
		p, _, _ := clitest.Program()
		var show, empty clitest.Recorder[options]
		if err := clitest.Parse(t, newCommand(p, show.Run, empty.Run), c.line); err != nil {
			t.Fatal(err)
		}
		ran, other := show.Options, empty.Options
		if !c.show {
			ran, other = other, ran
		}
		if ran == nil || other != nil || ran.JSON != c.json || ran.Folder == nil {
			t.Errorf("%q: show %+v, clear %+v", c.line, show.Options, empty.Options)
		}
	}
}
