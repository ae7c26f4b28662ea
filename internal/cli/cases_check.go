package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dryrun/casestudies"
	"dryrun/internal/author"
	"dryrun/internal/lab"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
)

// checkOptions are those of lint and of test: both print findings.
type checkOptions struct {
	*app
	Cases []string
	JSON  bool
	// check says what is to say about one whole case.
	check func(ctx context.Context, c *casestudies.Case) ([]casestudies.Finding, error)
}

func newCasesLint(a *app) *cobra.Command {
	o := &checkOptions{app: a}
	o.check = func(_ context.Context, c *casestudies.Case) ([]casestudies.Finding, error) { return author.Lint(c) }
	return o.command(&cobra.Command{
		Use:   "lint [CASE...]",
		Short: "Check cases by reading them",
		Long: `Check cases by reading them: structure, counts, ids, and whether the coach finds what the references and samples say.
Without a case: every built-in one. One line a finding, file:line:column: message; exit 1 where there is an error.`,
		Example: examples(
			"check a file", "dryrun cases lint parking-spots.yaml",
			"check a folder in a pipeline", "dryrun cases lint cases/*.yaml --json",
		),
	})
}

func newCasesTest(a *app) *cobra.Command {
	o := &checkOptions{app: a}
	o.check = func(ctx context.Context, c *casestudies.Case) ([]casestudies.Finding, error) {
		bar := a.progress(c.ID)
		defer bar.clear()
		// A lab a case, so that its worlds and models are let go with it.
		return author.Test(ctx, c, lab.New(lab.Options{}), func(p report.Progress) { bar.show(p) })
	}
	return o.command(&cobra.Command{
		Use:   "test [CASE...]",
		Short: "Prove cases by running their labs",
		Long: `Prove cases by running their labs: each finishes and repeats, the best decision isn't worse than the poor ones, each
prediction varies with its knob, each fault does what it declares. Without a case: every built-in one. Takes a minute or so a case.`,
		Example: examples("prove a file", "dryrun cases test parking-spots.yaml"),
	})
}

// command gives lint and test what they share.
func (o *checkOptions) command(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = completeCase
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.Cases = args
		return o.run(cmd.Context())
	}
	return cmd
}

func (o *checkOptions) run(ctx context.Context) error {
	words := o.Cases
	if len(words) == 0 {
		all, err := casestudies.Builtin()
		if err != nil {
			return err
		}
		words = ids(all)
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
		err := o.writeJSON(map[string]any{"version": 1, "cases": len(words), "errors": failed, "warnings": warnings, "findings": findings})
		return errors.Join(err, noFindings(findings))
	}
	o.say("%s: %s, %s", count(len(words), "case"), count(failed, "error"), count(warnings, "warning"))
	return noFindings(findings)
}

// checkOne checks a case; one that can't be loaded has its findings already.
func (o *checkOptions) checkOne(ctx context.Context, word string) ([]casestudies.Finding, error) {
	if isPath(word) {
		c, findings, err := loadCase(word)
		if err != nil || noFindings(findings) != nil {
			return findings, err
		}
		found, err := o.check(ctx, c)
		return append(findings, found...), err
	}
	c, err := findCase(word)
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
