package cli

import (
	"cmp"
	"context"
	"errors"
	"os"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui"
)

// screens shows the screens from where start says until the candidate leaves.
func (r *rehearsal) screens(ctx context.Context, start tui.Start, seed int64, spoken bool) error {
	in, okIn := r.In.(*os.File)
	out, okOut := r.Out.(*os.File)
	if !okIn || !okOut {
		return errors.New("the screens need a terminal: use --plain")
	}
	cases, err := homeCases()
	if err != nil {
		return err
	}
	return tui.Run(ctx, tui.Options{
		In: in, Out: out, Theme: r.Theme, Profile: r.profile(r.Color),
		Cases: cases, Notices: r.store.Notices(), Sessions: r.List,
		New: func(_ context.Context, c *casestudies.Case, step framework.StepID) (*rehearse.Session, rehearse.Outcome, error) {
			return r.Begin(rehearse.Options{Case: c, Step: step, Mode: framework.Practice, Seed: seed, Spoken: spoken})
		},
		Resume: func(ctx context.Context, id string) (*rehearse.Session, rehearse.Outcome, error) {
			session, opening, err := r.Resume(ctx, id)
			return session, opening, sessionError(err)
		},
		Read: r.past, Store: r.Store, Lab: r.LabOf,
		Editor: cmp.Or(r.Env("VISUAL"), r.Env("EDITOR")), Clock: r.clock, Where: r.dataDir(), Start: start,
	})
}

// past is a stored session to look at, with its case as it was then.
func (r *rehearsal) past(ctx context.Context, id string) (*rehearse.Session, error) {
	p, err := r.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	return p.Session, p.Err
}
