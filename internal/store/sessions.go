package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dryrun/framework"
)

// Append stores events that follow those already there, all or none. The first event of a session must be Started.
// Events that are already stored with the same bytes are skipped, so an append whose outcome is unknown can be
// repeated. Different events with the same numbers come from another writer: framework.ErrOtherWriter.
func (s *Store) Append(ctx context.Context, session string, events []framework.Event) error {
	if len(events) == 0 {
		return nil
	}
	err := s.inTx(ctx, nil, func(tx *sql.Tx) error {
		if err := beginSession(ctx, tx, session, events[0]); err != nil {
			return err
		}
		for _, e := range events {
			if err := putEvent(ctx, tx, session, e); err != nil {
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

// beginSession checks that first follows what is stored, and makes the session's row if there is none.
func beginSession(ctx context.Context, tx *sql.Tx, session string, first framework.Event) error {
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
		session, framework.FormatVersion, v.CaseID, v.Title, string(v.Mode), string(v.Step), v.StepsDone, v.Steps,
		nanos(v.Created), nanos(v.Updated), ended, st.Seq, running, int64(v.Elapsed), v.Text)
	if err != nil {
		return fmt.Errorf("writing its summary: %w", err)
	}
	return nil
}

// putEvent stores one event. An answer deletes its draft, unless the draft was typed later.
func putEvent(ctx context.Context, tx *sql.Tx, session string, e framework.Event) error {
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

// Beat records that the session was alive at the given time.
func (s *Store) Beat(ctx context.Context, session string, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO alive (session, at) VALUES ($1, $2)
		ON CONFLICT (session) DO UPDATE SET at = excluded.at`, session, nanos(at))
	if err != nil {
		return fmt.Errorf("noting that session %s is alive: %w", session, err)
	}
	return nil
}

// NotFoundError says that no session's id is or begins with ID.
type NotFoundError struct{ ID string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("no session %q", e.ID) }

// AmbiguousError says that more than one session's id begins with Prefix.
type AmbiguousError struct {
	Prefix string
	IDs    []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%d sessions have ids that begin with %q: %s", len(e.IDs), e.Prefix, strings.Join(e.IDs, ", "))
}

// summaryQuery reads the summaries with what isn't in the events: the last heartbeat and the draft typed last.
const summaryQuery = `SELECT id, case_id, title, mode, step, done, of_steps, created, updated, ended, running, elapsed, last_text,
	coalesce((SELECT at FROM alive WHERE session = id), 0),
	coalesce((SELECT body FROM drafts WHERE session = id ORDER BY at DESC, step DESC, target DESC LIMIT 1), '')
	FROM sessions ORDER BY updated DESC, id`

// Sessions lists every session, the last touched first. Unfinished ones are among them.
func (s *Store) Sessions(ctx context.Context) ([]framework.Summary, error) {
	list, err := collect(ctx, s.db, scanSummary, summaryQuery)
	if err != nil {
		return nil, fmt.Errorf("listing the sessions: %w", err)
	}
	return list, nil
}

// Session returns the session whose id is id, or the only one whose id begins with it.
func (s *Store) Session(ctx context.Context, id string) (framework.Log, error) {
	out := framework.Log{}
	err := s.inTx(ctx, &sql.TxOptions{ReadOnly: true}, func(tx *sql.Tx) error {
		full, err := resolve(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = readLog(ctx, tx, full)
		return err
	})
	return out, err
}

func resolve(ctx context.Context, tx *sql.Tx, id string) (string, error) {
	if id == "" {
		return "", &NotFoundError{id}
	}
	ids, err := collect(ctx, tx, scanID,
		`SELECT id FROM sessions WHERE substr(id, 1, $2) = $1 ORDER BY id`, id, len([]rune(id)))
	switch {
	case err != nil:
		return "", fmt.Errorf("looking for session %q: %w", id, err)
	case len(ids) == 0:
		return "", &NotFoundError{id}
	case len(ids) > 1 && ids[0] != id: // in order, an exact match comes first
		return "", &AmbiguousError{id, ids}
	}
	return ids[0], nil
}

func readLog(ctx context.Context, tx *sql.Tx, id string) (framework.Log, error) {
	out := framework.Log{ID: id}
	fail := func(err error) (framework.Log, error) {
		return framework.Log{}, fmt.Errorf("reading session %s: %w", id, err)
	}
	var format int
	if err := tx.QueryRowContext(ctx, `SELECT format FROM sessions WHERE id = $1`, id).Scan(&format); err != nil {
		return fail(err)
	}
	if format > framework.FormatVersion {
		return fail(fmt.Errorf("its format is %d and this program supports up to %d: install a newer dryrun", format, framework.FormatVersion))
	}
	var err error
	if out.Events, err = readEvents(ctx, tx, id); err != nil {
		return fail(err)
	}
	const drafts = `SELECT step, target, body, at FROM drafts WHERE session = $1 ORDER BY at, step, target`
	if out.Drafts, err = collect(ctx, tx, scanDraft, drafts, id); err != nil {
		return fail(err)
	}
	var beat int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(at), 0) FROM alive WHERE session = $1`, id).Scan(&beat); err != nil {
		return fail(err)
	}
	if n := len(out.Events); n > 0 {
		beat = max(beat, nanos(out.Events[n-1].At))
	}
	out.Alive = fromNanos(beat)
	return out, nil
}

func readEvents(ctx context.Context, q querier, id string) ([]framework.Event, error) {
	return collect(ctx, q, scanEvent, `SELECT seq, at, kind, body FROM events WHERE session = $1 ORDER BY seq`, id)
}

func scanSummary(r *sql.Rows) (framework.Summary, error) {
	var s framework.Summary
	var created, updated, running, elapsed, alive int64
	var ended sql.NullInt64
	var draft string
	err := r.Scan(&s.ID, &s.CaseID, &s.Title, &s.Mode, &s.Step, &s.StepsDone, &s.Steps, &created, &updated, &ended,
		&running, &elapsed, &s.Text, &alive, &draft)
	s.Created, s.Updated, s.Running, s.Elapsed = fromNanos(created), fromNanos(updated), running != 0, time.Duration(elapsed)
	if ended.Valid {
		at := fromNanos(ended.Int64)
		s.Ended = &at
	}
	return s.With(draft, fromNanos(alive)), err
}

func scanEvent(r *sql.Rows) (framework.Event, error) {
	var e framework.Event
	var at int64
	var kind, body string
	if err := r.Scan(&e.Seq, &at, &kind, &body); err != nil {
		return e, err
	}
	e.At = fromNanos(at)
	var err error
	if e.Body, err = framework.DecodeBody(kind, []byte(body)); err != nil {
		return e, fmt.Errorf("event %d: %w", e.Seq, err)
	}
	return e, nil
}

func scanDraft(r *sql.Rows) (framework.Draft, error) {
	var d framework.Draft
	var at int64
	err := r.Scan(&d.Step, &d.To, &d.Text, &at)
	d.At = fromNanos(at)
	return d, err
}
