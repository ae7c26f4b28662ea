package program

import (
	"github.com/spf13/cobra"

	"dryrun/internal/cli/command"
)

// descend returns the command below root that words name.
func descend(root *cobra.Command, words []string) (*cobra.Command, error) {
	cmd := root
	for _, w := range words {
		var next *cobra.Command
		for _, c := range cmd.Commands() {
			if c.Name() == w {
				next = c
			}
		}
		if next == nil {
			return nil, command.UnknownCommand(cmd, w)
		}
		cmd = next
	}
	return cmd, nil
}

// NewHelp returns `dryrun help`.
func NewHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Show the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := descend(cmd.Root(), args)
			if err != nil {
				return err
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}
