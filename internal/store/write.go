package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dryrun/framework"
)

// Append stores events that follow those already there, all or none. The first event of a session must be Started.
// Events that are there already, the same to the byte, are passed over, so that an append whose end wasn't heard of can
// be repeated; different ones under the same numbers are another writer's: framework.ErrOtherWriter.
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
		return summarize(ctx, tx, session)
	})
	if err != nil && !errors.Is(err, framework.ErrOtherWriter) {
		return fmt.Errorf("saving session %s: %w", session, err)
	}
	return err
}

// begin checks that first follows what is stored, and makes the session's row where there is none.
func begin(ctx context.Context, tx *sql.Tx, session string, first framework.Event) error {
	var last int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM events WHERE session = $1`, session).Scan(&last); err != nil {
		return err
	}
	if first.Seq < 1 || first.Seq > last+1 {
		return fmt.Errorf("event %d can't follow event %d", first.Seq, last)
	}
	if last > 0 {
		return nil
	}
	st, err := framework.Fold([]framework.Event{first})
	if err != nil {
		return err
	}
	return writeSummary(ctx, tx, session, st)
}

// summarize folds the session's log into its row. The whole log is read again, a few milliseconds for a long session, so
// that there is one fold and a row can never disagree with the log beside it.
func summarize(ctx context.Context, tx *sql.Tx, session string) error {
	events, err := readEvents(ctx, tx, session)
	if err != nil {
		return err
	}
	st, err := framework.Fold(events)
	if err != nil {
		return err
	}
	return writeSummary(ctx, tx, session, st)
}

func writeSummary(ctx context.Context, tx *sql.Tx, session string, st *framework.State) error {
	v := st.Summary()
	var ended sql.NullInt64
	if v.Ended != nil {
		ended = sql.NullInt64{Int64: nanos(*v.Ended), Valid: true}
	}
	running := 0
	if v.Running {
		running = 1
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions
		(id, format, case_id, title, mode, step, done, of_steps, created, updated, ended, seq, running, elapsed, last_text)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET step = excluded.step, done = excluded.done, updated = excluded.updated, ended = excluded.ended,
		seq = excluded.seq, running = excluded.running, elapsed = excluded.elapsed, last_text = excluded.last_text`,
		session, framework.FormatVersion, v.CaseID, v.Title, string(v.Mode), string(v.Step), v.Done, v.Of,
		nanos(v.Created), nanos(v.Updated), ended, st.Seq, running, int64(v.Elapsed), v.Text)
	if err != nil {
		return fmt.Errorf("writing its summary: %w", err)
	}
	return nil
}

// put stores one event. An answer takes the place of the draft that it was: one typed later stays.
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
	if a, ok := e.Body.(framework.Answered); ok {
		_, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE session = $1 AND step = $2 AND target = $3 AND at <= $4`,
			session, string(a.Step), a.To, nanos(e.At))
		return err
	}
	return nil
}

func sameAsStored(ctx context.Context, tx *sql.Tx, session string, e framework.Event, body string) error {
	var at int64
	var kind, stored string
	row := tx.QueryRowContext(ctx, `SELECT at, kind, body FROM events WHERE session = $1 AND seq = $2`, session, e.Seq)
	if err := row.Scan(&at, &kind, &stored); err != nil {
		return err
	}
	if at != nanos(e.At) || kind != e.Body.Kind() || stored != body {
		return framework.ErrOtherWriter
	}
	return nil
}

// SaveDraft stores the text being typed over what was there before.
func (s *Store) SaveDraft(ctx context.Context, session string, d framework.Draft) error {
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
