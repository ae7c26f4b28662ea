package command

import (
	"fmt"

	"github.com/spf13/cobra"
)

// CompleteWith completes the first argument of a command from words.
func CompleteWith(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteFlag completes the value of a flag from words.
func CompleteFlag(cmd *cobra.Command, flag string, words []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil { // the flag doesn't exist: a mistake in the command, which every start would show
		panic(fmt.Sprintf("completion of --%s: %v", flag, err))
	}
}
