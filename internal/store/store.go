// Package store keeps sessions in SQLite in the data folder: each session's log of events, its drafts, and when it was last
// alive. Events and drafts come in as they happen; summaries and logs come out. Text is stored unchanged, and code that shows it
// must sanitize it.
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

// NewerError says that a newer program wrote the database. The database isn't changed.
type NewerError struct {
	Path      string
	Has, Know int64 // migration versions
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database %s has version %d and this program supports up to %d: install a newer dryrun", e.Path, e.Has, e.Know)
}

// Location says where sessions are stored. A server's address will be a second field.
type Location struct {
	Dir string // the folder that holds the database file
}

// Open opens the store at a location, creating it if it doesn't exist, and migrates it to this program's version.
func Open(ctx context.Context, at Location) (*Store, error) {
	if at.Dir == "" {
		return nil, errors.New("opening the store of sessions: the location has no folder")
	}
	return openFolder(ctx, at.Dir)
}

// migrateAndRefold migrates the database to this program's version. Errors include name.
func (s *Store) migrateAndRefold(ctx context.Context, name string) error {
	version, err := migrate(ctx, s.db, s.dialect, name)
	if err != nil {
		return err
	}
	s.version = version
	return s.refoldOldRows(ctx)
}

// refoldOldRows updates the rows written by programs that didn't store the whole summary. A log that this program can't read
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

// Notices are messages to show to the user once, such as that a damaged database was moved aside.
func (s *Store) Notices() []string { return s.notices }

// Version is the database's migration version.
func (s *Store) Version() int64 { return s.version }

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// NewID returns an id for a session: eight letters and digits. The first few usually identify it.
func NewID() string { return strings.ToLower(rand.Text()[:8]) }

// inTx runs f in a transaction, which is committed only if f returns nil. opts may be nil; a read-only one never waits for a
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

// ignoreDone ignores the error of a transaction that its context already rolled back.
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
	// damaged says whether an error means that the database is damaged, as opposed to locked, full or unreachable.
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
