package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab"
	"dryrun/internal/safetext"
	"dryrun/internal/store"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1   // it was understood and didn't work out: lint findings, an absent engine, a full disk
	exitMisused     = 2   // an unknown command, flag, id, step, knob or value
	exitInterrupted = 130 // a signal ended it
)

// failure is an error as it is shown: what is wrong with what, what may have been meant, one command to go on with.
type failure struct {
	Text string
	Near []string // nearest first
	Next string   // a command line, "dryrun cases"
	Code int      // 0 means exitFailed
	err  error
}

func (f *failure) Error() string { return f.Text }
func (f *failure) Unwrap() error { return f.err }

// misused is a failure of the user's, with a formatted text.
func misused(near []string, next, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &failure{Text: err.Error(), Near: near, Next: next, Code: exitMisused, err: errors.Unwrap(err)}
}

// errFindings says that the findings, which are printed already, hold errors. Nothing more is said.
var errFindings = errors.New("there are findings")

// fail prints err in at most three lines and returns the exit code. It is the only place where errors become either.
func fail(w io.Writer, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "dryrun: interrupted")
		return exitInterrupted
	}
	var f *failure
	if !errors.As(err, &f) {
		f = explain(err)
	}
	fmt.Fprintln(w, "dryrun: "+oneLine(f.Text))
	if len(f.Near) > 0 {
		fmt.Fprintln(w, "did you mean "+oneLine(orList(f.Near))+"?")
	}
	if f.Next != "" {
		fmt.Fprintln(w, "try: "+oneLine(f.Next))
	}
	return max(f.Code, exitFailed)
}

// explain adds the next command to errors of the rooms below that have one.
func explain(err error) *failure {
	f := &failure{Text: err.Error(), err: err}
	var dir *store.DirError
	if errors.As(err, &dir) {
		f.Text = fmt.Sprintf("can't write in %s: choose another folder with --data-dir DIR (%v)", dir.Dir, rootCause(dir.Err))
		f.Next = "dryrun --data-dir DIR"
	}
	if errors.Is(err, framework.ErrNewer) {
		f.Next = "dryrun practice --new"
	}
	return f
}

// rootCause leaves out the path that an *os.PathError repeats.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// badKnob turns a lab's refusal of a setting into a failure of the user's; other errors pass.
func badKnob(err error) error {
	var b *lab.BadKnob
	if !errors.As(err, &b) {
		return err
	}
	near := b.Near
	if known, ok := lab.KnobByID(b.Knob); ok && len(near) > 0 {
		near = nil
		for _, v := range b.Near {
			near = append(near, known.ID+"="+v)
		}
	} else if !ok && len(near) == 0 && b.Value == "" {
		near = nearest(b.Knob, knobIDs())
	}
	return &failure{Text: err.Error(), Near: near, Next: "dryrun lab --knobs", Code: exitMisused, err: err}
}

func knobIDs() []string {
	var ids []string
	for _, k := range lab.KnobTable() {
		ids = append(ids, k.ID)
	}
	return ids
}

const longestLine = 400 // bytes of an error's line: a stranger's file may have put a book into it

// oneLine makes text safe to print and keeps it on one line.
func oneLine(s string) string {
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

func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// noFindings is errFindings where one of the findings is an error.
func noFindings(findings []casestudies.Finding) error {
	for _, f := range findings {
		if !f.Warning {
			return errFindings
		}
	}
	return nil
}
