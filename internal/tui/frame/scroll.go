package frame

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

// Scroll shows lines that may not all fit, starting at the first, with the position.
type Scroll struct {
	lines []string
	top   int
	w, h  int
	on    any // what Follow last showed
}

// Set replaces the lines and the size, and keeps the place where it can.
func (s *Scroll) Set(lines []string, w, h int) {
	s.lines, s.w, s.h = lines, w, max(h, 1)
	s.move(0)
}

// Top goes to the first line, End to the last.
func (s *Scroll) Top() { s.top = 0 }

// End goes to the last line.
func (s *Scroll) End() { s.move(len(s.lines)) }

// Show scrolls so that line i is visible.
func (s *Scroll) Show(i int) {
	switch {
	case i < s.top:
		s.move(i - s.top)
	case i >= s.top+s.room():
		s.move(i - s.top - s.room() + 1)
	}
}

// Follow shows the lines from (inclusive) to to (exclusive), from first, when on, which names what the cursor is on, is not
// what it was at the last call. While the cursor stays, the view stays where the candidate has scrolled it.
func (s *Scroll) Follow(on any, from, to int) {
	key := struct {
		on   any
		w, h int
	}{on, s.w, s.h}
	if s.on == key {
		return
	}
	s.on = key
	s.Show(min(to, len(s.lines)) - 1)
	s.Show(from)
}

// room is how many lines are visible. If not all fit, one line shows the position.
func (s *Scroll) room() int {
	if len(s.lines) > s.h && s.h > 1 {
		return s.h - 1
	}
	return s.h
}

func (s *Scroll) move(by int) { s.top = max(0, min(s.top+by, len(s.lines)-s.room())) }

// Bindings are the keys that scroll, where there is more than fits.
func (s *Scroll) Bindings() []Binding {
	return append([]Binding{
		{Keys: []string{"j", "k", "down", "up"}, Lead: 2, Does: "scroll", When: s.isLong, Do: s.press},
	}, s.PageBindings()...)
}

// PageBindings are the keys that scroll by more than a line, for a view in which j and k move a cursor.
func (s *Scroll) PageBindings() []Binding {
	return []Binding{
		{Keys: []string{"pgdown", " ", "ctrl+d", "pgup", "b", "ctrl+u"}, Does: "a page down, or up", Quiet: true, When: s.isLong, Do: s.press},
		{Keys: []string{"g", "home", "G", "end"}, Does: "to the beginning, or the end", Quiet: true, When: s.isLong, Do: s.press},
	}
}

// FieldBindings are the keys that scroll while a text field below the view has focus.
func (s *Scroll) FieldBindings() []Binding {
	return []Binding{{Keys: []string{"pgdown", "pgup"}, Does: "scroll a page down, or up", Quiet: true, When: s.isLong, Do: s.press}}
}

func (s *Scroll) isLong() bool { return len(s.lines) > s.h }

func (s *Scroll) press(msg tea.KeyMsg) tea.Cmd {
	s.key(msg.String())
	return nil
}

func (s *Scroll) key(key string) {
	switch key {
	case "up", "k":
		s.move(-1)
	case "down", "j":
		s.move(1)
	case "pgup", "b", "ctrl+u":
		s.move(1 - s.room())
	case "pgdown", " ", "ctrl+d":
		s.move(s.room() - 1)
	case "home", "g":
		s.Top()
	case "end", "G":
		s.End()
	}
}

// View draws the visible lines.
func (s *Scroll) View(t draw.Theme) string {
	n := min(s.room(), len(s.lines)-s.top)
	lines := append([]string(nil), s.lines[s.top:s.top+max(n, 0)]...)
	if len(s.lines) > s.room() {
		for len(lines) < s.room() {
			lines = append(lines, "")
		}
		way := "↓"
		if s.top+s.room() >= len(s.lines) {
			way = "end"
		}
		at := fmt.Sprintf("lines %d to %d of %d %s", s.top+1, min(s.top+s.room(), len(s.lines)), len(s.lines), way)
		lines = append(lines, strings.Repeat(" ", max(0, s.w-Width(at)))+t.Faint.Render(at))
	}
	return Box(strings.Join(lines, "\n"), s.w, s.h)
}
