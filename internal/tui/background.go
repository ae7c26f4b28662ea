//go:build unix

package tui

import (
	"os"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// backgroundWait is how long to wait for the terminal's background. Over SSH a reply may come later; it is dropped.
const backgroundWait = 100 * time.Millisecond

// darkBackground asks the terminal for its background (OSC 11), followed by a query that every terminal answers (its device
// attributes), so that a terminal without OSC 11 costs no wait. asked says that a reply may still arrive. bubbletea must not be
// reading yet.
func darkBackground(in, out *os.File) (dark, asked bool) {
	if !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return true, false
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return true, false
	}
	defer func() { _ = term.Restore(int(in.Fd()), before) }()
	if _, err := out.WriteString("\x1b]11;?\x1b\\\x1b[c"); err != nil {
		return true, false
	}
	reply := readReply(int(in.Fd()), time.Now().Add(backgroundWait))
	if l, ok := parseBackground(reply); ok {
		return l < 0.5, !attributes.Match(reply)
	}
	return true, !attributes.Match(reply)
}

// attributes is the reply to the second query, which comes last.
var attributes = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)

// color is a reply to OSC 11, with one to four hexadecimal digits a channel.
var color = regexp.MustCompile(`\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})`)

// readReply reads until the attributes arrive or time runs out; at most a kilobyte.
func readReply(fd int, until time.Time) []byte {
	var reply []byte
	for len(reply) < 1024 && !attributes.Match(reply) {
		left := time.Until(until)
		if left <= 0 {
			break
		}
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, max(int(left.Milliseconds()), 1))
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			break
		}
		buf := make([]byte, 256)
		n, err = unix.Read(fd, buf)
		if err != nil || n <= 0 {
			break
		}
		reply = append(reply, buf[:n]...)
	}
	return reply
}

// parseBackground returns the luminance (Rec. 709, 0 to 1) of a reply to OSC 11.
func parseBackground(reply []byte) (luminance float64, ok bool) {
	m := color.FindSubmatch(reply)
	if m == nil {
		return 0, false
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		digits := string(m[i+1])
		v, err := strconv.ParseUint(digits, 16, 32)
		if err != nil {
			return 0, false
		}
		most := uint64(1)<<(4*len(digits)) - 1
		luminance += weight * float64(v) / float64(most)
	}
	return luminance, true
}
