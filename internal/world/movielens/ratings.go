package movielens

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"dryrun/internal/problem"
	"dryrun/internal/world/read"
	"dryrun/internal/world/sim"
)

const (
	// maxRatings, maxRaters and maxRated bound what is read of one file of ratings; the largest that GroupLens publishes
	// has 33 million ratings of 86,000 films by 330,000 people.
	maxRatings = 50_000_000
	maxRaters  = 2_000_000
	maxRated   = 1_000_000
)

// rating is one row of a file of ratings.
type rating struct {
	user, item int32  // positions in ratings.users and ratings.items
	time       uint32 // seconds since 1970
	line       uint32
	halves     uint8 // half stars, 1 to 10
}

// ratings is the content of a file of ratings, in file order.
type ratings struct {
	rows         []rating
	users, items []int32 // ids in the file, ascending
	format       ratingsFormat
	notes        []string
}

// ratingsFormat is one of the three forms that MovieLens comes in: the file of ratings, the separator of its fields, and the
// file of titles.
type ratingsFormat struct{ file, sep, titles string }

func ratingsFormats() []ratingsFormat {
	return []ratingsFormat{{"u.data", "\t", "u.item"}, {"ratings.dat", "::", "movies.dat"}, {"ratings.csv", ",", "movies.csv"}}
}

// findRatings returns the file of ratings in a folder, or, if one file was named, its format as its first line shows it.
func findRatings(fsys fs.FS, folder, only string) (name string, format ratingsFormat, err error) {
	if only != "" {
		f, err := fsys.Open(only)
		if err != nil {
			return "", format, fmt.Errorf("opening ratings: %w", err)
		}
		defer func() { _ = f.Close() }() // only read
		head := make([]byte, read.MaxLine)
		n, err := io.ReadFull(f, head)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return "", format, fmt.Errorf("reading %q: %w", read.Printable(only), err)
		}
		line, _, _ := bytes.Cut(head[:n], []byte("\n"))
		for _, format := range ratingsFormats() {
			if bytes.Count(line, []byte(format.sep)) == 3 {
				return only, format, nil
			}
		}
		return "", format, fmt.Errorf("reading %q: its first line isn't user, item, rating and time, separated by tabs, by :: or by commas; "+
			"give "+
			"MovieLens's u.data, ratings.dat or ratings.csv", read.Printable(only))
	}
	for _, format := range ratingsFormats() {
		if info, err := fs.Stat(fsys, format.file); err == nil && !info.IsDir() {
			return format.file, format, nil
		}
	}
	return "", format, fmt.Errorf("looking for ratings in %q: no u.data, ratings.dat or ratings.csv; give a folder of MovieLens that holds "+
		"one, or the file", folder)
}

// ratingsReader reads rows and counts what it skips.
type ratingsReader struct {
	out          ratings
	name         string
	users, items map[int32]int32
	bad, unrated read.Skipped
	read         int
}

func readRatings(ctx context.Context, fsys fs.FS, folder, only string, p problem.Progress) (*ratings, error) {
	name, format, err := findRatings(fsys, folder, only)
	if err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening ratings: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	r := &ratingsReader{name: name, users: map[int32]int32{}, items: map[int32]int32{}}
	r.out.format = format
	err = read.EachLine(ctx, f, func(n int, line []byte) error {
		if p != nil && n%100_000 == 0 {
			p("reading ratings", n, 0)
		}
		return r.row(n, line)
	})
	if err == nil && r.bad.TooMany(r.read) {
		err = r.foreign()
	}
	if err == nil && len(r.out.rows) == 0 {
		err = errors.New("it holds no rating")
		if r.bad.N > 0 {
			err = fmt.Errorf("it holds no rating: %s", r.bad.Names())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", read.Printable(name), err)
	}
	if err := r.number(ctx); err != nil {
		return nil, err
	}
	if err := r.out.dropRepeats(ctx, name); err != nil {
		return nil, err
	}
	return &r.out, nil
}

func (r *ratingsReader) foreign() error {
	return fmt.Errorf("%d of %d rows can't be read: %s; repair the file or choose another", r.bad.N, r.read, r.bad.Names())
}

// row reads one line.
func (r *ratingsReader) row(n int, line []byte) error {
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
		if bytes.HasPrefix(bytes.ToLower(line), []byte("userid,")) {
			return nil // the header of ratings.csv
		}
	}
	r.read++
	user, item, halves, time, why := parseRating(line, r.out.format.sep)
	switch {
	case why != "":
		r.bad.Add(r.name, n, why)
		if r.bad.N > maxRatings/100 { // more than TooMany allows for the longest file
			return r.foreign()
		}
		return nil
	case halves == 0:
		r.unrated.Add(r.name, n, "")
		return nil
	case len(r.out.rows) == maxRatings:
		return fmt.Errorf("more than %d ratings; choose a smaller set", maxRatings)
	}
	u, ok := r.users[user]
	if !ok {
		if len(r.users) == maxRaters {
			return fmt.Errorf("more than %d users; choose a smaller set", maxRaters)
		}
		u = int32(len(r.users))
		r.users[user] = u
	}
	i, ok := r.items[item]
	if !ok {
		if len(r.items) == maxRated {
			return fmt.Errorf("more than %d items; choose a smaller set", maxRated)
		}
		i = int32(len(r.items))
		r.items[item] = i
	}
	r.out.rows = append(r.out.rows, rating{u, i, time, uint32(n), halves})
	return nil
}

// parseRating splits a line; why says what is wrong with it, "" for nothing.
func parseRating(line []byte, sep string) (user, item int32, halves uint8, time uint32, why string) {
	if line == nil {
		return 0, 0, 0, 0, fmt.Sprintf("longer than %d bytes", read.MaxLine)
	}
	var fields [4][]byte
	rest := line
	for k := range fields {
		at := bytes.Index(rest, []byte(sep))
		if k == 3 {
			if at >= 0 {
				return 0, 0, 0, 0, "more than 4 fields"
			}
			fields[k] = rest
			break
		}
		if at < 0 {
			return 0, 0, 0, 0, fmt.Sprintf("%d fields, 4 are needed", k+1)
		}
		fields[k], rest = rest[:at], rest[at+len(sep):]
	}
	u, okUser := read.WholeNumber(fields[0], 1<<31-1)
	i, okItem := read.WholeNumber(fields[1], 1<<31-1)
	halves, okRating := halfStars(fields[2])
	t, okTime := read.WholeNumber(fields[3], 1<<32-1)
	switch {
	case !okUser || u == 0:
		why = "the user is no number from 1 up"
	case !okItem || i == 0:
		why = "the item is no number from 1 up"
	case !okRating:
		why = "the rating isn't 0.5 to 5 in half stars"
	case !okTime || t == 0:
		why = "the time is no number of seconds"
	}
	return int32(u), int32(i), halves, uint32(t), why
}

// halfStars reads a rating such as "4", "4.0" or "3.5"; 0 means not rated.
func halfStars(b []byte) (uint8, bool) {
	whole, part, dotted := bytes.Cut(b, []byte("."))
	n, ok := read.WholeNumber(whole, 5)
	halves := 2 * n
	if dotted {
		if len(part) != 1 || part[0] != '0' && part[0] != '5' {
			return 0, false
		}
		if part[0] == '5' {
			halves++
		}
	}
	return uint8(halves), ok && halves <= 10
}

// number numbers users and items in the order of their ids, whatever the order of the file.
func (r *ratingsReader) number(ctx context.Context) error {
	sorted := func(of map[int32]int32) (ids, to []int32) {
		to = make([]int32, len(of))
		for id := range of {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for at, id := range ids {
			to[of[id]] = int32(at)
		}
		return ids, to
	}
	var users, items []int32
	r.out.users, users = sorted(r.users)
	r.out.items, items = sorted(r.items)
	for k := range r.out.rows {
		if k%sim.CheckEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		row := &r.out.rows[k]
		row.user, row.item = users[row.user], items[row.item]
	}
	if r.bad.N > 0 {
		r.out.notes = append(r.out.notes, fmt.Sprintf("skipped %d of %d rows that can't be read: %s", r.bad.N, r.read, r.bad.Names()))
	}
	if r.unrated.N > 0 {
		r.out.notes = append(r.out.notes, fmt.Sprintf("skipped %d rows with a rating of 0, which is no rating: %s", r.unrated.N,
			r.unrated.Names()))
	}
	return nil
}
