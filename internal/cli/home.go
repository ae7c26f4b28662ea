package cli

import (
	"context"
	"errors"
	"slices"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/plain"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui"
)

type homeOptions struct{ *app }

// run opens the screens, or in plain mode says what there is to do.
func (o *homeOptions) run(ctx context.Context) (err error) {
	s, err := o.openStudy(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if !o.plain() {
		return s.screens(ctx, tui.Start{}, 1, false)
	}
	cases, err := homeCases()
	if err != nil {
		return err
	}
	unfinished, err := s.Unfinished(ctx, offered)
	if err != nil {
		return err
	}
	return plain.Home(ctx, plain.HomeOptions{
		Options: s.plainOptions(), Cases: cases, Unfinished: unfinished,
		Practice: func(_ context.Context, c *casestudies.Case) (*rehearse.Session, rehearse.Outcome, error) {
			return s.Begin(rehearse.Options{Case: c, Mode: framework.Practice, Seed: 1})
		},
		Resume: s.Resume, LabOf: s.LabOf,
	})
}

// firstID is the case that a newcomer is offered.
const firstID = "visual-search"

// homeCases are the built-in cases, the one for newcomers first.
func homeCases() ([]*casestudies.Case, error) {
	all, err := casestudies.Builtin()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *casestudies.Case) int {
		switch firstID {
		case a.ID:
			return -1
		case b.ID:
			return 1
		}
		return 0
	})
	return all, nil
}
