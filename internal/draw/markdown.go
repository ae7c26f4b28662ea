package draw

import (
	"fmt"
	"strings"
	"sync"

	"github.com/charmbracelet/glamour"
	"github.com/charmbracelet/glamour/ansi"
	xansi "github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"dryrun/internal/safetext"
)

// Markdown renders Markdown in one theme and keeps what it rendered by text and width. A render of a long text takes
// tens of milliseconds: call Render in a command, and Cached in a view. Safe for concurrent use.
type Markdown struct {
	theme Theme

	mu   sync.Mutex
	done map[markdownKey]string
}

type markdownKey struct {
	text  string
	width int
}

// maxMarkdownCached bounds the cache; a session shows some dozens of texts at a width or two.
const maxMarkdownCached = 256

// NewMarkdown returns a renderer for the theme.
func NewMarkdown(t Theme) *Markdown {
	return &Markdown{theme: t, done: make(map[markdownKey]string)}
}

// Cached returns the text as rendered at the width, if it was.
func (m *Markdown) Cached(text string, width int) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out, ok := m.done[markdownKey{text, width}]
	return out, ok
}

// Render returns the text as terminal lines of at most width cells. Control sequences other than colors never come
// out, whatever goes in.
func (m *Markdown) Render(text string, width int) (string, error) {
	if out, ok := m.Cached(text, width); ok {
		return out, nil
	}
	// A renderer isn't safe for concurrent use and cheap beside a render: each render has its own. Its profile is given,
	// and never WithAutoStyle, so that nothing is asked of the terminal.
	profile := m.theme.profile
	if m.theme.Name == "" {
		profile = termenv.Ascii
	}
	r, err := glamour.NewTermRenderer(
		glamour.WithStyles(m.theme.markdown()),
		glamour.WithColorProfile(profile),
		glamour.WithWordWrap(max(width-2, 1)), // it lets punctuation hang over by a cell or two
	)
	if err != nil {
		return "", fmt.Errorf("preparing to render Markdown: %w", err)
	}
	out, err := r.Render(numbersUnbreakable(paragraphs(text)))
	if err != nil {
		return "", fmt.Errorf("rendering Markdown: %w", err)
	}
	if profile == termenv.Ascii {
		out = xansi.Strip(out) // glamour writes bold and italic whatever the profile
	}
	out = restoreSigns.Replace(tighten(safetext.Terminal(out), width))
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.done) >= maxMarkdownCached {
		clear(m.done)
	}
	m.done[markdownKey{text, width}] = out
	return out, nil
}

// tighten breaks what glamour left too wide (long words, wide characters, code) and drops the blanks that it pads with.
func tighten(s string, width int) string {
	lines := strings.Split(xansi.Wrap(s, max(width, 1), ""), "\n")
	for i, l := range lines {
		lines[i] = trimRight(l)
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// trimRight drops blanks at a line's end, also if color sequences are between them; the sequences themselves may
// end a style and are replaced by one reset.
func trimRight(l string) string {
	keep := strings.TrimRight(xansi.Strip(l), " ")
	if keep == "" {
		return ""
	}
	cut := xansi.Truncate(l, xansi.StringWidth(keep), "")
	if strings.Contains(cut, "\x1b") {
		// Truncate keeps the sequences after the cut; one reset replaces them all.
		cut = strings.TrimRight(cut, " ")
		if !strings.HasSuffix(cut, "\x1b[0m") {
			cut += "\x1b[0m"
		}
	}
	return cut
}

// markdown is glamour's style in the theme's colors. Every emphasis also has a sign or a weight, never color alone.
func (t Theme) markdown() ansi.StyleConfig {
	color := func(c string) *string {
		if c == "" || !t.Color {
			return nil
		}
		return &c
	}
	yes := true
	zero, two := uint(0), uint(2)
	block := func(p ansi.StylePrimitive) ansi.StyleBlock { return ansi.StyleBlock{StylePrimitive: p} }
	head := block(ansi.StylePrimitive{Bold: &yes, Color: color(t.colors.title)})
	quote, bar := uint(1), "│ "
	return ansi.StyleConfig{
		Document:      ansi.StyleBlock{Margin: &zero},
		BlockQuote:    ansi.StyleBlock{Indent: &quote, IndentToken: &bar, StylePrimitive: ansi.StylePrimitive{Color: color(t.colors.faint)}},
		List:          ansi.StyleList{LevelIndent: 2},
		Heading:       ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{BlockSuffix: "\n", Bold: &yes, Color: color(t.colors.title)}},
		H1:            head,
		H2:            head,
		H3:            head,
		H4:            head,
		H5:            head,
		H6:            head,
		Strikethrough: ansi.StylePrimitive{CrossedOut: &yes},
		Emph:          ansi.StylePrimitive{Italic: &yes},
		Strong:        ansi.StylePrimitive{Bold: &yes},
		HorizontalRule: ansi.StylePrimitive{
			Color: color(t.colors.border), Format: "\n----\n",
		},
		Item:        ansi.StylePrimitive{BlockPrefix: "• "},
		Enumeration: ansi.StylePrimitive{BlockPrefix: ". "},
		Task:        ansi.StyleTask{Ticked: "[x] ", Unticked: "[ ] "},
		Link:        ansi.StylePrimitive{Color: color(t.colors.faint), Underline: &yes},
		LinkText:    ansi.StylePrimitive{Bold: &yes},
		Image:       ansi.StylePrimitive{Underline: &yes},
		ImageText:   ansi.StylePrimitive{Format: "Image: {{.text}}"},
		Code:        block(ansi.StylePrimitive{Prefix: "`", Suffix: "`", Color: color(t.colors.accent)}),
		CodeBlock:   ansi.StyleCodeBlock{StyleBlock: ansi.StyleBlock{Margin: &two}},
	}
}
