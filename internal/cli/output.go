package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"dryrun/internal/draw"
	"dryrun/internal/safetext"

	"github.com/mattn/go-runewidth"
)

// writeJSON writes v as indented JSON. JSON escapes control characters below a space by itself; the other ones that a
// terminal may act on are escaped here, so that printing a stranger's text as JSON is safe too.
func (a *app) writeJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err := a.Out.Write(escapeControls(b.Bytes()))
	return err
}

// escapeControls writes DEL, C1 and bidirectional controls of a JSON text as \uXXXX; they only ever stand in strings.
func escapeControls(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

// row is one line of a table; cells hold plain text, a stranger's included.
type row []string

// writeTable writes rows in columns two blanks apart. The last column is cut to the terminal's width with "…"; a pipe
// gets the whole of it.
func (a *app) writeTable(rows []row) error {
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
	if a.OutTerm {
		limit = a.width()
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
		if limit > 0 {
			line = runewidth.Truncate(line, limit, "…")
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := a.Out.Write([]byte(b.String()))
	return err
}

// writeMarkdown writes Markdown as terminal text, without a control sequence where colour is off.
func (a *app) writeMarkdown(text string) error {
	theme, err := a.theme()
	if err != nil {
		return err
	}
	out, err := draw.NewMarkdown(theme).Render(text, min(a.width(), 100))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.Out, out)
	return err
}

// say writes one message to stderr.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.Err, oneLine(fmt.Sprintf(format, args...)))
}

// panicPlace is the first place of a stack that is ours: "internal/lab/pipeline.go:120".
func panicPlace(stack []byte) string {
	ours := regexp.MustCompile(`(?m)^dryrun/.*\n\t\S*?/((?:internal|framework|casestudies)/[\w./-]+\.go:\d+)`)
	for _, m := range ours.FindAllSubmatch(stack, -1) {
		if place := string(m[1]); !strings.HasPrefix(place, "internal/cli/root.go") { // which recovered it
			return place
		}
	}
	return "an unknown place"
}
