package lightgbm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"dryrun/internal/safetext"
)

// Program is where LightGBM is on this machine: its own program, or a Python that has its package.
type Program struct {
	Path   string
	Python bool
}

// ErrNotFound says that this machine lacks LightGBM.
var ErrNotFound = errors.New("neither the lightgbm program nor a Python with the lightgbm package is here; install " +
	"one (pip install lightgbm) and put it on PATH, or name the interpreter in DRYRUN_PYTHON")

// lookTime is how long an interpreter may take to say whether it has the package.
const lookTime = 10 * time.Second

// Find looks for LightGBM: in the interpreter named by python, where there is one, else for the program
// `lightgbm` and then for `python3` on PATH. The error wraps ErrNoLightGBM.
func Find(ctx context.Context, python string) (Program, error) {
	if python != "" {
		if err := hasPackage(ctx, python); err != nil {
			return Program{}, fmt.Errorf("looking for LightGBM in %s: %w: %w", python, err, ErrNotFound)
		}
		return Program{python, true}, nil
	}
	if path, err := exec.LookPath("lightgbm"); err == nil {
		return Program{Path: path}, nil
	}
	path, err := exec.LookPath("python3")
	if err == nil {
		err = hasPackage(ctx, path)
	}
	if err != nil {
		return Program{}, fmt.Errorf("looking for LightGBM: %w", errors.Join(ctx.Err(), ErrNotFound))
	}
	return Program{path, true}, nil
}

// hasPackage asks an interpreter for the package without importing it, which would take a second.
func hasPackage(ctx context.Context, python string) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-c",
		"import importlib.util as u, sys; sys.exit(0 if u.find_spec('lightgbm') else 'it has no package lightgbm')")
	var output outputTail
	cmd.Stderr, cmd.WaitDelay = &output, time.Second
	if err := cmd.Run(); err != nil {
		return output.explain(err)
	}
	return nil
}

// outputTail keeps the end of what a process says, on either of its streams.
type outputTail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 2000 // bytes

// Write implements io.Writer.
func (l *outputTail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if n := len(l.text); n > 2*tailBytes {
		l.text = append(l.text[:0], l.text[n-tailBytes:]...)
	}
	return len(p), nil
}

// explain adds to err what the process said last.
func (l *outputTail) explain(err error) error {
	text := bytes.TrimSpace(l.text[max(0, len(l.text)-tailBytes):])
	if len(text) == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, strings.Join(strings.Fields(safetext.Clean(string(text))), " "))
}
