// Package program holds the commands about the program itself: help, manual pages, completion and the version.
package program

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dryrun/internal/cli/command"
)

type versionOptions struct {
	*command.IO
	command.Exporter
}

// NewVersion returns `dryrun version`.
func NewVersion(p *command.Program) *cobra.Command { return newVersion(p, runVersion) }

func newVersion(p *command.Program, run func(context.Context, *versionOptions) error) *cobra.Command {
	o := &versionOptions{IO: p.IO}
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Args:    command.Takes(0, 0),
		Example: command.Examples("print the version", "dryrun version", "with the revision, for scripts", "dryrun version --json"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o) },
	}
	o.AddJSONFlag(cmd, "print JSON")
	return cmd
}

func runVersion(_ context.Context, o *versionOptions) error {
	b := command.ThisBuild()
	if o.JSON {
		return o.Export(o.IO, b)
	}
	line := fmt.Sprintf("dryrun %s", b.Version)
	if len(b.Revision) >= 12 {
		line += " " + b.Revision[:12]
	}
	_, err := fmt.Fprintf(o.Out, "%s (%s, %s)\n", line, b.Go, b.Platform)
	return err
}
