package rehearse

import (
	"errors"
	"slices"
	"time"

	"dryrun/framework"
)

// journal tracks what the state has and the store doesn't have yet.
type journal struct {
	pending         []framework.Event
	inFlight        int               // how many of them are in an Append that hasn't come back
	readOnlyReason  string            // why this session only reads; "" where it is written
	drafts          []framework.Draft // that the store failed to save, one per place
	lastDraftAt     time.Time         // when the last draft was typed
	reportedFailure bool              // the candidate knows that the store fails
}

// now returns the clock's time, but never a time before the last event or draft: time in the log must not go back if the clock
// does, and an answer replaces the drafts that aren't newer than it.
func (s *Session) now() time.Time {
	t := s.deps.Clock.Now().UTC().Round(0)
	for _, last := range []time.Time{s.state.LastAt, s.log.lastDraftAt} {
		if t.Before(last) {
			t = last
		}
	}
	return t
}

// draftTime returns the time of a new draft, after every event so far even if the clock doesn't move. An answer may reach the
// store after a draft that was typed later, and must not replace it.
func (s *Session) draftTime() time.Time {
	t := s.now()
	if !t.After(s.state.LastAt) {
		t = s.state.LastAt.Add(1)
	}
	s.log.lastDraftAt = t
	return t
}

// record applies events and queues them for the store.
func (s *Session) record(bodies ...framework.Body) error {
	at := s.now()
	for _, b := range bodies {
		e := framework.Event{Seq: s.state.Seq + 1, At: at, Body: b}
		if err := s.apply(e); err != nil {
			return err
		}
		s.log.pending = append(s.log.pending, e)
	}
	return nil
}

// apply folds one event, either a new one or one from a stored log.
func (s *Session) apply(e framework.Event) error {
	if err := s.state.Apply(e); err != nil {
		return err
	}
	if ran, ok := e.Body.(framework.LabRan); ok && ran.Fault == Mystery {
		s.lab.mysteryShownAt[ran.Step] = s.state.Elapsed
	}
	return nil
}

// flush hands the pending events to the store, unless an Append is in flight, and the drafts that it failed to save.
func (s *Session) flush() {
	if s.log.readOnlyReason != "" {
		return
	}
	for _, d := range s.log.drafts {
		newer := func(e Effect) bool {
			save, ok := e.(SaveDraft)
			return ok && save.Place == d.Place
		}
		if slices.ContainsFunc(s.out.Effects, newer) {
			continue
		}
		if typed, ok := s.drafts[d.Place]; ok {
			d = typed
		}
		d.Text = s.TextOf(d.Step, d.To) // empty if the draft became blank: the store may still have its older text
		s.effect(SaveDraft{s.state.Started.Session, d})
	}
	s.log.drafts = nil
	if s.log.inFlight > 0 || len(s.log.pending) == 0 {
		return
	}
	s.log.inFlight = len(s.log.pending)
	s.effect(Append{Session: s.state.Started.Session, Events: slices.Clone(s.log.pending)})
}

// onStored notes that an effect has reached the store.
func (s *Session) onStored(e Effect) {
	if a, ok := e.(Append); ok && s.isInFlight(a) {
		s.log.pending = slices.Delete(s.log.pending, 0, s.log.inFlight)
		s.log.inFlight = 0
	}
	if s.log.reportedFailure && s.InStore() {
		s.log.reportedFailure = false
		s.tutorSays("Everything is saved again.")
	}
}

// isInFlight says whether a is the Append that the session waits for, and not an echo of another.
func (s *Session) isInFlight(a Append) bool {
	return s.log.inFlight > 0 && len(a.Events) == s.log.inFlight && a.Events[0].Seq == s.log.pending[0].Seq
}

// onStoreFailed says that the store failed. The events stay; the next command offers them again.
func (s *Session) onStoreFailed(e Effect, err error) {
	if errors.Is(err, framework.ErrOtherWriter) {
		s.log.readOnlyReason = "another dryrun is writing this session, so this one can only read it"
		s.stop()
		s.tutorSays("Another dryrun has changed this session, so this one can only read it now. Continue there, or resume it here again.")
		return
	}
	switch e := e.(type) {
	case Append:
		if s.isInFlight(e) {
			s.log.inFlight = 0
		}
	case SaveDraft:
		s.log.drafts = append(slices.DeleteFunc(s.log.drafts, func(d framework.Draft) bool { return d.Place == e.Place }), e.Draft)
		if d, typed := s.drafts[e.Place]; !typed || d.Text != e.Text {
			return // an event or a later draft carries the text
		}
	default:
		return
	}
	if s.log.reportedFailure { // reported once, until the store works again
		return
	}
	s.log.reportedFailure = true
	s.tutorSays("Not saved: %v. dryrun keeps your text while it runs and saves it again with your next command.", err)
}

// InStore says whether every event of the session and every draft that the store reported on is saved.
func (s *Session) InStore() bool { return len(s.log.pending) == 0 && len(s.log.drafts) == 0 }
