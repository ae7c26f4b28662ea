package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialect is what differs between database servers. The queries don't: they keep to what SQLite and PostgreSQL share
// ($1 for parameters, ON CONFLICT, no types but text and integers).
type dialect struct {
	goose goose.Dialect
	open  func(path string) (*sql.DB, error)
	// check reads enough of the database to know that it is whole.
	check func(ctx context.Context, db *sql.DB) error
}

func sqliteDialect() dialect {
	return dialect{goose: goose.DialectSQLite3, open: openSQLite, check: quickCheck}
}

// openSQLite opens with a write-ahead log (a reader never waits for the writer), full synchronisation (an answer
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

// damage is what quickCheck finds.
type damage struct{ what string }

func (d damage) Error() string { return "the database is damaged: " + d.what }

func quickCheck(ctx context.Context, db *sql.DB) error {
	var said string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return damage{said}
	}
	return nil
}

// code is SQLite's primary result code, or 0.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// isDamage says that the file isn't a database or is a broken one, as opposed to locked, full or out of reach.
func isDamage(err error) bool {
	var d damage
	c := code(err)
	return errors.As(err, &d) || c == lib.SQLITE_CORRUPT || c == lib.SQLITE_NOTADB
}

func isReadOnly(err error) bool {
	c := code(err)
	return c == lib.SQLITE_READONLY || c == lib.SQLITE_CANTOPEN
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
		if errors.As(err, &newer) || isDamage(err) || ctx.Err() != nil {
			break
		}
	}
	return 0, err
}

func migrateOnce(ctx context.Context, db *sql.DB, d dialect, path string) (int64, error) {
	files, err := fs.Sub(migrations, "migrations")
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
