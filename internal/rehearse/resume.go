package rehearse

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
)

// Resume continues a stored session: the case as it was, the state, the drafts and the clock. The time since the session was
// last known to be alive doesn't count. An ended session is opened for reading. It is an error if the case no longer loads or
// the log is invalid.
func Resume(deps Deps, log framework.Log) (*Session, Outcome, error) {
	s, err := Read(deps, log)
	if err != nil || s.state.Ended || !s.writes() {
		return s, Outcome{}, err
	}
	s.log.readOnlyReason = ""
	alive := log.Alive
	if alive.Before(s.state.LastAt) {
		alive = s.state.LastAt
	}
	if now := s.now(); alive.After(now) {
		alive = now
	}
	bodies := []framework.Body{framework.Resumed{Since: alive.UTC().Round(0)}}
	if s.state.Step == "" { // killed between its first two events
		bodies = append(bodies, framework.StepEntered{Step: s.state.StepIDs()[0]})
	}
	if err := s.record(bodies...); err != nil {
		return nil, Outcome{}, fmt.Errorf("resuming session %s: %w", s.state.Started.Session, err)
	}
	s.flush()
	return s, s.takeOutcome(), nil
}

// Read opens a stored session for reading: nothing is recorded, and Do returns an error.
func Read(deps Deps, log framework.Log) (*Session, error) {
	if len(log.Events) == 0 {
		return nil, errors.New("opening a session: its log is empty")
	}
	started, ok := log.Events[0].Body.(framework.Started)
	if !ok {
		return nil, errors.New("opening a session: its log doesn't begin with Started")
	}
	c, err := CaseOf(started)
	if err != nil {
		return nil, err
	}
	s, err := newSession(deps, c, cmp.Or(started.Mode, framework.Practice))
	if err != nil {
		return nil, fmt.Errorf("opening session %s: %w", started.Session, err)
	}
	s.log.readOnlyReason = "this session is open for reading: resume it to continue"
	written := map[framework.Place]time.Time{}
	for _, e := range log.Events {
		if err := s.apply(e); err != nil {
			return nil, fmt.Errorf("opening session %s: %w", started.Session, err)
		}
		if a, ok := e.Body.(framework.Answered); ok {
			written[framework.Place{Step: a.Step, To: a.To}] = e.At
		}
	}
	for _, d := range log.Drafts {
		s.restoreDraft(d, written)
	}
	return s, nil
}

// CaseOf loads the case from the session's own copy of its text. It keeps the original name and folder, where the case's data
// files are.
func CaseOf(started framework.Started) (*casestudies.Case, error) {
	name := started.Path
	if name == "" {
		name = "builtin:" + started.CaseID
	}
	c, findings := casestudies.Load(name, strings.NewReader(started.Case))
	if c == nil {
		why := "it is empty"
		if len(findings) > 0 {
			why = findings[0].String()
		}
		return nil, fmt.Errorf("opening session %s: its case doesn't load: %s", started.Session, why)
	}
	if started.Path != "" {
		c.Source().Dir = filepath.Dir(started.Path)
	}
	return c, nil
}

// restoreDraft restores a stored draft, unless an answer is newer.
func (s *Session) restoreDraft(d framework.Draft, written map[framework.Place]time.Time) {
	if _, ok := framework.StepByID(d.Step); !ok {
		return
	}
	if a, answered := s.state.StepState(d.Step).Answer(d.To); answered {
		if a.Text == d.Text || !d.At.IsZero() && d.At.Before(written[d.Place]) {
			return
		}
	}
	s.drafts[d.Place] = d
	if d.At.After(s.log.lastDraftAt) {
		s.log.lastDraftAt = d.At
	}
}
