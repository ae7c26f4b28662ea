package cases

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
)

type showOptions struct {
	*command.IO
	command.Exporter
	Case string
	YAML bool
}

func newShow(p *command.Program, run func(context.Context, *showOptions) error) *cobra.Command {
	o := &showOptions{IO: p.IO}
	cmd := &cobra.Command{
		Use:   "show CASE",
		Short: "Show a case's brief and what it holds, without giving its answers away",
		Example: command.Examples(
			"what an interviewer says first, and what comes after", "dryrun cases show visual-search",
			"its file, to read or to start from", "dryrun cases show visual-search --yaml > mine.yaml",
		),
		Args:              command.Takes(1, 1),
		ValidArgsFunction: lookup.CompleteCase,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.AtMostOne(cmd, "json", "yaml"); err != nil {
				return err
			}
			o.Case = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.AddJSONFlag(cmd, "print the whole case as JSON, answers included")
	cmd.Flags().BoolVar(&o.YAML, "yaml", false, "print the case's file, answers included")
	return cmd
}

func runShow(_ context.Context, o *showOptions) error {
	c, err := lookup.Case(o.Case)
	if err != nil {
		return err
	}
	switch {
	case o.JSON:
		return o.Export(o.IO, c)
	case o.YAML:
		_, err := o.Out.Write(c.Source().YAML)
		return err
	}
	return o.WriteMarkdown(describe(c))
}

// describe is what a candidate may see of a case before the interview, in Markdown.
func describe(c *casestudies.Case) string {
	var b strings.Builder
	critical := 0
	for _, f := range c.Facts {
		if f.Critical {
			critical++
		}
	}
	fmt.Fprintf(&b, "# %s\n\n%s\n\n*%s, %s, %d minutes.* ", c.Title, c.Summary, c.Domain, c.Difficulty, c.Minutes)
	fmt.Fprintf(&b, "%s to ask for, %d of them critical; %s.\n\n",
		command.Count(len(c.Facts), "fact"), critical, command.Count(len(c.Curveballs), "curveball"))
	for line := range strings.Lines(strings.TrimSpace(c.Brief)) {
		b.WriteString("> " + line)
	}
	b.WriteString("\n\n")
	for _, s := range framework.Steps() {
		step := c.Step(s.ID)
		fmt.Fprintf(&b, "%d. **%s**: %s, %s, %s\n", s.N, s.Title, command.Count(len(step.Criteria), "criterion", "criteria"),
			command.Count(len(step.Decide), "decision"), command.Count(len(step.Lab.Predict), "prediction"))
	}
	fmt.Fprintf(&b, "\n`dryrun practice %s` starts it.\n", c.ID)
	return b.String()
}
