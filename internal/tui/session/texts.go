package session

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/tui/frame"
)

// texts renders Markdown, reports and pictures in commands, since that takes milliseconds, and keeps what was rendered by
// text and width; a session has one theme for all its life. Until a rendering is there, something plain is shown.
type texts struct {
	md      *draw.Markdown
	wanted  map[textKey]func() []string // asked for by the last layout and not there
	flying  map[textKey]bool
	done    map[textKey][]string
	resized bool
}

// textKey names one rendering, by its text or by the address of what is drawn, which never changes.
type textKey struct {
	of any
	w  int
}

// rendered brings one.
type rendered struct {
	key   textKey
	lines []string
}

// settleTime is how long a window must keep its size before texts are rendered for it.
const settleTime = 100 * time.Millisecond

// textsKept bounds what is kept.
const textsKept = 200

func (t *texts) init(md *draw.Markdown) {
	t.md = md
	t.wanted, t.flying, t.done = map[textKey]func() []string{}, map[textKey]bool{}, map[textKey][]string{}
}

// Resized says that the window is being dragged: it sends many sizes, and texts are rendered for the last one.
func (s *Session) Resized() { s.texts.resized = true }

// Rendered returns what work draws of something at a width, or asks for it and returns meanwhile. of is a text, or a
// pointer to what never changes.
func (s *Session) Rendered(of any, w int, work func() []string, meanwhile []string) []string {
	key := textKey{of, w}
	if lines, ok := s.texts.done[key]; ok {
		return lines
	}
	s.texts.wanted[key] = work
	return meanwhile
}

// Prose is Markdown in lines of w cells.
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
			return plain // readable as it is
		}
		return strings.Split(out, "\n")
	}, plain)
}

// Render returns commands for what the last layout asked for.
func (s *Session) Render() tea.Cmd {
	t := &s.texts
	var cmds []tea.Cmd
	pause := time.Duration(0)
	if t.resized {
		pause, t.resized = settleTime, false
	}
	for key, work := range t.wanted {
		delete(t.wanted, key)
		if t.flying[key] {
			continue
		}
		t.flying[key] = true
		if pause == 0 {
			cmds = append(cmds, func() tea.Msg { return rendered{key, work()} })
			continue
		}
		cmds = append(cmds, tea.Tick(pause, func(time.Time) tea.Msg { return rendered{key, work()} }))
	}
	return tea.Batch(cmds...)
}

func (t *texts) take(msg rendered) {
	if !t.flying[msg.key] {
		return
	}
	delete(t.flying, msg.key)
	if len(t.done) >= textsKept {
		clear(t.done)
	}
	t.done[msg.key] = msg.lines
}
