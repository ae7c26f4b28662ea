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

// Resume takes a stored session up again: the case as it was, the state, the drafts, the clock. What lies
// between the moment when it was last known to be alive and now doesn't count. A session that has ended comes back for
// reading. One that can't be continued, because its case no longer loads or its log is torn, is an error.
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

// Read opens a stored session to look at: nothing is recorded, and Do refuses.
func Read(deps Deps, log framework.Log) (*Session, error) {
	if len(log.Events) == 0 {
		return nil, errors.New("opening a session: its log is empty")
	}
	started, ok := log.Events[0].Body.(framework.Started)
	if !ok {
		return nil, errors.New("opening a session: its log doesn't begin with its start")
	}
	c, err := CaseOf(started)
	if err != nil {
		return nil, err
	}
	s, err := newSession(deps, c, cmp.Or(started.Mode, framework.Practice))
	if err != nil {
		return nil, fmt.Errorf("opening session %s: %w", started.Session, err)
	}
	s.log.readOnlyReason = "this session is open for reading: resume it to go on"
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

// CaseOf loads the case from the session's own copy of it, under the name and folder that it was loaded from: data beside
// the file is found there.
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

// restoreDraft takes a stored draft up, where no answer has overtaken it.
func (s *Session) restoreDraft(d framework.Draft, written map[framework.Place]time.Time) {
	if _, ok := framework.StepByID(d.Step); !ok {
		return
	}
	if a, stands := s.state.StepState(d.Step).Answer(d.To); stands {
		if a.Text == d.Text || !d.At.IsZero() && d.At.Before(written[d.Place]) {
			return
		}
	}
	s.drafts[d.Place] = d
	if d.At.After(s.log.lastDraftAt) {
		s.log.lastDraftAt = d.At
	}
}
