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
func (s *study) screens(ctx context.Context, start tui.Start, seed int64, spoken bool) error {
	in, okIn := s.In.(*os.File)
	out, okOut := s.Out.(*os.File)
	if !okIn || !okOut {
		return errors.New("the screens need a terminal: use --plain")
	}
	cases, err := homeCases()
	if err != nil {
		return err
	}
	return tui.Run(ctx, tui.Options{
		In: in, Out: out, Theme: s.Theme, Profile: s.profile(s.Color),
		Cases: cases, Notices: s.store.Notices(), Sessions: s.store.Sessions,
		New: func(_ context.Context, c *casestudies.Case, step framework.StepID) (*rehearse.Session, rehearse.Outcome, error) {
			session, outcome, _, err := s.begin(rehearse.Options{Case: c, Step: step, Mode: framework.Practice, Seed: seed, Spoken: spoken})
			return session, outcome, err
		},
		Resume: func(ctx context.Context, id string) (*rehearse.Session, rehearse.Outcome, error) {
			session, outcome, _, err := s.resume(ctx, id)
			return session, outcome, err
		},
		Read: s.read, Store: s.store, Lab: s.labOf,
		Editor: cmp.Or(s.Env("VISUAL"), s.Env("EDITOR")), Clock: s.clock, Where: s.dataDir(), Start: start,
	})
}

// read is a stored session to look at, with its case as it was then.
func (s *study) read(ctx context.Context, id string) (*framework.State, *casestudies.Case, error) {
	stored, err := s.store.Session(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	st, err := framework.Fold(stored.Events)
	if err != nil {
		return nil, nil, err
	}
	c, ok := caseOf(st)
	if !ok {
		return nil, nil, errors.New("the case of this session can't be read by this version")
	}
	return st, c, nil
}
