package cli

import (
	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/cli/ask"
	"dryrun/internal/cli/cache"
	"dryrun/internal/cli/cases"
	"dryrun/internal/cli/coach"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/doctor"
	"dryrun/internal/cli/home"
	"dryrun/internal/cli/lab"
	"dryrun/internal/cli/practice"
	"dryrun/internal/cli/program"
	"dryrun/internal/cli/review"
	"dryrun/internal/cli/steps"
	"dryrun/internal/draw"
)

const longRoot = `dryrun rehearses machine-learning system design interviews in the terminal.

It walks seven steps over case studies written in YAML. Every step has a real, small two-stage pipeline behind
it, retrieval and then ranking, that you predict, run, tune and break: what you claim is checked against a run.`

// addCommands adds every command to the root, in the order in which help lists them.
func addCommands(root *cobra.Command, p *command.Program) {
	root.AddGroup(
		&cobra.Group{ID: "rehearse", Title: "Rehearse:"},
		&cobra.Group{ID: "cases", Title: "Case studies:"},
		&cobra.Group{ID: "program", Title: "The program:"},
	)
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("rehearse", practice.New(p), lab.New(p), steps.New(p), coach.New(p), review.New(p))
	add("cases", cases.New(p), ask.New(p))
	add("program", doctor.New(p), cache.New(p), program.NewCompletion(p), program.NewMan(p), program.NewVersion(p))
	help := program.NewHelp()
	help.GroupID = "program"
	root.SetHelpCommand(help)
}

func newRoot(s command.Streams, clock framework.Clock, args []string) *cobra.Command {
	io := &command.IO{Streams: s}
	o := &opener{io: io}
	p := &command.Program{IO: io, Clock: clock, DataDir: o.dataDir, Flags: o.flags, Store: o.openStore, Cache: o.cache, Lab: o.openLab}
	goHome := home.Run(p)
	root := &cobra.Command{
		Use:   "dryrun",
		Short: "Rehearse ML system design interviews in the terminal",
		Long:  longRoot,
		Example: command.Examples(
			"open the home screen", "dryrun",
			"rehearse one step in about seven minutes", "dryrun practice visual-search --step evaluation",
			"run the pipeline behind a step", "dryrun lab visual-search --step architecture --set k=500",
		),
		Version:       command.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          command.KnownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return goHome(cmd.Context()) },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return checkDisplay(io.Display)
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetVersionTemplate("dryrun {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return command.FlagError(args, cmd, err) })
	root.SetUsageTemplate(usageTemplate)
	f := root.PersistentFlags()
	f.BoolVar(&io.Plain, "plain", false, "whole lines instead of screens; also with ACCESSIBLE=1, TERM=dumb or no terminal")
	f.StringVar(&io.Color, "color", "auto", "write color: auto, always or never")
	f.StringVar(&io.Theme, "theme", "auto", "theme of the screens: auto, light, dark, contrast or none")
	f.StringVar(&o.dir, "data-dir", "", "folder for sessions (DRYRUN_DATA_DIR, else the XDG data folder)")
	f.BoolVar(&o.noCache, "no-cache", false, "neither read nor keep on disk what the lab has built (see dryrun cache)")
	// cobra's own usage texts for these two flags name the command and read differently from the others.
	f.BoolP("help", "h", false, "show help")
	root.Flags().BoolP("version", "v", false, "print the version")
	addCommands(root, p)
	return root
}

func checkDisplay(d command.Display) error {
	if err := command.OneOf("--color", d.Color, []string{"auto", "always", "never"}); err != nil {
		return err
	}
	return command.OneOf("--theme", d.Theme, draw.Themes())
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
