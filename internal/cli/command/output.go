package command

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/muesli/termenv"

	"dryrun/internal/draw"
	"dryrun/internal/safetext"
)

// IO is where a command reads and writes, and how it writes there.
type IO struct {
	Streams
	Display
}

// Display holds the flags of the root command that choose how output looks.
type Display struct {
	Plain bool
	Color string
	Theme string
}

// PlainMode reports whether this run talks in whole lines instead of screens.
func (io *IO) PlainMode() bool {
	accessible := io.Env("ACCESSIBLE")
	return io.Plain || (accessible != "" && accessible != "0") || io.dumb() || !io.InTerm || !io.OutTerm
}

// Profile is how many colors output may have.
func (io *IO) Profile() termenv.Profile { return io.profile(io.Color) }

// DrawTheme is the theme of drawings in the output of a command. It assumes a dark background: nothing queries the terminal
// here.
func (io *IO) DrawTheme() (draw.Theme, error) { return draw.NewTheme(io.Theme, true, io.Profile()) }

// Row is one line of a table. Its cells hold plain text, which needn't be safe to print.
type Row []string

// WriteTable writes rows in columns two spaces apart. On a terminal the last column is cut to the width, with "…"; a pipe
// gets all of it.
func (io *IO) WriteTable(rows []Row) error {
	var widths []int
	for _, r := range rows {
		for i := range r {
			r[i] = strings.Join(strings.Fields(safetext.Clean(r[i])), " ")
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], runewidth.StringWidth(r[i]))
		}
	}
	limit := 0
	if io.OutTerm {
		limit = io.Width()
	}
	var b strings.Builder
	for _, r := range rows {
		line := ""
		for i, c := range r {
			if i > 0 {
				line += "  "
			}
			if i < len(r)-1 {
				c = runewidth.FillRight(c, widths[i])
			}
			line += c
		}
		for _, part := range fold(line, r, limit) {
			b.WriteString(strings.TrimRight(part, " ") + "\n")
		}
	}
	_, err := io.Out.Write([]byte(b.String()))
	return err
}

// leastFolded is the narrowest last column that is worth folding.
const leastFolded = 20

// fold breaks the last cell of a row that is wider than limit over several lines, and cuts a row whose last column is too narrow
// for that. A limit of 0 is none.
func fold(line string, r Row, limit int) []string {
	last := r[len(r)-1]
	at := runewidth.StringWidth(line) - runewidth.StringWidth(last)
	switch {
	case limit == 0 || at+runewidth.StringWidth(last) <= limit:
		return []string{line}
	case limit-at < leastFolded:
		return []string{runewidth.Truncate(line, limit, "…")}
	}
	lines := draw.Wrap(last, limit-at)
	for i := range lines {
		if i == 0 {
			lines[i] = strings.TrimSuffix(line, last) + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", at) + lines[i]
		}
	}
	return lines
}

// WriteMarkdown writes Markdown as terminal text, without control sequences if color is off.
func (io *IO) WriteMarkdown(text string) error {
	theme, err := io.DrawTheme()
	if err != nil {
		return err
	}
	out, err := draw.NewMarkdown(theme).Render(text, min(io.Width(), 100))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(io.Out, out)
	return err
}

// Say writes one message to stderr.
func (io *IO) Say(format string, args ...any) {
	fmt.Fprintln(io.Err, OneLine(fmt.Sprintf(format, args...)))
}

// Count is "1 fact" or "2 facts"; pass a plural that doesn't end in s.
func Count(n int, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return strconv.Itoa(n) + " " + many[0]
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// OrDash is s, or "-" for an empty cell of a table.
func OrDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Megabytes writes a size: "12.3 MB", "40 KB".
func Megabytes(bytes int64) string {
	if bytes > 0 && bytes < 100_000 {
		return fmt.Sprintf("%d KB", (bytes+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
