// Package cli is the command line: arguments and streams come in, an exit code goes out. It holds the root command with the
// global flags, and opens the store and the lab for the commands that need them. Each group of commands is a package below
// this one that parses flags into a struct of options and runs it, so tests can do either alone.
package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"

	"dryrun/framework"
	"dryrun/internal/cli/command"
)

// Main runs the program with the process's arguments and streams, and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return Run(ctx, command.System(), os.Args[1:])
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, s command.Streams, args []string) (code int) {
	defer func() {
		if v := recover(); v != nil {
			code = command.Report(s.Err, fmt.Errorf("a bug in dryrun, please report it: %v (%s)", v, panicPlace(debug.Stack())))
		}
	}()
	root := newRoot(s, framework.SystemClock{}, args)
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	code = command.Report(s.Err, root.ExecuteContext(ctx))
	if ctx.Err() != nil {
		return command.ExitInterrupted // even if the command finished cleanly
	}
	return code
}

// panicPlace is the first line of a stack that is in this module: "internal/lab/pipeline.go:120".
func panicPlace(stack []byte) string {
	ours := regexp.MustCompile(`(?m)^dryrun/.*\n\t\S*?/((?:internal|framework|casestudies)/[\w./-]+\.go:\d+)`)
	for _, m := range ours.FindAllSubmatch(stack, -1) {
		if place := string(m[1]); !strings.HasPrefix(place, "internal/cli/main.go") { // which recovered it
			return place
		}
	}
	return "an unknown place"
}
