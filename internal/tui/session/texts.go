package session

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/tui/frame"
)

// texts renders Markdown, reports and pictures in commands, since that takes milliseconds, and keeps what was rendered by
// text and width; a session's theme never changes. Until a rendering is ready, plain text is shown.
type texts struct {
	md        *draw.Markdown
	requested map[textKey]func() []string // by the last layout, and not rendered yet
	inFlight  map[textKey]bool
	rendered  map[textKey][]string
	resized   bool
}

// textKey identifies one rendering: of is a text, or a pointer to a value that never changes.
type textKey struct {
	of any
	w  int
}

// rendered carries one rendering.
type rendered struct {
	key   textKey
	lines []string
}

// settleTime is how long a window must keep its size before texts are rendered for it.
const settleTime = 100 * time.Millisecond

// textsKept bounds the cache.
const textsKept = 200

func (t *texts) init(md *draw.Markdown) {
	t.md = md
	t.requested, t.inFlight, t.rendered = map[textKey]func() []string{}, map[textKey]bool{}, map[textKey][]string{}
}

// Resized delays the next renderings: a window that is being dragged sends many sizes, and only the last one matters.
func (s *Session) Resized() { s.texts.resized = true }

// Rendered returns the result of work, which renders of at width w, or requests it and returns meanwhile. of is a text, or a
// pointer to a value that never changes.
func (s *Session) Rendered(of any, w int, work func() []string, meanwhile []string) []string {
	key := textKey{of, w}
	if lines, ok := s.texts.rendered[key]; ok {
		return lines
	}
	s.texts.requested[key] = work
	return meanwhile
}

// Prose renders Markdown in lines of w cells.
func (s *Session) Prose(text string, w int) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	plain := frame.Wrap(text, w)
	md := s.texts.md
	return s.Rendered(text, w, func() []string {
		out, err := md.Render(text, w)
		if err != nil {
			return plain // the Markdown source is readable too
		}
		return strings.Split(out, "\n")
	}, plain)
}

// Render returns commands for the renderings that the last layout requested.
func (s *Session) Render() tea.Cmd {
	t := &s.texts
	var cmds []tea.Cmd
	pause := time.Duration(0)
	if t.resized {
		pause, t.resized = settleTime, false
	}
	for key, work := range t.requested {
		delete(t.requested, key)
		if t.inFlight[key] {
			continue
		}
		t.inFlight[key] = true
		if pause == 0 {
			cmds = append(cmds, func() tea.Msg { return rendered{key, work()} })
			continue
		}
		cmds = append(cmds, tea.Tick(pause, func(time.Time) tea.Msg { return rendered{key, work()} }))
	}
	return tea.Batch(cmds...)
}

func (t *texts) take(msg rendered) {
	if !t.inFlight[msg.key] {
		return
	}
	delete(t.inFlight, msg.key)
	delete(t.requested, msg.key) // again, while it was being rendered
	if len(t.rendered) >= textsKept {
		clear(t.rendered)
	}
	t.rendered[msg.key] = msg.lines
}
