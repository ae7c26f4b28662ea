package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// File is the database's name in the data folder.
const File = "dryrun.db"

// DirError says that the data folder can't hold a database.
type DirError struct {
	Dir string
	Err error
}

func (e *DirError) Error() string { return fmt.Sprintf("can't write in %s: %v", e.Dir, e.Err) }
func (e *DirError) Unwrap() error { return e.Err }

// openFolder opens the database in dir, making the folder (0700) and the file (0600) where they are missing. A damaged
// database is renamed and replaced by a new one, and Notices says so.
func openFolder(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &DirError{dir, err}
	}
	path := filepath.Join(dir, File)
	s, err := openFile(ctx, path)
	if err == nil || !isDamaged(err) {
		return s, err
	}
	kept, err := moveAside(path, time.Now())
	if err != nil {
		return nil, &DirError{dir, err}
	}
	if s, err = openFile(ctx, path); err != nil {
		return nil, err
	}
	s.notices = append(s.notices, fmt.Sprintf("the database was damaged: it is now %s, and a new one was created", kept))
	return s, nil
}

// openFile opens path as it is; isDamaged says whether its error means that the file is damaged.
func openFile(ctx context.Context, path string) (*Store, error) {
	if err := prepareFile(path); err != nil {
		return nil, &DirError{filepath.Dir(path), err}
	}
	db, err := openSQLite(path)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", path, err)
	}
	s := &Store{db: db, dialect: dialect{name: "sqlite", goose: goose.DialectSQLite3, damaged: isDamaged}}
	if err = quickCheck(ctx, db); err != nil {
		err = openError(path, err)
	} else {
		err = s.migrateAndRefold(ctx, path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// openSQLite opens with a write-ahead log (a reader never waits for the writer), full synchronization (an answer
// survives a power cut), foreign keys, and transactions that take the write lock when they begin, so that two writers
// queue for the busy timeout instead of failing halfway.
func openSQLite(path string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	v := url.Values{}
	v.Set("_txlock", "immediate")
	for _, p := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)"} {
		v.Add("_pragma", p)
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: v.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	return db, nil
}

// damageError is what quickCheck finds.
type damageError struct{ what string }

func (d damageError) Error() string { return "the database is damaged: " + d.what }

func quickCheck(ctx context.Context, db *sql.DB) error {
	var said string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return damageError{said}
	}
	return nil
}

// resultCode is SQLite's primary result code, or 0.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// isDamaged says whether the file isn't a database or is a damaged one, as opposed to locked, full or unreachable.
func isDamaged(err error) bool {
	var d damageError
	c := resultCode(err)
	return errors.As(err, &d) || c == lib.SQLITE_CORRUPT || c == lib.SQLITE_NOTADB
}

func isReadOnly(err error) bool {
	c := resultCode(err)
	return c == lib.SQLITE_READONLY || c == lib.SQLITE_CANTOPEN
}

// openError names what couldn't be opened: the folder if it isn't writable, or else the database.
func openError(path string, err error) error {
	if isReadOnly(err) {
		return &DirError{filepath.Dir(path), err}
	}
	return fmt.Errorf("opening the database %s: %w", path, err)
}

// prepareFile creates the database file with access for its owner only. SQLite gives its -wal and -shm files the same mode.
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

// moveAside renames the database with its -wal and -shm files, so its contents are preserved.
func moveAside(path string, now time.Time) (string, error) {
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
