package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"dryrun/framework"
)

type stepsOptions struct {
	*app
	Step string
	JSON bool
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

func newSteps(a *app) *cobra.Command {
	o := &stepsOptions{app: a}
	cmd := &cobra.Command{
		Use:   "steps [STEP]",
		Short: "Show the seven steps, or the guide of one",
		Long:  "Show the seven steps of an interview with their minutes of 45 and their weight in the score, or the guide of one step.",
		Example: examples(
			"the seven steps", "dryrun steps",
			"what strong candidates do with the minutes of one", "dryrun steps evaluation",
		),
		Args:              takes(0, 1),
		ValidArgsFunction: completeWith(stepIDs()),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Step = args[0]
			}
			return o.run()
		},
	}
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	return cmd
}

func (o *stepsOptions) run() error {
	steps := framework.Steps()
	if o.Step != "" {
		s, err := findStep(o.Step)
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
		return o.writeJSON(out)
	}
	var rows []row
	for _, s := range steps {
		rows = append(rows, row{strconv.Itoa(s.N), string(s.ID), fmt.Sprintf("%d min", s.Minutes), fmt.Sprintf("%d%%", s.Weight), s.Question})
	}
	return o.writeTable(rows)
}

func (o *stepsOptions) writeGuide(s framework.Step) error {
	head := fmt.Sprintf("# %d. %s\n\n*%s* %d of %d minutes, %d%% of the score.\n\n", s.N, s.Title, s.Question, s.Minutes, framework.Minutes, s.Weight)
	return o.writeMarkdown(head + framework.Guide(s.ID))
}

// findStep returns the step called word: its id, its number, or a beginning of its id that no other has.
func findStep(word string) (framework.Step, error) {
	if named := framework.StepsNamed(word); len(named) == 1 {
		return named[0], nil
	}
	_, err := findWord("step", word, stepIDs(), "dryrun steps")
	return framework.Step{}, err
}

func stepIDs() []string {
	var ids []string
	for _, s := range framework.Steps() {
		ids = append(ids, string(s.ID))
	}
	return ids
}
