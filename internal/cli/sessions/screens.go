package sessions

import (
	"cmp"
	"context"
	"errors"
	"os"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/lookup"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui"
)

// Screens shows the screens, first the one that start names, until the candidate leaves.
func (o *Open) Screens(ctx context.Context, start tui.Start, seed int64, spoken bool) error {
	p, io := o.program, o.program.IO
	in, okIn := io.In.(*os.File)
	out, okOut := io.Out.(*os.File)
	if !okIn || !okOut {
		return errors.New("the screens need a terminal: use --plain")
	}
	cases, err := lookup.Cases()
	if err != nil {
		return err
	}
	kept := tui.Sessions{
		List: o.List, Read: o.past, Store: o.Store, Lab: o.LabOf, Before: o.Before,
		New: func(_ context.Context, c *casestudies.Case, step framework.StepID) (*rehearse.Session, rehearse.Outcome, error) {
			return o.Begin(rehearse.Options{Case: c, Step: step, Mode: framework.Practice, Seed: seed, Spoken: spoken})
		},
		Resume: func(ctx context.Context, id string) (*rehearse.Session, rehearse.Outcome, error) {
			session, opening, err := o.Resume(ctx, id)
			return session, opening, Error(err)
		},
	}
	return tui.Run(ctx, tui.Options{
		In: in, Out: out, Theme: io.Theme, Profile: io.Profile(), Cases: cases, Notices: o.store.Notices(), Sessions: kept,
		Editor: cmp.Or(io.Env("VISUAL"), io.Env("EDITOR")), Clock: p.Clock, Where: p.DataDir(), Command: p.Next, Start: start,
	})
}

// past returns a stored session to read, with its case as it was then.
func (o *Open) past(ctx context.Context, id string) (*rehearse.Session, error) {
	p, err := o.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	return p.Session, p.Err
}
