package cli_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// patience is how long a command may take on a loaded machine before it counts as hung.
const patience = 60 * time.Second

// onPTY runs the program on a terminal of 100x30 that never answers a query, and returns all that it wrote.
func onPTY(t *testing.T, program string, env []string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append([]string{"TERM=xterm-256color", "DRYRUN_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "HOME=" + t.TempDir()}, env...)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 100})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer f.Close()
	out := readAll(t, f)
	_ = cmd.Wait() // its exit code is another test's business
	return out
}

// readAll reads until the program lets go of the terminal.
func readAll(t *testing.T, f *os.File) []byte {
	t.Helper()
	var b bytes.Buffer
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(&b, f)
		done <- err
	}()
	select {
	case err := <-done:
		// The end of a pty is EIO on Linux and the end of the file elsewhere.
		if err != nil && !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("the program hangs on a terminal that never answers")
	}
	return b.Bytes()
}

func buildDryrun(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the whole program")
	}
	program := filepath.Join(t.TempDir(), "dryrun")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "dryrun/cmd/dryrun").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// bubbletea asks the terminal for its background before main begins, and waits five seconds for an answer, unless
// lipgloss was told first. Only the real program shows whether it was: what matters is the order of its packages.
func TestNothingIsAskedOfATerminalThatNeverAnswers(t *testing.T) {
	program := buildDryrun(t)
	for _, arg := range []string{"version", "--help", "cases", "steps", "--colr"} {
		out := onPTY(t, program, nil, arg)
		if len(out) == 0 {
			t.Errorf("%s says nothing", arg)
		}
		if bytes.Contains(out, []byte{0x1b}) {
			t.Errorf("%s writes control sequences: %q", arg, out)
		}
	}
}

func TestNoColourWhereNoneIsWanted(t *testing.T) {
	program := self(t)
	for _, c := range []struct {
		name string
		env  []string
		args []string
	}{
		{"NO_COLOR", []string{"NO_COLOR=1"}, []string{"steps", "data"}},
		{"a dumb terminal", []string{"TERM=dumb"}, []string{"cases", "show", "visual-search"}},
		{"--color never", nil, []string{"steps", "data", "--color", "never"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := onPTY(t, program, c.env, c.args...)
			if bytes.Contains(out, []byte{0x1b}) {
				t.Errorf("%q", out)
			}
		})
	}
}
