// Package clitest tests the commands of the command line one at a time. Program returns buffers in place of a terminal, and
// Parse runs one command line on a command alone, without the root command and its flags.
package clitest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"dryrun/internal/cli/command"
	"dryrun/internal/lab/disk"
)

// Program returns a program whose streams are buffers without a terminal, whose data folder is "data" and which can open
// neither a store nor a lab.
func Program() (p *command.Program, out, errs *bytes.Buffer) {
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	io := &command.IO{
		Streams: command.Streams{
			In: strings.NewReader(""), Out: out, Err: errs,
			Size: func() (int, int) { return 0, 0 },
			Env:  func(string) string { return "" },
		},
		Display: command.Display{Color: "auto", Theme: "auto"},
	}
	return &command.Program{IO: io, Clock: clock{}, DataDir: func() string { return "data" }, Cache: noCache}, out, errs
}

// noCache is an empty cache folder that doesn't exist.
func noCache() (*disk.Folder, error) { return disk.New("cache", "test", 0), nil }

// clock stands still.
type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// Recorder is the run of a command that only keeps its options.
type Recorder[O any] struct{ Options *O }

// Run keeps a copy of o.
func (r *Recorder[O]) Run(_ context.Context, o *O) error {
	kept := *o
	r.Options = &kept
	return nil
}

// Parse runs cmd with the arguments in line, which are separated by spaces.
func Parse(t *testing.T, cmd *cobra.Command, line string) error {
	t.Helper()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(append([]string{}, strings.Fields(line)...))
	return cmd.ExecuteContext(t.Context())
}
