package plain

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"dryrun/internal/safetext"
)

// maxLineBytes is the longest line that is read; the rest of it is dropped, with a message.
const maxLineBytes = 64 << 10

// lines reads whole lines from a stream in its own goroutine, so a context or a timer can interrupt the wait for one. The
// goroutine ends with the stream, or at the first line after stop is closed.
type lines struct {
	next chan line
	stop chan struct{}
}

type line struct {
	text      string
	truncated bool // longer than longest
	err       error
}

func readLines(r io.Reader) *lines {
	l := &lines{next: make(chan line), stop: make(chan struct{})}
	go func() {
		br := bufio.NewReader(r)
		for {
			got := oneLine(br)
			select {
			case l.next <- got:
			case <-l.stop:
				return
			}
			if got.err != nil {
				return
			}
		}
	}()
	return l
}

// oneLine reads up to a newline or the end of the stream.
func oneLine(br *bufio.Reader) line {
	var b strings.Builder
	var out line
	for {
		part, err := br.ReadSlice('\n')
		if free := maxLineBytes - b.Len(); len(part) > free {
			part, out.truncated = part[:free], true
		}
		b.Write(part)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && b.Len() == 0 {
			return line{err: err}
		}
		break
	}
	text := strings.TrimRight(b.String(), "\r\n")
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	out.text = safetext.Clean(text)
	return out
}

// read waits for the next line.
func (l *lines) read(ctx context.Context) (line, error) {
	select {
	case got := <-l.next:
		return got, got.err
	case <-ctx.Done():
		return line{}, ctx.Err()
	}
}
