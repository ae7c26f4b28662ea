// Package steps is the command `dryrun steps`: the seven steps of an interview, or the guide of one.
package steps

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
)

type options struct {
	*command.IO
	command.Exporter
	Step string
}

// stepInfo is one step of `steps --json`.
type stepInfo struct {
	N        int              `json:"n"`
	ID       framework.StepID `json:"id"`
	Title    string           `json:"title"`
	Question string           `json:"question"`
	Minutes  int              `json:"minutes"` // of an interview of 45
	Weight   int              `json:"weight"`  // percent of the overall score
	Guide    string           `json:"guide"`   // Markdown
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO}
	cmd := &cobra.Command{
		Use:   "steps [STEP]",
		Short: "Show the seven steps, or the guide of one",
		Long:  "Show the seven steps of an interview with their minutes of 45 and their weight in the score, or the guide of one step.",
		Example: command.Examples(
			"the seven steps", "dryrun steps",
			"what strong candidates do in one of them", "dryrun steps evaluation",
		),
		Args:              command.Takes(0, 1),
		ValidArgsFunction: command.CompleteWith(lookup.StepIDs()),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Step = args[0]
			}
			return run(cmd.Context(), o)
		},
	}
	o.AddJSONFlag(cmd, "print JSON")
	return cmd
}

func run(_ context.Context, o *options) error {
	steps := framework.Steps()
	if o.Step != "" {
		s, err := lookup.Step(o.Step)
		if err != nil {
			return err
		}
		if !o.JSON {
			return o.writeGuide(s)
		}
		steps = []framework.Step{s}
	}
	if o.JSON {
		out := struct {
			Version int        `json:"version"`
			Steps   []stepInfo `json:"steps"`
		}{Version: 1}
		for _, s := range steps {
			out.Steps = append(out.Steps, stepInfo{s.N, s.ID, s.Title, s.Question, s.Minutes, s.Weight, framework.Guide(s.ID)})
		}
		return o.Export(o.IO, out)
	}
	var rows []command.Row
	for _, s := range steps {
		rows = append(rows, command.Row{
			strconv.Itoa(s.N), string(s.ID), fmt.Sprintf("%d min", s.Minutes), fmt.Sprintf("%d%%", s.Weight), s.Question,
		})
	}
	return o.WriteTable(rows)
}

func (o *options) writeGuide(s framework.Step) error {
	head := fmt.Sprintf("# %d. %s\n\n*%s* %d of %d minutes, %d%% of the score.\n\n",
		s.N, s.Title, s.Question, s.Minutes, framework.Minutes, s.Weight)
	return o.WriteMarkdown(head + framework.Guide(s.ID))
}
