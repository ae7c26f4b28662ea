// Package storetest is what tests of sessions share: Contract, which every store of sessions passes, and Memory, a store
// without a file that passes it too, so that a test with a fake sees what a database would do.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"dryrun/framework"
	"dryrun/internal/store"
)

// Memory keeps sessions in memory. It is safe for concurrent use. Its zero value is empty and ready.
type Memory struct {
	mu        sync.Mutex
	logs      map[string]*framework.Log
	order     []string // ids, the last touched last
	saved     []framework.Draft
	failWith  error
	failCalls int // calls that still fail; -1 is all
}

// Fail makes the next calls that write fail, all of them where number is -1. A nil error ends it.
func (m *Memory) Fail(number int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failWith, m.failCalls = err, number
}

// Saved returns every draft that was saved, of all sessions, in order: those that were overwritten too.
func (m *Memory) Saved() []framework.Draft {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.saved)
}

// Events returns the events of a session, none where there is no such session.
func (m *Memory) Events(session string) []framework.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	if log := m.logs[session]; log != nil {
		return slices.Clone(log.Events)
	}
	return nil
}

// Kinds returns the kinds of a session's events in order, with spaces between them.
func (m *Memory) Kinds(session string) string {
	var kinds []string
	for _, e := range m.Events(session) {
		kinds = append(kinds, e.Body.Kind())
	}
	return strings.Join(kinds, " ")
}

// lock begins a call that writes; the caller unlocks.
func (m *Memory) lock(ctx context.Context) error {
	m.mu.Lock()
	if m.failWith != nil && m.failCalls != 0 {
		m.failCalls = max(m.failCalls-1, -1)
		return m.failWith
	}
	return ctx.Err()
}

// Append stores events as store.Store does.
func (m *Memory) Append(ctx context.Context, session string, events []framework.Event) error {
	err := m.lock(ctx)
	defer m.mu.Unlock()
	if err != nil || len(events) == 0 {
		return err
	}
	log := m.logs[session]
	if log == nil {
		log = &framework.Log{ID: session}
	}
	if first := events[0].Seq; first < 1 || first > len(log.Events)+1 {
		return fmt.Errorf("saving session %s: event %d can't follow event %d", session, first, len(log.Events))
	}
	merged := slices.Clone(log.Events)
	answered := map[framework.Place]time.Time{}
	for _, e := range events {
		data, err := framework.EncodeBody(e.Body)
		if err != nil {
			return err
		}
		if e.Seq >= 1 && e.Seq <= len(merged) {
			old, err := framework.EncodeBody(merged[e.Seq-1].Body)
			if err != nil {
				return err
			}
			if !merged[e.Seq-1].At.Equal(e.At) || merged[e.Seq-1].Body.Kind() != e.Body.Kind() || !bytes.Equal(old, data) {
				return framework.ErrOtherWriter
			}
			continue
		}
		if e.Body, err = framework.DecodeBody(e.Body.Kind(), data); err != nil {
			return err
		}
		e.At = e.At.UTC().Round(0)
		merged = append(merged, e)
		if a, ok := e.Body.(framework.Answered); ok {
			answered[framework.Place{Step: a.Step, To: a.To}] = e.At
		}
	}
	if _, err := framework.Fold(merged); err != nil {
		return fmt.Errorf("saving session %s: %w", session, err)
	}
	log.Events = merged
	log.Drafts = slices.DeleteFunc(log.Drafts, func(d framework.Draft) bool {
		at, ok := answered[d.Place]
		return ok && !d.At.After(at)
	})
	if m.logs == nil {
		m.logs = map[string]*framework.Log{}
	}
	m.logs[session] = log
	m.order = append(slices.DeleteFunc(m.order, func(id string) bool { return id == session }), session)
	return nil
}

// SaveDraft stores a draft over the one before at its place.
func (m *Memory) SaveDraft(ctx context.Context, session string, d framework.Draft) error {
	err := m.lock(ctx)
	defer m.mu.Unlock()
	if err != nil {
		return err
	}
	log := m.logs[session]
	if log == nil {
		return fmt.Errorf("saving what you typed: %w", &store.NotFoundError{ID: session})
	}
	m.saved = append(m.saved, d)
	log.Drafts = slices.DeleteFunc(log.Drafts, func(old framework.Draft) bool { return old.Place == d.Place })
	log.Drafts = append(log.Drafts, d)
	slices.SortStableFunc(log.Drafts, func(a, b framework.Draft) int { return a.At.Compare(b.At) })
	return nil
}

// Beat notes that the session was alive.
func (m *Memory) Beat(ctx context.Context, session string, at time.Time) error {
	err := m.lock(ctx)
	defer m.mu.Unlock()
	if err != nil {
		return err
	}
	log := m.logs[session]
	if log == nil {
		return fmt.Errorf("noting that a session is alive: %w", &store.NotFoundError{ID: session})
	}
	log.Alive = at
	return nil
}

// Session returns the session whose id is id, or the only one whose id begins with it.
func (m *Memory) Session(ctx context.Context, id string) (framework.Log, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if log := m.logs[id]; log != nil && id != "" {
		return m.copied(log), ctx.Err()
	}
	var found []string
	for full := range m.logs {
		if id != "" && strings.HasPrefix(full, id) {
			found = append(found, full)
		}
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return framework.Log{}, &store.NotFoundError{ID: id}
	case 1:
		return m.copied(m.logs[found[0]]), ctx.Err()
	}
	return framework.Log{}, &store.AmbiguousError{Prefix: id, IDs: found}
}

func (m *Memory) copied(log *framework.Log) framework.Log {
	out := *log
	out.Events, out.Drafts = slices.Clone(log.Events), slices.Clone(log.Drafts)
	if last := out.Events[len(out.Events)-1].At; out.Alive.Before(last) {
		out.Alive = last
	}
	return out
}

// Sessions lists every session, the last touched first.
func (m *Memory) Sessions(ctx context.Context) ([]framework.Summary, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []framework.Summary
	var errs []error
	for _, id := range slices.Backward(m.order) {
		log := m.logs[id]
		st, err := framework.Fold(log.Events)
		errs = append(errs, err)
		draft := ""
		if n := len(log.Drafts); n > 0 {
			draft = log.Drafts[n-1].Text
		}
		summary := st.Summary().With(draft, log.Alive)
		summary.ID = id
		out = append(out, summary)
	}
	return out, errors.Join(append(errs, ctx.Err())...)
}
