package cli

import (
	"github.com/spf13/cobra"
)

func newCompletion(a *app) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for a shell",
		Long:  "Print a completion script for bash, zsh, fish or powershell.",
		Example: examples(
			"for this bash session", "source <(dryrun completion bash)",
			"for every zsh session", `dryrun completion zsh > "${fpath[1]}/_dryrun"`,
			"for every fish session", "dryrun completion fish > ~/.config/fish/completions/dryrun.fish",
		),
		Args:              takes(1, 1),
		ValidArgsFunction: completeWith(shells),
		RunE: func(cmd *cobra.Command, args []string) error {
			shell, err := findWord("shell", args[0], shells, "dryrun completion --help")
			if err != nil {
				return err
			}
			root := cmd.Root()
			switch shell {
			case "bash":
				return root.GenBashCompletionV2(a.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.Out)
			case "fish":
				return root.GenFishCompletion(a.Out, true)
			}
			return root.GenPowerShellCompletionWithDesc(a.Out)
		},
	}
}
