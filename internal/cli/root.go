// Package cli is the command line: one file a command, flags into an Options struct and run apart from parsing. Streams
// come in injected, data goes to stdout and messages to stderr, and errors become at most three lines and an exit code in
// one place.
package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/draw"
)

// Main runs the program with the process's arguments and streams, and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return Run(ctx, systemStreams(), os.Args[1:])
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, s Streams, args []string) (code int) {
	defer func() {
		if v := recover(); v != nil {
			code = fail(s.Err, fmt.Errorf("a fault in dryrun itself, please report it: %v (%s)", v, panicPlace(debug.Stack())))
		}
	}()
	a := &app{Streams: s, args: args, clock: framework.SystemClock{}}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	code = fail(s.Err, root.ExecuteContext(ctx))
	if ctx.Err() != nil {
		return exitInterrupted // also where everything was put in order before leaving
	}
	return code
}

// app is what every command shares.
type app struct {
	Streams
	globals

	args  []string // the command line, for errors that arise before a command is found
	clock framework.Clock
}

// globals are the flags that every command takes.
type globals struct {
	Plain   bool
	Color   string
	Theme   string
	DataDir string
}

const longRoot = `dryrun rehearses machine-learning system design interviews in the terminal.

It walks seven steps over case studies written in YAML. Behind every step stands a real, small two-stage pipeline,
retrieval and then ranking, that you predict, run, tune and break: a claim is checked against a run.`

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "dryrun",
		Short: "Rehearse ML system design interviews in the terminal",
		Long:  longRoot,
		Example: examples(
			"open the home screen", "dryrun",
			"rehearse one step in about seven minutes", "dryrun practice visual-search --step evaluation",
			"run the pipeline behind a step", "dryrun lab visual-search --step architecture --set k=500",
		),
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return (&homeOptions{app: a}).run(cmd.Context()) },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.checkGlobals()
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetVersionTemplate("dryrun {{.Version}}\n")
	root.SetFlagErrorFunc(a.flagError)
	root.SetUsageTemplate(usageTemplate)
	f := root.PersistentFlags()
	f.BoolVar(&a.Plain, "plain", false, "whole lines instead of screens; also with ACCESSIBLE=1, TERM=dumb or no terminal")
	f.StringVar(&a.Color, "color", "auto", "write colour: auto, always or never")
	f.StringVar(&a.Theme, "theme", "auto", "of the screens: auto, light, dark, contrast or none")
	f.StringVar(&a.DataDir, "data-dir", "", "folder for sessions (DRYRUN_DATA_DIR, else the XDG data folder)")
	// cobra's own texts for these two name the command, in a voice that isn't ours.
	f.BoolP("help", "h", false, "show help")
	root.Flags().BoolP("version", "v", false, "print the version")

	root.AddGroup(&cobra.Group{ID: "rehearse", Title: "Rehearse:"}, &cobra.Group{ID: "cases", Title: "Case studies:"}, &cobra.Group{ID: "program", Title: "The program:"})
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("rehearse", newPractice(a), newLab(a), newSteps(a), newReview(a))
	add("cases", newCases(a))
	add("program", newDoctor(a), newCompletion(a), newMan(a), newVersion(a))
	help := newHelp(a)
	help.GroupID = "program"
	root.SetHelpCommand(help)
	return root
}

func (a *app) checkGlobals() error {
	if err := oneOf("--color", a.Color, []string{"auto", "always", "never"}); err != nil {
		return err
	}
	return oneOf("--theme", a.Theme, draw.Themes())
}

// oneOf says that value is none of the words that what takes.
func oneOf(what, value string, words []string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return misused(nearest(value, words), "", "%s takes %s, not %q", what, orList(words), value)
}

// plain says that this run talks in whole lines.
func (a *app) plain() bool {
	accessible := a.Env("ACCESSIBLE")
	return a.Plain || (accessible != "" && accessible != "0") || a.dumb() || !a.InTerm || !a.OutTerm
}

// theme is for drawings in a command's output. Its background is taken as dark: nothing asks the terminal here.
func (a *app) theme() (draw.Theme, error) {
	return draw.NewTheme(a.Theme, true, a.profile(a.Color))
}

const usageTemplate = `Usage:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}{{$cmds := .Commands}}{{if eq (len .Groups) 0}}

Commands:{{range $cmds}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{else}}{{range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if and (eq .GroupID $group.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

Everywhere:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`
