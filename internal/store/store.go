// Package store keeps sessions: the log of events that each one is, the text being typed, and when each was last alive.
// Events and drafts come in as they happen; summaries, logs and drafts come out, in SQLite in the data folder. Text is
// stored as it is and is a stranger's when it comes back: whoever shows it cleans it.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

// Store is an open database. It is safe for concurrent use, and several programs may have the same one open.
type Store struct {
	db      *sql.DB
	dialect dialect
	version int64
	notices []string
}

// NewerError says that the database was written by a newer program. It is left as it is.
type NewerError struct {
	Path      string
	Has, Know int64 // migration versions
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database %s is of version %d and this program knows version %d: it needs a newer dryrun", e.Path, e.Has, e.Know)
}

// Location says where sessions are stored. A server's address will stand beside the folder.
type Location struct {
	Dir string // the folder that holds the database file
}

// Open opens the store at a location, which it creates where nothing is there yet, and brings it to this program's version.
func Open(ctx context.Context, at Location) (*Store, error) {
	if at.Dir == "" {
		return nil, errors.New("opening the store of sessions: it has no folder")
	}
	return openFolder(ctx, at.Dir)
}

// migrateAndRefold brings the database, which name tells in errors, to this program's version.
func (s *Store) migrateAndRefold(ctx context.Context, name string) error {
	version, err := migrate(ctx, s.db, s.dialect, name)
	if err != nil {
		return err
	}
	s.version = version
	return s.refoldOldRows(ctx)
}

// refoldOldRows folds the logs whose rows come from before the whole summary was stored. A log that this program can't read
// keeps its row.
func (s *Store) refoldOldRows(ctx context.Context) error {
	ids, err := collect(ctx, s.db, scanID, `SELECT id FROM sessions WHERE seq = 0`)
	if err != nil {
		return fmt.Errorf("looking for sessions of an older program: %w", err)
	}
	for _, id := range ids {
		if err := s.inTx(ctx, nil, func(tx *sql.Tx) error { return summarize(ctx, tx, id) }); ctx.Err() != nil {
			return fmt.Errorf("bringing the list of sessions up to date: %w", err)
		}
	}
	return nil
}

// Notices are things that the user must be told once: a database that was kept aside.
func (s *Store) Notices() []string { return s.notices }

// Version is the database's migration version.
func (s *Store) Version() int64 { return s.version }

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// NewID returns an id for a session: eight letters and digits, so that its first few name it.
func NewID() string { return strings.ToLower(rand.Text()[:8]) }

// inTx runs f in a transaction, which is kept only if f returns nil. opts may be nil; a read-only one never waits for a
// writer.
func (s *Store) inTx(ctx context.Context, opts *sql.TxOptions, f func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

// ignoreDone drops the complaint of a transaction that its context has ended already.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func nanos(t time.Time) int64 { return t.UnixNano() }

func fromNanos(n int64) time.Time { return time.Unix(0, n).UTC() }

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

//go:embed migrations/*/*.sql
var migrations embed.FS

// dialect is what differs between database servers. The queries don't: they keep to what SQLite and PostgreSQL share
// ($1 for parameters, ON CONFLICT, no types but text and integers).
type dialect struct {
	name  string // of its folder of migrations
	goose goose.Dialect
	// damaged says that an error means a database beyond use, as opposed to one that is locked, full or out of reach.
	damaged func(err error) bool
}

// migrate brings the database to this program's version and returns it. Two programs may start on a new database at
// once; the one that loses the race finds the work done when it looks again.
func migrate(ctx context.Context, db *sql.DB, d dialect, path string) (int64, error) {
	const tries = 5
	var err error
	for range tries {
		var version int64
		if version, err = migrateOnce(ctx, db, d, path); err == nil {
			return version, nil
		}
		var newer *NewerError
		if errors.As(err, &newer) || d.damaged(err) || ctx.Err() != nil {
			break
		}
	}
	return 0, err
}

func migrateOnce(ctx context.Context, db *sql.DB, d dialect, path string) (int64, error) {
	files, err := fs.Sub(migrations, "migrations/"+d.name)
	if err != nil {
		return 0, err
	}
	p, err := goose.NewProvider(d.goose, db, files)
	if err != nil {
		return 0, fmt.Errorf("reading the migrations: %w", err)
	}
	has, know, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the version of the database %s: %w", path, err)
	}
	if has > know {
		return 0, &NewerError{path, has, know}
	}
	if has < know {
		if _, err := p.Up(ctx); err != nil {
			return 0, fmt.Errorf("bringing the database %s from version %d to %d: %w", path, has, know, err)
		}
	}
	return know, nil
}
