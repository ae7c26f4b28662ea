// Package read is what readers of real data share: lines, counts of what they skip, and names made safe to print. Files are
// never trusted: every length is bounded, and a bad row is counted and named by file and line.
package read

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MaxLine bounds a line of any of the files, in bytes.
const MaxLine = 4096

// maxSkipped is how many unreadable rows are skipped in any file; in a large one it is up to one row in a hundred.
const maxSkipped = 100

// Skipped counts rows that were skipped for one reason and names the first of them.
type Skipped struct {
	N     int
	first []string
}

// Add counts the row at file:line.
func (p *Skipped) Add(file string, line int, why string) {
	p.N++
	if len(p.first) < 5 {
		name := fmt.Sprintf("%s:%d", Printable(file), line)
		if why != "" {
			name += " (" + why + ")"
		}
		p.first = append(p.first, name)
	}
}

func (p *Skipped) Names() string {
	names := p.first
	if more := p.N - len(names); more > 0 {
		names = append(slices.Clone(names), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// TooMany says whether that many bad rows of n mean that the file is damaged or of another format.
func (p *Skipped) TooMany(n int) bool { return p.N > maxSkipped && 100*p.N > n }

// EachLine calls do for every line of a file, without its end; a line longer than MaxLine is given as nil. It looks at its
// context every thousand lines.
func EachLine(ctx context.Context, r io.Reader, do func(n int, line []byte) error) error {
	in := bufio.NewReaderSize(r, MaxLine)
	for n := 1; ; n++ {
		if n%1000 == 1 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		line, err := in.ReadSlice('\n')
		long := false
		for errors.Is(err, bufio.ErrBufferFull) { // skip the rest of it
			long = true
			if ctx.Err() != nil {
				return ctx.Err()
			}
			_, err = in.ReadSlice('\n')
		}
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if len(line) > 0 || long {
			if long {
				line = nil
			} else {
				line = bytes.TrimRight(line, "\r\n")
			}
			if err := do(n, line); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
	}
}

// WholeNumber reads a number of digits only, at most most.
func WholeNumber(b []byte, most int64) (int64, bool) {
	var n int64
	if len(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = 10*n + int64(c-'0'); n > most {
			return 0, false
		}
	}
	return n, true
}

// UnexpectedEOF reports the end of a file in the middle of something as io.ErrUnexpectedEOF.
func UnexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
