// Package cache is the command `dryrun cache`: what the lab keeps on disk, and emptying it.
package cache

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dryrun/internal/cli/command"
	"dryrun/internal/lab/disk"
)

type options struct {
	*command.IO
	command.Exporter
	Folder *disk.Folder
}

// state is what `cache --json` prints.
type state struct {
	Version int    `json:"version"`
	Dir     string `json:"dir"`
	Entries int    `json:"entries"`
	Bytes   int64  `json:"bytes"`
	Limit   int64  `json:"limit"` // bytes
}

// cleared is what `cache clear --json` prints.
type cleared struct {
	Version int    `json:"version"`
	Dir     string `json:"dir"`
	Freed   int64  `json:"freed"` // bytes
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, show, empty) }

func newCommand(p *command.Program, show, empty func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO}
	with := func(run func(context.Context, *options) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, _ []string) (err error) {
			if o.Folder, err = p.Cache(); err != nil {
				return err
			}
			return run(cmd.Context(), o)
		}
	}
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Show what the lab keeps on disk, or clear it",
		Long: "Show what the lab keeps on disk. Vectors, indexes and rankers that took more than half a second to build are kept, so\n" +
			"that the next run reads them. What was used longest ago makes room for what is new. --no-cache runs without it.",
		Example: command.Examples("where it is and how large", "dryrun cache", "free the space", "dryrun cache clear"),
		Args:    command.Takes(0, 0),
		RunE:    with(show),
	}
	o.AddJSONFlag(cmd, "print JSON")
	clearing := &cobra.Command{
		Use:   "clear",
		Short: "Remove everything that the lab keeps on disk",
		Long:  "Remove everything that the lab keeps on disk. Sessions aren't part of it.",
		Args:  command.Takes(0, 0),
		RunE:  with(empty),
	}
	o.AddJSONFlag(clearing, "print JSON")
	cmd.AddCommand(clearing)
	return cmd
}

func show(_ context.Context, o *options) error {
	n, bytes, err := o.Folder.Size()
	if err != nil {
		return err
	}
	if o.JSON {
		return o.Export(o.IO, state{1, o.Folder.Path(), n, bytes, o.Folder.Limit()})
	}
	return o.WriteTable([]command.Row{
		{"cache folder", o.Folder.Path()},
		{"entries", fmt.Sprint(n)},
		{"size", fmt.Sprintf("%s of at most %s", command.Megabytes(bytes), command.Megabytes(o.Folder.Limit()))},
	})
}

func empty(_ context.Context, o *options) error {
	freed, err := o.Folder.Clear()
	if err != nil {
		return err
	}
	if o.JSON {
		return o.Export(o.IO, cleared{1, o.Folder.Path(), freed})
	}
	_, err = fmt.Fprintf(o.Out, "cleared %s from %s\n", command.Megabytes(freed), o.Folder.Path())
	return err
}
