// Package ask is the command `dryrun ask`: what the interviewer of a case answers to one clarifying question.
package ask

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/coach/interview"
)

type options struct {
	*command.IO
	command.Exporter
	Case     string
	Question string // "-" reads standard input
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO}
	cmd := &cobra.Command{
		Use:   "ask CASE QUESTION",
		Short: "Ask a case's interviewer one clarifying question",
		Long: "Ask a case's interviewer one clarifying question, and see which fact it releases. Give - to read the question " +
			"from standard input.",
		Example: command.Examples(
			"a fact", "dryrun ask visual-search 'expected traffic at peak?'",
			"which fact it is", "dryrun ask visual-search 'how many listings?' --json | jq -r .fact",
			"a question from a file", "dryrun ask visual-search - < question.txt",
		),
		Args:              command.Takes(2, 2),
		ValidArgsFunction: lookup.CompleteCase,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Case, o.Question = args[0], args[1]
			return run(cmd.Context(), o)
		},
	}
	o.AddJSONFlag(cmd, "print JSON")
	return cmd
}

// longestQuestion is in bytes: about twenty pages.
const longestQuestion = 64 << 10

func run(_ context.Context, o *options) error {
	cs, err := lookup.Case(o.Case)
	if err != nil {
		return err
	}
	question := o.Question
	if question == "-" {
		text, err := io.ReadAll(io.LimitReader(o.In, longestQuestion+1))
		if err != nil {
			return fmt.Errorf("reading the question from standard input: %w", err)
		}
		question = string(text)
	}
	question = strings.TrimSpace(strings.ToValidUTF8(question, "\uFFFD"))
	if question == "" {
		return command.Misuse(nil, "dryrun ask "+cs.ID+" 'how much traffic do we expect?'", "the question is empty: type what you want to ask")
	}
	if len(question) > longestQuestion {
		return command.Misuse(nil, "", "the question is over %d KB long", longestQuestion>>10)
	}
	r := new(interview.Interviewer).Reply(cs, nil, nil, question)
	if o.JSON {
		return o.Export(o.IO, struct {
			Case  string         `json:"case"`
			Kind  interview.Kind `json:"kind"`
			Fact  string         `json:"fact"`
			Facts []string       `json:"facts,omitempty"` // that an ask-back asks about
			Reply string         `json:"reply"`
		}{cs.ID, r.Kind, r.Fact, r.Facts, r.Text})
	}
	_, err = fmt.Fprintln(o.Out, strings.Join(strings.Fields(r.Text), " "))
	return err
}
