// Package study begins, resumes, lists and reads sessions: the command line and the tutor over SSH both use it.
// A case or a session's id comes in; a session of package rehearse goes out, with a lab that runs that session's case.
package study

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/store"
)

// Store keeps sessions.
type Store interface {
	rehearse.Store
	// Session returns the session whose id is id, or the only one whose id begins with it.
	Session(ctx context.Context, id string) (framework.Log, error)
	// Sessions lists every session, the last changed first.
	Sessions(ctx context.Context) ([]framework.Summary, error)
}

// Lab runs the experiments of a case, and looks into one query of them.
type Lab interface {
	Run(ctx context.Context, cfg catalog.Config, step framework.StepID, progress func(report.Progress)) (*report.Step, error)
	XRay(ctx context.Context, cfg catalog.Config, query int) (report.XRay, error)
}

// Study is what sessions share: a store, a lab, which caches its worlds and models, a coach and a clock. A nil Clock means the
// machine's.
type Study struct {
	Store Store
	Lab   Lab
	Coach rehearse.Coach
	Clock framework.Clock
}

func (s *Study) deps() rehearse.Deps {
	return rehearse.Deps{Coach: s.Coach, Knobs: knobs{}, Clock: s.Clock}
}

// Begin creates a session with a new id. Nothing is stored until the caller performs the effects of opening.
func (s *Study) Begin(o rehearse.Options) (session *rehearse.Session, opening rehearse.Outcome, err error) {
	o.ID = store.NewID()
	return rehearse.New(s.deps(), o)
}

// Resume continues a session, named by its id or the beginning of it.
func (s *Study) Resume(ctx context.Context, id string) (session *rehearse.Session, opening rehearse.Outcome, err error) {
	log, err := s.Store.Session(ctx, id)
	if err != nil {
		return nil, rehearse.Outcome{}, err
	}
	session, opening, err = rehearse.Resume(s.deps(), log)
	if err != nil {
		return nil, rehearse.Outcome{}, fmt.Errorf("resuming session %s: %w", log.ID, err)
	}
	return session, opening, nil
}

// List lists every session, the last changed first.
func (s *Study) List(ctx context.Context) ([]framework.Summary, error) { return s.Store.Sessions(ctx) }

// Unfinished lists the sessions that can be continued, the last changed first, at most `most` of them.
func (s *Study) Unfinished(ctx context.Context, most int) ([]framework.Summary, error) {
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	var open []framework.Summary
	for _, v := range all {
		if v.Open() && len(open) < most {
			open = append(open, v)
		}
	}
	return open, nil
}

// Last returns the id of the unfinished session of a case and mode that was touched last, "" if there is none.
func (s *Study) Last(ctx context.Context, mode framework.Mode, caseID string) (string, error) {
	all, err := s.List(ctx)
	if err != nil {
		return "", err
	}
	for _, v := range all {
		if v.Open() && v.Mode == mode && v.CaseID == caseID {
			return v.ID, nil
		}
	}
	return "", nil
}

// StoredSession is a stored session for reading.
type StoredSession struct {
	framework.Log
	State   *framework.State
	Session *rehearse.Session // for reading, with the case as it was when it began; nil where this version can't read the case
	Err     error             // why Session is nil
}

// Read reads a stored session without continuing it.
func (s *Study) Read(ctx context.Context, id string) (StoredSession, error) {
	log, err := s.Store.Session(ctx, id)
	if err != nil {
		return StoredSession{}, err
	}
	st, err := framework.Fold(log.Events)
	if err != nil {
		return StoredSession{}, fmt.Errorf("reading session %s: %w", log.ID, err)
	}
	p := StoredSession{Log: log, State: st}
	p.Session, p.Err = rehearse.Read(s.deps(), log)
	return p, nil
}

// lookedAt is how many earlier sessions of a case are read at most in search of one that has marks.
const lookedAt = 10

// Before returns the result of the session of the same case that was used last before the one that started at a time, and has marks;
// nil if there is none.
func (s *Study) Before(ctx context.Context, started framework.Started, at time.Time) (*rehearse.SessionResult, error) {
	all, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	read := 0
	for _, v := range all {
		if v.CaseID != started.CaseID || v.ID == started.Session || v.Created.After(at) || read == lookedAt {
			continue
		}
		read++
		past, err := s.Read(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		if past.Session == nil {
			continue // of a version that this one can't read
		}
		r := past.Session.Result()
		if slices.ContainsFunc(r.Steps, func(l rehearse.StepLine) bool { return l.Marked }) {
			return &r, nil
		}
	}
	return nil, nil
}

// LabOf returns the lab that runs a session's case.
func (s *Study) LabOf(c *casestudies.Case) rehearse.Lab { return caseLab{s.Lab, c} }
