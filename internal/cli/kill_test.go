package cli_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dryrun/internal/store"
)

// self is the path of this test binary under the name by which it is the program.
func self(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "dryrun")
	if err := os.Symlink(binary, program); err != nil {
		t.Skipf("no symbolic link here: %v", err)
	}
	return program
}

// typing is a practice in whole lines that somebody types into.
type typing struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	dir   string
}

func startTyping(t *testing.T, program string) *typing {
	t.Helper()
	p := &typing{dir: filepath.Join(t.TempDir(), "data")}
	p.cmd = exec.CommandContext(t.Context(), program, "practice", "visual-search", "--plain", "--step", "requirements")
	p.cmd.Env = append(os.Environ(), "DRYRUN_DATA_DIR="+p.dir)
	p.cmd.Stderr = os.Stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.stdin, "/answer\nWe answer within one hundred milliseconds.\n"); err != nil {
		t.Fatal(err)
	}
	return p
}

// text is all of the session's text that is stored: drafts and answers.
func (p *typing) text(t *testing.T) string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Location{Dir: p.dir})
	if err != nil {
		return "" // it is being made
	}
	defer s.Close()
	all, err := s.Sessions(t.Context())
	if err != nil || len(all) == 0 {
		return ""
	}
	session, err := s.Session(t.Context(), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(session)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// waitFor looks again and again until the text is stored.
func (p *typing) waitFor(t *testing.T, words string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); ; {
		select {
		case <-deadline:
			t.Fatalf("%q is never stored", words)
		case <-tick.C:
			if strings.Contains(p.text(t), words) {
				return
			}
		}
	}
}

func TestAnAnswerBeingTypedSurvivesAKill(t *testing.T) {
	program := self(t)
	p := startTyping(t, program)
	p.waitFor(t, "one hundred milliseconds")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	if !strings.Contains(p.text(t), "one hundred milliseconds") {
		t.Error("the answer is lost")
	}
	review := exec.CommandContext(t.Context(), program, "review")
	review.Env = p.cmd.Env
	if out, err := review.CombinedOutput(); err != nil || !strings.Contains(string(out), "requirements, unfinished") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestASignalSavesAndExits130(t *testing.T) {
	program := self(t)
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP, os.Interrupt} {
		t.Run(sig.String(), func(t *testing.T) {
			p := startTyping(t, program)
			p.waitFor(t, "visual-search") // the session is there: the signal is being listened for
			if err := p.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := p.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("%v, want exit 130", err)
			}
		})
	}
}
