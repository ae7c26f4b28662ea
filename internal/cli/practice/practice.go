// Package practice is the command `dryrun practice`: it starts a session of a case or continues one.
package practice

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/cli/sessions"
	"dryrun/internal/plain"
	"dryrun/internal/rehearse"
	"dryrun/internal/store"
	"dryrun/internal/tui"
)

type options struct {
	*command.IO
	Sessions func(context.Context) (*sessions.Open, error)
	Dir      string // of stored sessions

	Case   string
	Step   string
	Resume string
	New    bool
	Seed   int64
	Spoken bool
}

// New returns the command.
func New(p *command.Program) *cobra.Command { return newCommand(p, run) }

func newCommand(p *command.Program, run func(context.Context, *options) error) *cobra.Command {
	o := &options{IO: p.IO, Sessions: sessions.Opener(p)}
	cmd := &cobra.Command{
		Use:   "practice [CASE]",
		Short: "Walk through a case, step by step, without a clock to beat",
		Long: `Walk through a case: question, clarifying questions, your answer, your decisions and predictions, the run, the reference,
your own score. Leave at any time: the same command returns to the same character. Without a case: visual search.`,
		Example: command.Examples(
			"the whole walk, or where you left it", "dryrun practice visual-search",
			"one step, in about seven minutes", "dryrun practice visual-search --step evaluation",
			"a session from dryrun review", "dryrun practice --resume 4kq2",
			"a case of your study group", "dryrun practice ./parking-spots.yaml",
		),
		Args:              command.Takes(0, 1),
		ValidArgsFunction: lookup.CompleteCase,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Case = args[0]
			}
			o.Dir = p.DataDir()
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Step, "step", "", "start a session at this step")
	f.StringVar(&o.Resume, "resume", "", "continue this `session`")
	f.BoolVar(&o.New, "new", false, "start a new session even if one of the case is unfinished")
	f.Int64Var(&o.Seed, "seed", 1, "seed of the lab's world and models")
	f.BoolVar(&o.Spoken, "spoken", false, "say the answer aloud and type only its key claims")
	command.CompleteFlag(cmd, "step", lookup.StepIDs())
	return cmd
}

func run(ctx context.Context, o *options) (err error) {
	// Report a mistyped word before opening the database.
	want, err := o.wanted()
	if err != nil && !o.mayBeStored() {
		return err
	}
	unknown := err
	s, err := o.Sessions(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	id, err := o.resumed(ctx, s, want)
	if err != nil {
		return err
	}
	if id == "" && unknown != nil {
		return unknown
	}
	if !o.PlainMode() {
		return s.Screens(ctx, tui.Start{Case: want.Case, Step: want.Step, Resume: id}, o.Seed, o.Spoken)
	}
	return o.walk(ctx, s, want, id)
}

// walk runs a session in whole lines: a new one, or the one called id.
func (o *options) walk(ctx context.Context, s *sessions.Open, want rehearse.Options, id string) error {
	open := func() (*rehearse.Session, rehearse.Outcome, error) { return s.Begin(want) }
	if id != "" {
		open = func() (*rehearse.Session, rehearse.Outcome, error) { return s.Resume(ctx, id) }
	}
	session, outcome, err := open()
	if err != nil {
		return sessions.Error(err)
	}
	options := s.Plain()
	options.Lab = s.LabOf(session.Case())
	return plain.Walk(ctx, session, outcome, options)
}

// wanted returns the new session that the flags ask for.
func (o *options) wanted() (rehearse.Options, error) {
	want := rehearse.Options{Mode: framework.Practice, Seed: o.Seed, Spoken: o.Spoken}
	if o.Resume != "" {
		if o.Case != "" || o.Step != "" || o.New {
			return want, command.Misuse(nil, "dryrun practice --resume "+o.Resume,
				"--resume takes no case, --step or --new: the session has its own")
		}
		return want, nil
	}
	if o.Step != "" {
		step, err := lookup.Step(o.Step)
		if err != nil {
			return want, err
		}
		want.Step = step.ID
	}
	word := o.Case
	if word == "" {
		word = lookup.FirstCase
	}
	var err error
	want.Case, err = lookup.Case(word)
	return want, err
}

// mayBeStored reports whether a case that can't be found may still belong to a stored session: a session of a case file is
// also found by the id of the case.
func (o *options) mayBeStored() bool {
	_, err := os.Stat(filepath.Join(o.Dir, store.File))
	return err == nil && o.Resume == "" && o.Step == "" && !o.New && !lookup.IsPath(o.Case)
}

// resumed returns the id of the session to continue, the one that --resume names or the last unfinished one of the case; "" is
// a new session.
func (o *options) resumed(ctx context.Context, s *sessions.Open, want rehearse.Options) (string, error) {
	if o.Resume != "" || o.Step != "" || o.New {
		return o.Resume, nil
	}
	id := o.Case
	if want.Case != nil {
		id = want.Case.ID
	}
	session, err := s.Last(ctx, framework.Practice, id)
	if err == nil && session != "" {
		o.Say("dryrun: continuing session %s; --new starts another", session)
		if changed, err := s.Changed(ctx, session, want.Case); err == nil && changed {
			o.Say("dryrun: the case's file has changed since: the session keeps the text that it started with")
		}
	}
	return session, err
}
