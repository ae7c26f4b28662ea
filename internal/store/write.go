package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dryrun/framework"
)

// ErrOtherWriter says that another program has written to the session since this one read it. Nothing was stored; this
// one is a reader from now on.
var ErrOtherWriter = errors.New("this session is open elsewhere and was changed there: it can only be read here")

// Draft is text being typed: for the prompt of a step (To is "") or for a probe, follow-up or curveball by id.
type Draft struct {
	Step framework.StepID
	To   string
	Text string
	At   time.Time
}

// Append stores events that follow those already there, all or none. The first event of a session must be Started.
// Events that are there already, the same to the byte, are passed over, so that an append whose end wasn't heard of can
// be repeated; different ones under the same numbers are another writer's: ErrOtherWriter.
func (s *Store) Append(ctx context.Context, session string, events []framework.Event) error {
	if len(events) == 0 {
		return nil
	}
	err := s.in(ctx, nil, func(tx *sql.Tx) error {
		if err := begin(ctx, tx, session, events[0]); err != nil {
			return err
		}
		for _, e := range events {
			if err := put(ctx, tx, session, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrOtherWriter) {
		return fmt.Errorf("saving session %s: %w", session, err)
	}
	return err
}

// begin checks that first follows what is stored, and makes the session's row where it is Started.
func begin(ctx context.Context, tx *sql.Tx, session string, first framework.Event) error {
	var last int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM events WHERE session = $1`, session).Scan(&last); err != nil {
		return err
	}
	if first.Seq < 1 || first.Seq > last+1 {
		return fmt.Errorf("event %d can't follow event %d", first.Seq, last)
	}
	started, ok := first.Body.(framework.Started)
	if !ok || first.Seq != 1 {
		if last == 0 {
			return fmt.Errorf("its first event is %s, not Started", first.Body.Kind())
		}
		return nil
	}
	of := len(started.Steps)
	if of == 0 {
		of = len(framework.Steps())
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, format, case_id, title, mode, of_steps, created, updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (id) DO NOTHING`,
		session, framework.FormatVersion, started.CaseID, started.Title, string(started.Mode), of, nanos(first.At))
	return err
}

// put stores one event and what follows from it for the summary and the drafts.
func put(ctx context.Context, tx *sql.Tx, session string, e framework.Event) error {
	body, err := framework.EncodeBody(e.Body)
	if err != nil {
		return fmt.Errorf("encoding event %d: %w", e.Seq, err)
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO events (session, seq, at, kind, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (session, seq) DO NOTHING`, session, e.Seq, nanos(e.At), e.Body.Kind(), string(body))
	if err != nil {
		return fmt.Errorf("storing event %d: %w", e.Seq, err)
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return sameAsStored(ctx, tx, session, e, string(body))
	}
	return follow(ctx, tx, session, e)
}

func sameAsStored(ctx context.Context, tx *sql.Tx, session string, e framework.Event, body string) error {
	var at int64
	var kind, stored string
	row := tx.QueryRowContext(ctx, `SELECT at, kind, body FROM events WHERE session = $1 AND seq = $2`, session, e.Seq)
	if err := row.Scan(&at, &kind, &stored); err != nil {
		return err
	}
	if at != nanos(e.At) || kind != e.Body.Kind() || stored != body {
		return ErrOtherWriter
	}
	return nil
}

// follow keeps the summary in step with the event; an answer takes the place of its draft.
func follow(ctx context.Context, tx *sql.Tx, session string, e framework.Event) error {
	exec := func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
	at := nanos(e.At)
	if err := exec(`UPDATE sessions SET updated = $2 WHERE id = $1`, session, at); err != nil {
		return err
	}
	switch b := e.Body.(type) {
	case framework.StepEntered:
		return exec(`UPDATE sessions SET step = $2 WHERE id = $1`, session, string(b.Step))
	case framework.StepDone:
		return exec(`UPDATE sessions SET done = (SELECT count(DISTINCT body) FROM events WHERE session = $1 AND kind = $2) WHERE id = $1`,
			session, b.Kind())
	case framework.Answered:
		return exec(`DELETE FROM drafts WHERE session = $1 AND step = $2 AND target = $3`, session, string(b.Step), b.To)
	case framework.Ended:
		return exec(`UPDATE sessions SET ended = $2 WHERE id = $1`, session, at)
	}
	return nil
}

// SaveDraft stores the text being typed over what was there before.
func (s *Store) SaveDraft(ctx context.Context, session string, d Draft) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO drafts (session, step, target, body, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (session, step, target) DO UPDATE SET body = excluded.body, at = excluded.at`,
		session, string(d.Step), d.To, d.Text, nanos(d.At))
	if err != nil {
		return fmt.Errorf("saving what you typed in session %s: %w", session, err)
	}
	return nil
}

// Beat says that the session was alive at the time given.
func (s *Store) Beat(ctx context.Context, session string, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO alive (session, at) VALUES ($1, $2)
		ON CONFLICT (session) DO UPDATE SET at = excluded.at`, session, nanos(at))
	if err != nil {
		return fmt.Errorf("noting that session %s is alive: %w", session, err)
	}
	return nil
}
