package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

type manOptions struct {
	*app
	Dir string
}

func newMan(a *app) *cobra.Command {
	o := &manOptions{app: a}
	cmd := &cobra.Command{
		Use:   "man [COMMAND...]",
		Short: "Print a manual page",
		Long:  "Print the manual page of dryrun or of one of its commands, or write all of them into a folder.",
		Example: examples(
			"read the page of a command", "dryrun man lab | man -l -",
			"install the pages", "dryrun man --dir ~/.local/share/man/man1",
		),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := descend(cmd.Root(), args)
			if err != nil {
				return err
			}
			return o.run(target)
		},
	}
	cmd.Flags().StringVar(&o.Dir, "dir", "", "write every page into this folder")
	return cmd
}

func (o *manOptions) run(cmd *cobra.Command) error {
	date := o.clock.Now()
	header := &doc.GenManHeader{Section: "1", Source: "dryrun " + version, Manual: "dryrun", Date: &date}
	cmd.Root().DisableAutoGenTag = true
	if o.Dir == "" {
		return doc.GenMan(cmd, header, o.Out)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return fmt.Errorf("making the folder for manual pages: %w", err)
	}
	if err := doc.GenManTree(cmd.Root(), header, o.Dir); err != nil {
		return fmt.Errorf("writing the manual pages into %s: %w", o.Dir, err)
	}
	return nil
}

// descend walks from root along the words of a command.
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
			return nil, unknownCommand(cmd, w)
		}
		cmd = next
	}
	return cmd, nil
}

func newHelp(*app) *cobra.Command {
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
