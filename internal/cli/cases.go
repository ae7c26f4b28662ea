package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/framework"
)

func newCases(a *app) *cobra.Command {
	o := &casesListOptions{app: a}
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List, show, write and check case studies",
		Long: `List, show, write and check case studies. Without a command: list.

A case is one YAML file that a study group can mail, review and keep in git. Wherever a case is asked for, an id, a
beginning of one, or the path of a file will do.`,
		Example: examples(
			"the built-in cases", "dryrun cases",
			"begin one of your own", "dryrun cases new parking-spots --world images",
			"see what is still wrong with it", "dryrun cases lint parking-spots.yaml",
		),
		Args: a.knownCommand,
		RunE: func(*cobra.Command, []string) error { return o.run() },
	}
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	cmd.AddCommand(newCasesList(a), newCasesShow(a), newCasesNew(a), newCasesLint(a), newCasesTest(a), newCasesSchema(a))
	return cmd
}

type casesListOptions struct {
	*app
	JSON bool
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

func newCasesList(a *app) *cobra.Command {
	o := &casesListOptions{app: a}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the built-in cases",
		Args:    takes(0, 0),
		Example: examples("the ids alone", "dryrun cases list --json | jq -r '.cases[].id'"),
		RunE:    func(*cobra.Command, []string) error { return o.run() },
	}
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	return cmd
}

func (o *casesListOptions) run() error {
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
			out.Cases = append(out.Cases, caseInfo{c.ID, c.Title, c.Summary, c.Domain, c.Difficulty, c.Minutes, c.Demo.World.Kind, append([]string{}, c.Tags...)})
		}
		return o.writeJSON(out)
	}
	var rows []row
	for _, c := range all {
		rows = append(rows, row{c.ID, c.Domain, c.Difficulty, strconv.Itoa(c.Minutes) + " min", c.Summary})
	}
	return o.writeTable(rows)
}

type casesShowOptions struct {
	*app
	Case string
	JSON bool
	YAML bool
}

func newCasesShow(a *app) *cobra.Command {
	o := &casesShowOptions{app: a}
	cmd := &cobra.Command{
		Use:   "show CASE",
		Short: "Show a case's brief and what it holds, without giving its answers away",
		Example: examples(
			"what an interviewer says first, and what comes after", "dryrun cases show visual-search",
			"its file, to read or to start from", "dryrun cases show visual-search --yaml > mine.yaml",
		),
		Args:              takes(1, 1),
		ValidArgsFunction: completeCase,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := atMostOne(cmd, "json", "yaml"); err != nil {
				return err
			}
			o.Case = args[0]
			return o.run()
		},
	}
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print the whole case as JSON, answers included")
	cmd.Flags().BoolVar(&o.YAML, "yaml", false, "print the case's file, answers included")
	return cmd
}

func (o *casesShowOptions) run() error {
	c, err := findCase(o.Case)
	if err != nil {
		return err
	}
	switch {
	case o.JSON:
		return o.writeJSON(c)
	case o.YAML:
		_, err := o.Out.Write(c.Source().YAML)
		return err
	}
	return o.writeMarkdown(describe(c))
}

// describe is a case in Markdown as a candidate may see it before the interview.
func describe(c *casestudies.Case) string {
	var b strings.Builder
	critical := 0
	for _, f := range c.Facts {
		if f.Critical {
			critical++
		}
	}
	fmt.Fprintf(&b, "# %s\n\n%s\n\n*%s, %s, %d minutes.* ", c.Title, c.Summary, c.Domain, c.Difficulty, c.Minutes)
	fmt.Fprintf(&b, "%s to ask for, %d of them critical; %s.\n\n", count(len(c.Facts), "fact"), critical, count(len(c.Curveballs), "curveball"))
	for line := range strings.Lines(strings.TrimSpace(c.Brief)) {
		b.WriteString("> " + line)
	}
	b.WriteString("\n\n")
	for _, s := range framework.Steps() {
		step := c.Step(s.ID)
		fmt.Fprintf(&b, "%d. **%s**: %s, %s, %s\n", s.N, s.Title,
			count(len(step.Criteria), "criterion", "criteria"), count(len(step.Decide), "decision"), count(len(step.Lab.Predict), "prediction"))
	}
	fmt.Fprintf(&b, "\n`dryrun practice %s` begins.\n", c.ID)
	return b.String()
}

// count is "1 fact" or "2 facts"; a plural that doesn't end in s is given.
func count(n int, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return strconv.Itoa(n) + " " + many[0]
	}
	return strconv.Itoa(n) + " " + one + "s"
}

func newCasesSchema(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of a case, for an editor",
		Args:    takes(0, 0),
		Example: examples("let the YAML language server check cases", "dryrun cases schema > case.schema.json"),
		RunE: func(*cobra.Command, []string) error {
			_, err := a.Out.Write(casestudies.Schema())
			return err
		},
	}
	cmd.Flags().Bool("json", true, "print JSON, which a schema is")
	return cmd
}
