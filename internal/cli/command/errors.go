package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"dryrun/framework"
	"dryrun/internal/safetext"
	"dryrun/internal/store"
)

// Exit codes.
const (
	ExitDone        = 0
	ExitFailed      = 1   // the command line was valid and the work failed: lint findings, an absent engine, a full disk
	ExitMisused     = 2   // an unknown command, flag, id, step, knob or value
	ExitInterrupted = 130 // a signal ended the program
)

// Failure is an error the way the user sees it: what failed, which words may have been meant, and one command to try next.
type Failure struct {
	Text string
	Near []string // nearest first
	Next string   // a command line, "dryrun cases"
	Code int      // 0 means ExitFailed
	Err  error    // the cause, or nil
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Err }

// Misuse returns a failure that the user caused, with a formatted text.
func Misuse(near []string, next, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Failure{Text: err.Error(), Near: near, Next: next, Code: ExitMisused, Err: errors.Unwrap(err)}
}

// ErrFindings ends a command that has already printed what it found, errors among them. Nothing more is printed.
var ErrFindings = errors.New("there are findings")

// Report prints err in at most three lines and returns the exit code. No other code turns an error into either.
func Report(w io.Writer, err error) int {
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, ErrFindings):
		return ExitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "dryrun: interrupted")
		return ExitInterrupted
	}
	var f *Failure
	if !errors.As(err, &f) {
		f = Explain(err)
	}
	fmt.Fprintln(w, "dryrun: "+OneLine(f.Text))
	if len(f.Near) > 0 {
		fmt.Fprintln(w, "did you mean "+OneLine(OrList(f.Near))+"?")
	}
	if f.Next != "" {
		fmt.Fprintln(w, "try: "+OneLine(f.Next))
	}
	return max(f.Code, ExitFailed)
}

// Explain adds the command to try next to an error of a lower layer that has one.
func Explain(err error) *Failure {
	f := &Failure{Text: err.Error(), Err: err}
	var dir *store.DirError
	if errors.As(err, &dir) {
		f.Text = fmt.Sprintf("can't write in %s: choose another folder with --data-dir DIR (%v)", dir.Dir, RootCause(dir.Err))
		f.Next = "dryrun --data-dir DIR"
	}
	if errors.Is(err, framework.ErrNewerVersion) {
		f.Next = "dryrun practice --new"
	}
	return f
}

// RootCause returns the innermost error. It leaves out the path that an *os.PathError repeats.
func RootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

const longestLine = 400 // bytes of one line of an error, which may quote a file that somebody else wrote

// OneLine makes text safe to print, on one line.
func OneLine(s string) string {
	s = strings.Join(strings.Fields(safetext.Clean(s)), " ")
	if len(s) <= longestLine {
		return s
	}
	cut := longestLine
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// OrList joins words as "a, b or c".
func OrList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
