// Package home is `dryrun` without a command: the home screen, or in plain mode a list of what to do.
package home

import (
	"context"
	"errors"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/cli/sessions"
	"dryrun/internal/plain"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui"
)

type options struct {
	*command.IO
	Sessions func(context.Context) (*sessions.Open, error)
}

// Run returns the function that the root command runs.
func Run(p *command.Program) func(context.Context) error {
	o := &options{IO: p.IO, Sessions: sessions.Opener(p)}
	return func(ctx context.Context) error { return run(ctx, o) }
}

// offered is how many unfinished sessions plain mode offers to continue.
const offered = 5

func run(ctx context.Context, o *options) (err error) {
	s, err := o.Sessions(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if !o.PlainMode() {
		return s.Screens(ctx, tui.Start{}, 1, false)
	}
	cases, err := lookup.Cases()
	if err != nil {
		return err
	}
	unfinished, err := s.Unfinished(ctx, offered)
	if err != nil {
		return err
	}
	return plain.Home(ctx, plain.HomeOptions{
		Options: s.Plain(), Cases: cases, Unfinished: unfinished,
		Practice: func(_ context.Context, c *casestudies.Case) (*rehearse.Session, rehearse.Outcome, error) {
			return s.Begin(rehearse.Options{Case: c, Mode: framework.Practice, Seed: 1})
		},
		Resume: s.Resume, LabOf: s.LabOf,
	})
}
