package movielens

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dryrun/internal/world/read"
)

// film is what the file of titles says about an item.
type film struct {
	title  string
	year   int    // of release, 0 unknown
	genres uint64 // bits by position in films.genres
}

// films are titles and genres, if there is a file of them beside the ratings.
type films struct {
	known  []film   // by item, zero where unknown
	genres []string // their names
	notes  []string
}

// maxGenres is how many genres are distinguished; MovieLens has nineteen.
const maxGenres = 64

// genres100k are the columns of u.item, in order, as the data's own README lists them.
func genres100k() []string {
	return []string{
		"unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
		"Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
	}
}

// readFilms reads the titles of the rated items. Without such a file, items are named by their numbers, and a note
// says so.
func readFilms(ctx context.Context, fsys fs.FS, r *ratings) (*films, error) {
	name := r.format.titles
	out := &films{known: make([]film, len(r.items))}
	f, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		out.notes = append(out.notes, fmt.Sprintf("no %s beside the ratings: titles and genres are unknown", name))
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening titles: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	if name == "u.item" {
		out.genres = genres100k()
	}
	var bad, twice read.Skipped
	rows := 0
	err = read.EachLine(ctx, f, func(n int, line []byte) error {
		if n == 1 && bytes.HasPrefix(bytes.ToLower(bytes.TrimPrefix(line, []byte("\ufeff"))), []byte("movieid,")) {
			return nil // the header of movies.csv
		}
		if rows++; rows > 4*maxRated {
			return fmt.Errorf("more than %d rows; choose a smaller set", 4*maxRated)
		}
		id, found, why := out.parse(name, line)
		if why != "" {
			bad.Add(name, n, why)
			return nil
		}
		at, rated := slices.BinarySearch(r.items, id)
		switch {
		case !rated:
		case out.known[at].title != "":
			twice.Add(name, n, "")
		default:
			out.known[at] = found
		}
		return nil
	})
	if err == nil && bad.TooMany(rows) {
		err = fmt.Errorf("%d of %d rows can't be read: %s; repair or remove the file", bad.N, rows, bad.Names())
	}
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, err)
	}
	out.note(&bad, &twice, rows)
	return out, nil
}

func (f *films) note(bad, twice *read.Skipped, rows int) {
	if bad.N > 0 {
		f.notes = append(f.notes, fmt.Sprintf("skipped %d of %d titles that can't be read: %s", bad.N, rows, bad.Names()))
	}
	if twice.N > 0 {
		f.notes = append(f.notes, fmt.Sprintf("skipped %d titles of items that had one: %s", twice.N, twice.Names()))
	}
	without := 0
	for i := range f.known {
		if f.known[i].title == "" {
			without++
		}
	}
	if without > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d rated items have no title", without))
	}
}

// parse reads one line of a file of titles; why says what is wrong with it.
func (f *films) parse(name string, line []byte) (id int32, out film, why string) {
	if line == nil {
		return 0, out, fmt.Sprintf("longer than %d bytes", read.MaxLine)
	}
	var title, number, genres string
	text := latin1(line)
	switch name {
	case "u.item":
		fields := strings.Split(text, "|")
		if len(fields) != 5+len(f.genres) {
			return 0, out, fmt.Sprintf("%d fields, %d are needed", len(fields), 5+len(f.genres))
		}
		number, title = fields[0], fields[1]
		for g, flag := range fields[5:] {
			if flag == "1" && g > 0 { // the first is "unknown"
				out.genres |= 1 << g
			}
		}
	case "movies.dat":
		fields := strings.Split(text, "::")
		if len(fields) != 3 {
			return 0, out, fmt.Sprintf("%d fields, 3 are needed", len(fields))
		}
		number, title, genres = fields[0], fields[1], fields[2]
	default:
		first, last := strings.IndexByte(text, ','), strings.LastIndexByte(text, ',')
		if first == last {
			return 0, out, "less than 3 fields"
		}
		number, title, genres = strings.TrimPrefix(text[:first], "\ufeff"), text[first+1:last], text[last+1:]
		if inner, ok := strings.CutPrefix(title, `"`); ok {
			title = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
		}
	}
	n, ok := read.WholeNumber([]byte(number), 1<<31-1)
	if !ok || n == 0 {
		return 0, out, "the item is no number from 1 up"
	}
	out.genres |= f.genresOf(genres)
	out.title = trimmed(read.Printable(strings.TrimSpace(title)))
	if out.title == "" {
		return 0, out, "no title"
	}
	out.year = yearOf(out.title)
	return int32(n), out, ""
}

// genresOf turns "Animation|Comedy" into bits, and adds genres that are new.
func (f *films) genresOf(text string) (bits uint64) {
	for name := range strings.SplitSeq(text, "|") {
		name = trimmed(read.Printable(strings.TrimSpace(name)))
		if name == "" || strings.HasPrefix(name, "(no genres") {
			continue
		}
		at := slices.Index(f.genres, name)
		if at < 0 && len(f.genres) < maxGenres {
			at = len(f.genres)
			f.genres = append(f.genres, name)
		}
		if at >= 0 {
			bits |= 1 << at
		}
	}
	return bits
}

// latin1 reads a line as UTF-8, or, if it isn't valid UTF-8, as Latin-1, the encoding of the two older sets.
func latin1(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	runes := make([]rune, len(line))
	for k, b := range line {
		runes[k] = rune(b)
	}
	return string(runes)
}

// trimmed shortens a name that is far too long.
func trimmed(name string) string {
	const most = 160
	if utf8.RuneCountInString(name) <= most {
		return name
	}
	return string([]rune(name)[:most-1]) + "…"
}

// yearOf reads the year at the end of a title: "Toy Story (1995)".
func yearOf(title string) int {
	open := strings.LastIndexByte(title, '(')
	if open < 0 || len(title) < open+6 || title[open+5] != ')' {
		return 0
	}
	year, err := strconv.Atoi(title[open+1 : open+5])
	if err != nil || year < 1870 || year > 2100 {
		return 0
	}
	return year
}
