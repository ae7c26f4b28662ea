package program

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"dryrun/framework"
	"dryrun/internal/cli/command"
)

type manOptions struct {
	*command.IO
	Clock framework.Clock // dates the pages
	Root  *cobra.Command
	Words []string // of the command whose page is wanted; none means dryrun itself
	Dir   string
}

// NewMan returns `dryrun man`.
func NewMan(p *command.Program) *cobra.Command { return newMan(p, runMan) }

func newMan(p *command.Program, run func(context.Context, *manOptions) error) *cobra.Command {
	o := &manOptions{IO: p.IO, Clock: p.Clock}
	cmd := &cobra.Command{
		Use:   "man [COMMAND...]",
		Short: "Print a manual page",
		Long:  "Print the manual page of dryrun or of one of its commands, or write all of them into a folder.",
		Example: command.Examples(
			"read the page of a command", "dryrun man lab | man -l -",
			"install the pages", "dryrun man --dir ~/.local/share/man/man1",
		),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Root, o.Words = cmd.Root(), args
			return run(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Dir, "dir", "", "write every page into this folder")
	return cmd
}

func runMan(_ context.Context, o *manOptions) error {
	cmd, err := descend(o.Root, o.Words)
	if err != nil {
		return err
	}
	date := o.Clock.Now()
	header := &doc.GenManHeader{Section: "1", Source: "dryrun " + command.Version, Manual: "dryrun", Date: &date}
	o.Root.DisableAutoGenTag = true
	if o.Dir == "" {
		return doc.GenMan(cmd, header, o.Out)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return fmt.Errorf("making the folder for manual pages: %w", err)
	}
	if err := doc.GenManTree(o.Root, header, o.Dir); err != nil {
		return fmt.Errorf("writing the manual pages into %s: %w", o.Dir, err)
	}
	return nil
}
