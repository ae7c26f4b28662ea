// Package store keeps sessions: the log of events that each one is, the text being typed, and when each was last alive.
// Events and drafts come in as they happen; summaries, logs and drafts come out, in SQLite in the data folder. Text is
// stored as it is and is a stranger's when it comes back: whoever shows it cleans it.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is the database's name in the data folder.
const File = "dryrun.db"

// Store is an open database. It is safe for concurrent use, and several programs may have the same one open.
type Store struct {
	db      *sql.DB
	dialect dialect
	version int64
	notices []string
}

// DirError says that the data folder can't hold a database.
type DirError struct {
	Dir string
	Err error
}

func (e *DirError) Error() string { return fmt.Sprintf("can't write in %s: %v", e.Dir, e.Err) }
func (e *DirError) Unwrap() error { return e.Err }

// NewerError says that the database was written by a newer program. It is left as it is.
type NewerError struct {
	Path      string
	Has, Know int64 // migration versions
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database %s is of version %d and this program knows version %d: it needs a newer dryrun", e.Path, e.Has, e.Know)
}

// Open opens the database in dir, making the folder (0700) and the file (0600) where they are missing, and brings it to
// this program's version. A damaged database is kept aside under another name and a new one is begun; Notices says so.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &DirError{dir, err}
	}
	path := filepath.Join(dir, File)
	s, err := open(ctx, path)
	if err == nil || !isDamage(err) {
		return s, err
	}
	kept, err := keepAside(path, time.Now())
	if err != nil {
		return nil, &DirError{dir, err}
	}
	if s, err = open(ctx, path); err != nil {
		return nil, err
	}
	s.notices = append(s.notices, fmt.Sprintf("the database was damaged: it is kept as %s, and a new one is begun", kept))
	return s, nil
}

// open opens path as it is; isDamage tells whether its error means that the file is beyond use.
func open(ctx context.Context, path string) (*Store, error) {
	if err := prepareFile(path); err != nil {
		return nil, &DirError{filepath.Dir(path), err}
	}
	d := sqliteDialect()
	db, err := d.open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", path, err)
	}
	s := &Store{db: db, dialect: d}
	if err := s.ready(ctx, path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// ready checks the database and migrates it.
func (s *Store) ready(ctx context.Context, path string) error {
	if err := s.dialect.check(ctx, s.db); err != nil {
		return readError(path, err)
	}
	version, err := migrate(ctx, s.db, s.dialect, path)
	if err != nil {
		return err
	}
	s.version = version
	return s.foldOld(ctx)
}

// foldOld folds the logs whose rows come from before the whole summary was stored. A log that this program can't read
// keeps its row.
func (s *Store) foldOld(ctx context.Context) error {
	ids, err := collect(ctx, s.db, scanID, `SELECT id FROM sessions WHERE seq = 0`)
	if err != nil {
		return fmt.Errorf("looking for sessions of an older program: %w", err)
	}
	for _, id := range ids {
		if err := s.in(ctx, nil, func(tx *sql.Tx) error { return summarize(ctx, tx, id) }); ctx.Err() != nil {
			return fmt.Errorf("bringing the list of sessions up to date: %w", err)
		}
	}
	return nil
}

// readError names what was opened; a folder that can't be written to is the folder's fault, not the database's.
func readError(path string, err error) error {
	if isReadOnly(err) {
		return &DirError{filepath.Dir(path), err}
	}
	return fmt.Errorf("opening the database %s: %w", path, err)
}

// prepareFile makes the database file for its owner alone. SQLite gives its -wal and -shm files the same mode.
func prepareFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(0o600)
	}
	return errors.Join(err, f.Close())
}

// keepAside renames the database and the files beside it, so that nothing of it is lost.
func keepAside(path string, now time.Time) (string, error) {
	to := fmt.Sprintf("%s.damaged-%s", path, now.UTC().Format("20060102T150405.000"))
	if err := os.Rename(path, to); err != nil {
		return "", err
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, to+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return to, nil
}

// Notices are things that the user must be told once: a database that was kept aside.
func (s *Store) Notices() []string { return s.notices }

// Version is the database's migration version.
func (s *Store) Version() int64 { return s.version }

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// NewID returns an id for a session: eight letters and digits, so that its first few name it.
func NewID() string { return strings.ToLower(rand.Text()[:8]) }

// in runs f in a transaction, which is kept only if f returns nil. opts may be nil; a read-only one never waits for a
// writer.
func (s *Store) in(ctx context.Context, opts *sql.TxOptions, f func(tx *sql.Tx) error) error {
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
