// Package cases is the command `dryrun cases`, which lists, shows, starts and checks case studies.
package cases

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/internal/cli/command"
)

// New returns the command with its subcommands.
func New(p *command.Program) *cobra.Command {
	o := &listOptions{IO: p.IO}
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List, show, write and check case studies",
		Long: `List, show, write and check case studies. Without a command: list.

A case is one YAML file that a study group can mail, review and keep in git. Wherever a command takes a case, give its id,
a prefix of its id, or the path of a file.`,
		Example: command.Examples(
			"the built-in cases", "dryrun cases",
			"start one of your own", "dryrun cases new parking-spots --world images",
			"see what is still wrong with it", "dryrun cases lint parking-spots.yaml",
		),
		Args: command.KnownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), o) },
	}
	o.AddJSONFlag(cmd, "print JSON")
	cmd.AddCommand(newList(p, runList), newShow(p, runShow), newNew(p, runNew), newLint(p, runCheck), newTest(p, runCheck), newSchema(p))
	return cmd
}

type listOptions struct {
	*command.IO
	command.Exporter
}

// caseInfo is one case of `cases --json`.
type caseInfo struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Summary    string   `json:"summary"`
	Domain     string   `json:"domain"`
	Difficulty string   `json:"difficulty"`
	Minutes    int      `json:"minutes"`
	World      string   `json:"world"`
	Tags       []string `json:"tags"`
}

func newList(p *command.Program, run func(context.Context, *listOptions) error) *cobra.Command {
	o := &listOptions{IO: p.IO}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the built-in cases",
		Args:    command.Takes(0, 0),
		Example: command.Examples("the ids alone", "dryrun cases list --json | jq -r '.cases[].id'"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o) },
	}
	o.AddJSONFlag(cmd, "print JSON")
	return cmd
}

func runList(_ context.Context, o *listOptions) error {
	all, err := casestudies.Builtin()
	if err != nil {
		return err
	}
	if o.JSON {
		out := struct {
			Version int        `json:"version"`
			Cases   []caseInfo `json:"cases"`
		}{1, []caseInfo{}}
		for _, c := range all {
			out.Cases = append(out.Cases, caseInfo{
				c.ID, c.Title, c.Summary, c.Domain, c.Difficulty, c.Minutes, c.Demo.World.Kind, append([]string{}, c.Tags...),
			})
		}
		return o.Export(o.IO, out)
	}
	var rows []command.Row
	for _, c := range all {
		rows = append(rows, command.Row{c.ID, c.Domain, c.Difficulty, strconv.Itoa(c.Minutes) + " min", c.Summary})
	}
	return o.WriteTable(rows)
}

func newSchema(p *command.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of a case, for an editor",
		Args:    command.Takes(0, 0),
		Example: command.Examples("let the YAML language server check cases", "dryrun cases schema > case.schema.json"),
		RunE: func(*cobra.Command, []string) error {
			_, err := p.IO.Out.Write(casestudies.Schema())
			return err
		},
	}
	cmd.Flags().Bool("json", true, "print JSON, which a schema is")
	return cmd
}
