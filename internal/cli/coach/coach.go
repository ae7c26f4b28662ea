// Package coach is the command `dryrun coach`: it judges an answer to a step of a case, from a file or from standard input.
package coach

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/coach"
	"dryrun/internal/safetext"
)

// maxAnswer is the limit on an answer, in bytes: about twenty pages, as in a session.
const maxAnswer = 64 << 10

type options struct {
	*command.IO
	command.Exporter
	Case  string
	Step  string
	File  string   // "" and "-" are standard input
	Asked []string // ids of facts
	Chose []string // DECISION=OPTION
}

// judged is what `coach --json` prints.
type judged struct {
	Case     string           `json:"case"`
	Step     framework.StepID `json:"step"`
	Score    float64          `json:"score"`
	Criteria []criterion      `json:"criteria"`
}

type criterion struct {
	ID      string          `json:"id"`
	Mark    framework.Mark  `json:"mark"`
	Verdict framework.Claim `json:"verdict"`
	Quotes  []string        `json:"quotes"`
	Nearest []string        `json:"nearest"`
	Why     string          `json:"why"`
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO}
	cmd := &cobra.Command{
		Use:   "coach CASE --step STEP [FILE]",
		Short: "Judge an answer to a step",
		Long: `Judge an answer to one step of a case, from a file or from standard input: a mark for each criterion, the sentences that
it rests on, and what is missing or contradicts the case.`,
		Example: command.Examples(
			"judge a file", "dryrun coach visual-search --step evaluation answer.txt",
			"judge what another program writes, as JSON", "fmt answer.txt | dryrun coach visual-search --step evaluation --json",
		),
		Args:              command.Takes(1, 2),
		ValidArgsFunction: completeArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Case = args[0]
			if len(args) > 1 {
				o.File = args[1]
			}
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Step, "step", "", "the step: its id, a prefix of it, or its number")
	f.StringSliceVar(&o.Asked, "asked", nil, "facts that were asked for and answered, `ID,ID`")
	f.StringSliceVar(&o.Chose, "chose", nil, "options that were chosen, `DECISION=OPTION`")
	o.AddJSONFlag(cmd, "print JSON")
	command.CompleteFlag(cmd, "step", lookup.StepIDs())
	return cmd
}

// completeArgs completes the case, and then a file.
func completeArgs(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return lookup.CompleteCase(cmd, args, word)
}

func run(_ context.Context, o *options) error {
	c, err := lookup.Case(o.Case)
	if err != nil {
		return err
	}
	if o.Step == "" {
		return command.Misuse(nil, "dryrun coach "+o.Case+" --step evaluation", "say which step the answer is to with --step: %s",
			command.OrList(lookup.StepIDs()))
	}
	step, err := lookup.Step(o.Step)
	if err != nil {
		return err
	}
	answer := coach.Answer{Chosen: map[string]string{}}
	if answer.Released, err = o.asked(c); err != nil {
		return err
	}
	if answer.Chosen, err = o.chosen(c.Step(step.ID)); err != nil {
		return err
	}
	if answer.Text, err = o.read(); err != nil {
		return err
	}
	j := coach.New().Judge(c, step.ID, answer)
	if !o.JSON {
		return o.write(c, step, j)
	}
	out := judged{Case: c.ID, Step: step.ID, Score: j.Score, Criteria: []criterion{}}
	for _, s := range j.Suggestions {
		out.Criteria = append(out.Criteria, criterion{
			s.Criterion, s.Mark, s.Claim, append([]string{}, s.Quotes...), append([]string{}, s.Nearest...), s.Note,
		})
	}
	return o.Export(o.IO, out)
}

// asked checks the facts of --asked.
func (o *options) asked(c *casestudies.Case) ([]string, error) {
	var known, out []string
	for _, f := range c.Facts {
		known = append(known, f.ID)
	}
	for _, word := range o.Asked {
		id, err := command.FindWord("fact", strings.TrimSpace(word), known, "dryrun cases show "+c.ID+" --json")
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// chosen checks the decisions and options of --chose.
func (o *options) chosen(step *casestudies.Step) (map[string]string, error) {
	var decisions []string
	for _, d := range step.Decide {
		decisions = append(decisions, d.ID)
	}
	out := map[string]string{}
	for _, word := range o.Chose {
		name, option, ok := strings.Cut(word, "=")
		if !ok {
			return nil, command.Misuse(nil, "dryrun coach --help", "--chose takes DECISION=OPTION, not %q", word)
		}
		id, err := command.FindWord("decision", name, decisions, "dryrun coach --help")
		if err != nil {
			return nil, err
		}
		var options []string
		for _, x := range step.Decision(id).Options {
			options = append(options, x.ID)
		}
		if out[id], err = command.FindWord("option", option, options, "dryrun coach --help"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read reads the answer.
func (o *options) read() (string, error) {
	in, name := o.In, "standard input"
	if o.File != "" && o.File != "-" {
		f, err := os.Open(o.File)
		if err != nil {
			return "", command.Misuse(nil, "dryrun coach --help", "can't read the answer in %q: %w", o.File, command.RootCause(err))
		}
		defer f.Close()
		in, name = f, fmt.Sprintf("%q", o.File)
	} else if o.InTerm {
		o.Say("type the answer, then ctrl+d on a line of its own")
	}
	text, err := io.ReadAll(io.LimitReader(in, maxAnswer+1))
	switch {
	case err != nil:
		return "", command.Misuse(nil, "dryrun coach --help", "can't read the answer from %s: %w", name, command.RootCause(err))
	case len(text) > maxAnswer:
		return "", command.Misuse(nil, "", "the answer in %s is too long: the limit is %d KB", name, maxAnswer>>10)
	case !utf8.Valid(text):
		return "", command.Misuse(nil, "", "the answer in %s isn't text in UTF-8", name)
	}
	return string(text), nil
}

// write prints the judgment for a reader.
func (o *options) write(c *casestudies.Case, step framework.Step, j coach.Judgment) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d %s: %.1f of 4\n", c.Title, step.N, step.Title, j.Score)
	text := map[string]string{}
	for _, x := range c.Step(step.ID).Criteria {
		text[x.ID] = x.Text
	}
	quote := func(label string, quotes []string) {
		for _, q := range quotes {
			fmt.Fprintf(&b, "     %s “%s”\n", label, q)
		}
	}
	for _, s := range j.Suggestions {
		fmt.Fprintf(&b, "\n%-4s %s (%s)\n     %s\n", s.Mark, s.Criterion, s.Claim, text[s.Criterion])
		quote("rests on", s.Quotes)
		if len(s.Quotes) == 0 {
			quote("nearest", s.Nearest)
		}
		if s.Note != "" {
			fmt.Fprintf(&b, "     %s\n", strings.TrimSpace(s.Note))
		}
	}
	_, err := io.WriteString(o.Out, clean(b.String()))
	return err
}

// clean makes text safe to print, line by line.
func clean(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = safetext.Clean(lines[i])
	}
	return strings.Join(lines, "\n")
}
