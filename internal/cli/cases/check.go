package cases

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/internal/author"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/lab"
	"dryrun/internal/safetext"
)

// checkOptions are the options of lint and of test, which both print findings.
type checkOptions struct {
	*command.IO
	command.Exporter
	Cases []string
	// check returns the findings about a case that loads without errors.
	check func(ctx context.Context, c *casestudies.Case) ([]casestudies.Finding, error)
}

func newLint(p *command.Program, run func(context.Context, *checkOptions) error) *cobra.Command {
	o := &checkOptions{IO: p.IO}
	o.check = func(_ context.Context, c *casestudies.Case) ([]casestudies.Finding, error) { return author.Lint(c) }
	return o.command(run, &cobra.Command{
		Use:   "lint [CASE...]",
		Short: "Check cases by reading them",
		Long: `Check cases by reading them: structure, counts, ids, and whether the coach finds what the references and samples say.
Without a case: every built-in one. One line per finding, file:line:column: message; exit 1 if there is an error.`,
		Example: command.Examples(
			"check a file", "dryrun cases lint parking-spots.yaml",
			"check a folder in a pipeline", "dryrun cases lint cases/*.yaml --json",
		),
	})
}

func newTest(p *command.Program, run func(context.Context, *checkOptions) error) *cobra.Command {
	o := &checkOptions{IO: p.IO}
	o.check = func(ctx context.Context, c *casestudies.Case) ([]casestudies.Finding, error) {
		bar := p.IO.Progress(p.Clock, c.ID)
		defer bar.Clear()
		// Each case gets a lab of its own, whose worlds and models are freed with it.
		return author.Test(ctx, c, lab.New(lab.Options{}), bar.Show)
	}
	return o.command(run, &cobra.Command{
		Use:   "test [CASE...]",
		Short: "Prove cases by running their labs",
		Long: `Prove cases by running their labs over five seeds: each finishes and repeats, each option of a decision is as good as the
case says, each sentence of what a lab shows holds, each prediction varies with its knob, each fault does what it declares.
Without a case: every built-in one. Takes some minutes per case.`,
		Example: command.Examples("prove a file", "dryrun cases test parking-spots.yaml"),
	})
}

// command adds what lint and test share.
func (o *checkOptions) command(run func(context.Context, *checkOptions) error, cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = lookup.CompleteCase
	o.AddJSONFlag(cmd, "print JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.Cases = args
		return run(cmd.Context(), o)
	}
	return cmd
}

func runCheck(ctx context.Context, o *checkOptions) error {
	words := o.Cases
	if len(words) == 0 {
		all, err := casestudies.Builtin()
		if err != nil {
			return err
		}
		words = lookup.CaseIDs(all)
	}
	findings := []casestudies.Finding{}
	for _, word := range words {
		found, err := o.checkOne(ctx, word)
		if err != nil {
			return err
		}
		findings = append(findings, found...)
		if !o.JSON {
			if err := o.writeFindings(found); err != nil {
				return err
			}
		}
	}
	warnings := 0
	for _, f := range findings {
		if f.Warning {
			warnings++
		}
	}
	failed := len(findings) - warnings
	if o.JSON {
		err := o.Export(o.IO, map[string]any{"version": 1, "cases": len(words), "errors": failed, "warnings": warnings, "findings": findings})
		return errors.Join(err, lookup.Errors(findings))
	}
	o.Say("%s: %s, %s", command.Count(len(words), "case"), command.Count(failed, "error"), command.Count(warnings, "warning"))
	return lookup.Errors(findings)
}

// checkOne checks a case. For a file that can't be loaded it returns the findings of loading it.
func (o *checkOptions) checkOne(ctx context.Context, word string) ([]casestudies.Finding, error) {
	if lookup.IsPath(word) {
		c, findings, err := lookup.Load(word)
		if err != nil || lookup.Errors(findings) != nil {
			return findings, err
		}
		found, err := o.check(ctx, c)
		return append(findings, found...), err
	}
	c, err := lookup.Case(word)
	if err != nil {
		return nil, err
	}
	return o.check(ctx, c)
}

func (o *checkOptions) writeFindings(findings []casestudies.Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintln(o.Out, safetext.Clean(f.String())); err != nil {
			return err
		}
	}
	return nil
}
