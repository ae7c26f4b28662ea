package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/lab"
	"dryrun/internal/plain"
	"dryrun/internal/rehearse"
	"dryrun/internal/store"
)

// study is what the sessions of one run of the program share: the store, the rules' needs, and one lab, whose worlds and
// models are kept for as long as it lives.
type study struct {
	*app
	store *store.Store
	lab   *lab.Lab
	deps  rehearse.Deps
}

func (a *app) openStudy(ctx context.Context) (*study, error) {
	l, err := a.openLab(milvusFlags{})
	if err != nil {
		return nil, err
	}
	s, err := a.openStore(ctx)
	if err != nil {
		return nil, err
	}
	return &study{
		app: a, store: s, lab: l,
		deps: rehearse.Deps{Coach: coach.New(), Knobs: labKnobs{}, Clock: a.clock},
	}, nil
}

func (s *study) close() error { return errors.Join(s.store.Close(), s.lab.Close()) }

func (s *study) labOf(c *casestudies.Case) rehearse.Lab { return caseLab{s.lab, c} }

// begin opens a new session. Nothing is stored before its first events are, which the opening outcome holds.
func (s *study) begin(o rehearse.Options) (*rehearse.Session, rehearse.Outcome, rehearse.Lab, error) {
	o.ID = store.NewID()
	session, outcome, err := rehearse.New(s.deps, o)
	if err != nil {
		return nil, rehearse.Outcome{}, nil, err
	}
	return session, outcome, s.labOf(session.Case()), nil
}

// resume goes on with a session, named by its id or the beginning of it.
func (s *study) resume(ctx context.Context, id string) (*rehearse.Session, rehearse.Outcome, rehearse.Lab, error) {
	stored, err := s.store.Session(ctx, id)
	if err != nil {
		return nil, rehearse.Outcome{}, nil, sessionError(err)
	}
	session, outcome, err := rehearse.Resume(s.deps, stored)
	if err != nil {
		return nil, rehearse.Outcome{}, nil, fmt.Errorf("going on with session %s: %w", stored.ID, err)
	}
	return session, outcome, s.labOf(session.Case()), nil
}

// changed says whether the case of a session has another text by now. A session keeps the text that it began with.
func (s *study) changed(ctx context.Context, id string, now *casestudies.Case) (bool, error) {
	if now == nil {
		return false, nil
	}
	stored, err := s.store.Session(ctx, id)
	if err != nil || len(stored.Events) == 0 {
		return false, err
	}
	begun, ok := stored.Events[0].Body.(framework.Started)
	return ok && begun.Hash != now.Source().Hash, nil
}

// plainOptions are what a conversation in whole lines runs on.
func (s *study) plainOptions() plain.Options {
	return plain.Options{
		In: s.In, Out: s.Out, Interactive: s.InTerm && s.OutTerm, Width: s.width(), Clock: s.clock, Store: s.store,
	}
}

// offered is how many unfinished sessions plain home offers.
const offered = 5

// unfinished are the last sessions that plain home offers to continue.
func (s *study) unfinished(ctx context.Context) ([]framework.Summary, error) {
	all, err := s.store.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(all, func(v framework.Summary) bool { return !v.Open() })
	return open[:min(offered, len(open))], nil
}

// lastOf is the id of the last unfinished session of a case, "" where there is none.
func (s *study) lastOf(ctx context.Context, mode framework.Mode, match func(framework.Summary) bool) (string, error) {
	all, err := s.store.Sessions(ctx)
	if err != nil {
		return "", err
	}
	for _, v := range all {
		if v.Open() && v.Mode == mode && match(v) {
			return v.ID, nil
		}
	}
	return "", nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
