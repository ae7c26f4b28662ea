// Package disk keeps what took long to build in a folder, so that another process can read it instead of building it
// again. A key and a function that writes go in; the same key and a function that reads bring the value back. Entries are
// files that say which program and which key they belong to; one that is damaged or belongs to another program is removed,
// and the folder never holds more bytes than it is allowed.
package disk

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"dryrun/internal/binfile"
)

// DefaultLimit is how many bytes a folder holds at most.
const DefaultLimit = 2 << 30

// The header of an entry: the program and the key that it belongs to. What was kept follows it.
const (
	headerKind    = "lab/entry"
	headerVersion = 1
)

const (
	nameBytes     = 16
	suffix        = ".entry"
	partialSuffix = ".partial"
	partialAge    = time.Hour // after which a file that is still partial belongs to a process that was killed
)

// Folder is a folder of entries. A nil *Folder keeps nothing. It is safe for concurrent use, by several processes too: an
// entry appears whole or not at all.
type Folder struct {
	path    string
	program string
	limit   int64
}

// New returns the folder at path, which is made when something is kept there. program tells programs apart that may build
// different things under one key; limit is in bytes.
func New(path, program string, limit int64) *Folder {
	return &Folder{path: path, program: program, limit: limit}
}

// Path is where the folder is.
func (f *Folder) Path() string { return f.path }

// Limit is how many bytes it holds at most.
func (f *Folder) Limit() int64 { return f.limit }

// Load calls read with what is kept under key and says whether it succeeded. An entry that can't be read is removed.
func (f *Folder) Load(ctx context.Context, key string, read func(in *bufio.Reader) error) bool {
	if f == nil {
		return false
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return false
	}
	defer root.Close()
	name := f.name(key)
	file, err := root.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	err = f.checkHeader(ctx, in, key)
	if err == nil {
		err = read(in)
	}
	if err != nil {
		if ctx.Err() == nil {
			_ = root.Remove(name) // it is built again and kept anew
		}
		return false
	}
	now := time.Now()
	_ = root.Chtimes(name, now, now) // the entries used longest ago go first
	return true
}

func (f *Folder) checkHeader(ctx context.Context, in *bufio.Reader, key string) error {
	r, err := binfile.NewReader(ctx, in, headerKind, headerVersion)
	if err != nil {
		return err
	}
	texts := r.Texts()
	if err := r.Close(); err != nil {
		return err
	}
	if !slices.Equal(texts, []string{f.program, key}) {
		return errors.New("the entry belongs to another program or key")
	}
	return nil
}

// Save keeps what write writes under key; bytes is roughly how much that will be. What is too large for the folder isn't
// kept. An error leaves the folder as it was.
func (f *Folder) Save(ctx context.Context, key string, bytes int64, write func(out io.Writer) error) error {
	if f == nil || bytes > f.limit/2 {
		return nil
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("making the cache folder: %w", err)
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return fmt.Errorf("opening the cache folder: %w", err)
	}
	defer root.Close()
	partial := rand.Text() + partialSuffix
	if err := f.write(ctx, root, partial, key, write); err != nil {
		_ = root.Remove(partial)
		return fmt.Errorf("keeping an entry in %s: %w", f.path, err)
	}
	if err := root.Rename(partial, f.name(key)); err != nil {
		_ = root.Remove(partial)
		return fmt.Errorf("keeping an entry in %s: %w", f.path, err)
	}
	return f.shrink(root)
}

func (f *Folder) write(ctx context.Context, root *os.Root, name, key string, write func(out io.Writer) error) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	header := binfile.NewWriter(ctx, out, headerKind, headerVersion)
	header.Texts(f.program, key)
	if err = header.Close(); err == nil {
		err = write(out)
	}
	if err == nil {
		err = out.Flush()
	}
	return errors.Join(err, file.Close())
}

// name is the file of a key. A file's header holds the key itself, so that two keys of one name can't be confused.
func (f *Folder) name(key string) string {
	sum := sha256.Sum256([]byte(f.program + "\n" + key))
	return hex.EncodeToString(sum[:nameBytes]) + suffix
}

// entry is a file of the folder.
type entry struct {
	name  string
	bytes int64
	used  time.Time
}

// entries lists the folder's own files, those used longest ago first, and removes what killed processes left.
func entries(root *os.Root) ([]entry, error) {
	var out []entry
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != ".":
			return fs.SkipDir // not ours
		case !ownName(name):
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process removed it
		}
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, partialSuffix) {
			if time.Since(info.ModTime()) > partialAge {
				return root.Remove(name)
			}
			return nil
		}
		out = append(out, entry{name, info.Size(), info.ModTime()})
		return nil
	})
	slices.SortFunc(out, func(a, b entry) int { return cmp.Or(a.used.Compare(b.used), strings.Compare(a.name, b.name)) })
	return out, err
}

// ownName says whether the folder gave a file its name.
func ownName(name string) bool {
	if key, ok := strings.CutSuffix(name, suffix); ok {
		return len(key) == 2*nameBytes && strings.Trim(key, "0123456789abcdef") == ""
	}
	return strings.HasSuffix(name, partialSuffix)
}

// shrink removes the entries used longest ago until the rest are within the limit.
func (f *Folder) shrink(root *os.Root) error {
	list, err := entries(root)
	if err != nil {
		return err
	}
	total := int64(0)
	for _, e := range list {
		total += e.bytes
	}
	for _, e := range list {
		if total <= f.limit {
			return nil
		}
		if err := root.Remove(e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		total -= e.bytes
	}
	return nil
}

// Check tries to write to the folder and makes it if it isn't there.
func (f *Folder) Check() error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("making the cache folder: %w", err)
	}
	file, err := os.CreateTemp(f.path, "*"+partialSuffix)
	if err != nil {
		return fmt.Errorf("writing to the cache folder: %w", err)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// Size counts the entries and their bytes. A folder that doesn't exist yet is empty.
func (f *Folder) Size() (count int, bytes int64, err error) {
	list, err := f.list(func(*os.Root, entry) error { return nil })
	for _, e := range list {
		bytes += e.bytes
	}
	return len(list), bytes, err
}

// Clear removes every entry and says how many bytes that freed. Other files in the folder stay.
func (f *Folder) Clear() (bytes int64, err error) {
	list, err := f.list(func(root *os.Root, e entry) error { return root.Remove(e.name) })
	for _, e := range list {
		bytes += e.bytes
	}
	return bytes, err
}

// list calls do for each entry and returns those for which it succeeded.
func (f *Folder) list(do func(*os.Root, entry) error) ([]entry, error) {
	root, err := os.OpenRoot(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening the cache folder: %w", err)
	}
	defer root.Close()
	list, err := entries(root)
	if err != nil {
		return nil, fmt.Errorf("reading the cache folder %s: %w", f.path, err)
	}
	var done []entry
	for _, e := range list {
		if err := do(root, e); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return done, err
		}
		done = append(done, e)
	}
	return done, nil
}
