// Package sessions is what commands about sessions share. It opens a study over the store and a lab, and shows it in screens
// or in whole lines.
package sessions

import (
	"context"
	"errors"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/cli/command"
	"dryrun/internal/coach"
	"dryrun/internal/plain"
	"dryrun/internal/store"
	"dryrun/internal/study"
)

// Open is a study with its store and lab open, for as long as one command runs.
type Open struct {
	*study.Study
	program *command.Program
	store   *store.Store
	lab     command.Lab
}

// Opener returns a function that opens a study.
func Opener(p *command.Program) func(context.Context) (*Open, error) {
	return func(ctx context.Context) (*Open, error) {
		l, err := p.Lab(command.EngineFlags{})
		if err != nil {
			return nil, err
		}
		s, err := p.Store(ctx)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		return &Open{program: p, store: s, lab: l, Study: &study.Study{Store: s, Lab: l, Coach: coach.New(), Clock: p.Clock}}, nil
	}
}

// Close closes the store and the lab.
func (o *Open) Close() error { return errors.Join(o.store.Close(), o.lab.Close()) }

// Changed reports whether the file of a case differs from the text that the session started with. A session keeps the text
// that it started with.
func (o *Open) Changed(ctx context.Context, id string, now *casestudies.Case) (bool, error) {
	if now == nil {
		return false, nil
	}
	log, err := o.Store.Session(ctx, id)
	if err != nil || len(log.Events) == 0 {
		return false, err
	}
	started, ok := log.Events[0].Body.(framework.Started)
	return ok && started.Hash != now.Source().Hash, nil
}

// Plain returns the options of a conversation in whole lines.
func (o *Open) Plain() plain.Options {
	io := o.program.IO
	return plain.Options{
		In: io.In, Out: io.Out, Interactive: io.InTerm && io.OutTerm, Width: io.Width(), Clock: o.program.Clock, Store: o.Store,
		Command: o.program.Next, Before: o.Before,
	}
}

// Error turns an unknown or ambiguous id of a session into an error that the user caused.
func Error(err error) error {
	var none *store.NotFoundError
	var many *store.AmbiguousError
	switch {
	case errors.As(err, &none):
		return command.Misuse(nil, "dryrun review", "%w", err)
	case errors.As(err, &many):
		return command.Misuse(many.IDs[:min(3, len(many.IDs))], "dryrun review",
			"%d sessions have ids that begin with %q", len(many.IDs), many.Prefix)
	}
	return err
}
