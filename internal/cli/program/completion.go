package program

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"dryrun/internal/cli/command"
)

type completionOptions struct {
	Out   io.Writer
	Root  *cobra.Command
	Shell string
}

// NewCompletion returns `dryrun completion`.
func NewCompletion(p *command.Program) *cobra.Command { return newCompletion(p, runCompletion) }

func newCompletion(p *command.Program, run func(context.Context, *completionOptions) error) *cobra.Command {
	o := &completionOptions{Out: p.IO.Out}
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for a shell",
		Long:  "Print a completion script for bash, zsh, fish or powershell.",
		Example: command.Examples(
			"for this bash session", "source <(dryrun completion bash)",
			"for every zsh session", `dryrun completion zsh > "${fpath[1]}/_dryrun"`,
			"for every fish session", "dryrun completion fish > ~/.config/fish/completions/dryrun.fish",
		),
		Args:              command.Takes(1, 1),
		ValidArgsFunction: command.CompleteWith(shells),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o.Shell, err = command.FindWord("shell", args[0], shells, "dryrun completion --help")
			if err != nil {
				return err
			}
			o.Root = cmd.Root()
			return run(cmd.Context(), o)
		},
	}
}

func runCompletion(_ context.Context, o *completionOptions) error {
	switch o.Shell {
	case "bash":
		return o.Root.GenBashCompletionV2(o.Out, true)
	case "zsh":
		return o.Root.GenZshCompletion(o.Out)
	case "fish":
		return o.Root.GenFishCompletion(o.Out, true)
	}
	return o.Root.GenPowerShellCompletionWithDesc(o.Out)
}
