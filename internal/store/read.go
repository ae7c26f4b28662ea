package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dryrun/framework"
)

// NotFoundError says that no session's id is or begins with ID.
type NotFoundError struct{ ID string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("no session %q", e.ID) }

// AmbiguousError says that more than one session's id begins with Prefix.
type AmbiguousError struct {
	Prefix string
	IDs    []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q begins the ids of %d sessions: %s", e.Prefix, len(e.IDs), strings.Join(e.IDs, ", "))
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
	err := s.in(ctx, &sql.TxOptions{ReadOnly: true}, func(tx *sql.Tx) error {
		full, err := resolve(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = read(ctx, tx, full)
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

func read(ctx context.Context, tx *sql.Tx, id string) (framework.Log, error) {
	out := framework.Log{ID: id}
	fail := func(err error) (framework.Log, error) {
		return framework.Log{}, fmt.Errorf("reading session %s: %w", id, err)
	}
	var format int
	if err := tx.QueryRowContext(ctx, `SELECT format FROM sessions WHERE id = $1`, id).Scan(&format); err != nil {
		return fail(err)
	}
	if format > framework.FormatVersion {
		return fail(fmt.Errorf("it is of format %d and this program knows format %d: it needs a newer dryrun", format, framework.FormatVersion))
	}
	var err error
	if out.Events, err = readEvents(ctx, tx, id); err != nil {
		return fail(err)
	}
	if out.Drafts, err = collect(ctx, tx, scanDraft, `SELECT step, target, body, at FROM drafts WHERE session = $1 ORDER BY at, step, target`, id); err != nil {
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

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func scanID(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) }

func scanSummary(r *sql.Rows) (framework.Summary, error) {
	var s framework.Summary
	var created, updated, running, elapsed, alive int64
	var ended sql.NullInt64
	var draft string
	err := r.Scan(&s.ID, &s.CaseID, &s.Title, &s.Mode, &s.Step, &s.Done, &s.Of, &created, &updated, &ended,
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
