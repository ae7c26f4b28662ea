// Package frame is what every screen shares: the contract between the root and a screen, the header and the help line,
// text that scrolls, and text fields. A screen fills the body between header and help line; the root owns the rest.
package frame

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dryrun/internal/draw"
)

// Screen is one screen. Its methods are called by the root alone, on the program's own goroutine; work that takes time
// runs in the commands that they return. What only some screens have is in the small interfaces below.
type Screen interface {
	Init() tea.Cmd
	Update(msg tea.Msg) tea.Cmd
	View() string
	// SetSize gives the screen its body, without header and help line.
	SetSize(w, h int) tea.Cmd
	// Bindings are the keys of the screen. The screen itself runs them, in Update.
	Bindings() []Binding
}

// Titled is a screen with a title in the header.
type Titled interface{ Title() string }

// Clocked is a screen with a clock or a mode at the right of the header.
type Clocked interface{ Status() string }

// Typist is a screen with text fields. While one has focus, a key that isn't bound is text.
type Typist interface{ TakesText() bool }

// Saver is a screen that may hold unsaved work. A screen that isn't a Saver can be left at once.
type Saver interface {
	// Leave saves what is unsaved and then sends Left, or a Failure and nothing else.
	Leave() tea.Cmd
	// Flush saves what is unsaved at once: the program has stopped.
	Flush(ctx context.Context) error
}

// Title returns a screen's title, "" where it has none.
func Title(s Screen) string {
	if t, ok := s.(Titled); ok {
		return t.Title()
	}
	return ""
}

// Status returns what a screen shows at the right of the header.
func Status(s Screen) string {
	if c, ok := s.(Clocked); ok {
		return c.Status()
	}
	return ""
}

// TakesText says whether a text field of the screen has focus.
func TakesText(s Screen) bool {
	t, ok := s.(Typist)
	return ok && t.TakesText()
}

// Leave asks a screen to save and leave. The screen sends Left when it is done.
func Leave(s Screen) tea.Cmd {
	if saver, ok := s.(Saver); ok {
		return saver.Leave()
	}
	return Send(Left{From: s})
}

// Flush saves at once what a screen has unsaved.
func Flush(ctx context.Context, s Screen) error {
	if saver, ok := s.(Saver); ok {
		return saver.Flush(ctx)
	}
	return nil
}

// The messages by which a screen talks to the root.
type (
	// Show replaces the screen.
	Show struct{ Screen Screen }
	// Left says that the screen has saved everything and can be closed.
	Left struct{ From Screen }
	// Home asks for the home screen, Quit to leave the program.
	Home struct{}
	Quit struct{}
	// Suspending says that the program is about to be suspended. bubbletea sends tea.ResumeMsg afterwards.
	Suspending struct{}
	// Failure stays on the screen until it is read.
	Failure struct{ Err error }
	// Note is shown beside the help line until the next key.
	Note struct{ Text string }
)

// Send turns a message into a command.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// The sizes of a screen: below Least a screen asks for more room, from Full on there is a rail beside the panes.
const (
	LeastWidth, LeastHeight = 60, 20
	FullWidth, FullHeight   = 100, 30
)

// Width is a string's width in cells.
func Width(s string) int { return ansi.StringWidth(s) }

// Fit cuts s with "…" so that it takes at most w cells.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, "…")
}

// Pad makes s exactly w cells wide.
func Pad(s string, w int) string {
	s = Fit(s, w)
	return s + strings.Repeat(" ", max(0, w-Width(s)))
}

// Wrap breaks text at words into lines of at most w cells.
func Wrap(s string, w int) []string { return draw.Wrap(s, w) }

// Bullet wraps text as an item of a list.
func Bullet(text string, w int) []string {
	lines := Wrap(text, w-2)
	for i := range lines {
		if i == 0 {
			lines[i] = "· " + lines[i]
		} else {
			lines[i] = "  " + lines[i]
		}
	}
	return lines
}

// Box makes s exactly w cells wide and h lines high: bubbletea drops lines from the top of a view that is too tall.
func Box(s string, w, h int) string {
	lines := strings.Split(s, "\n")
	out := make([]string, h)
	for i := range out {
		if i < len(lines) {
			out[i] = Pad(lines[i], w)
		} else {
			out[i] = strings.Repeat(" ", w)
		}
	}
	return strings.Join(out, "\n")
}

// Header is the first line: what is open at the left, mode and clock at the right, and where there is room the key that
// lists all keys.
func Header(t draw.Theme, title, status string, list Binding, w int) string {
	right := status
	if long := strings.TrimLeft(status+"   "+list.label()+" keys", " "); Width(long)+Width(title)+12 <= w {
		right = long // the help line names it too
	}
	left := " " + t.Title.Render("dryrun")
	if title != "" {
		left += "  " + t.Strong.Render(Fit(title, max(w-Width(right)-11, 8)))
	}
	gap := w - Width(left) - Width(right) - 1
	return Fit(left+strings.Repeat(" ", max(gap, 1))+t.Faint.Render(right), w)
}

// TooSmall is the one line that a terminal below the least size gets.
func TooSmall(w, h int) string {
	for _, line := range []string{
		fmt.Sprintf("dryrun needs at least %d columns and %d lines; this terminal has %d by %d", LeastWidth, LeastHeight, w, h),
		fmt.Sprintf("needs %dx%d, has %dx%d", LeastWidth, LeastHeight, w, h),
		fmt.Sprintf("%dx%d", LeastWidth, LeastHeight),
	} {
		if Width(line) <= w {
			return line
		}
	}
	return ""
}

// Clock writes an active time as hours, minutes and seconds.
func Clock(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Minutes writes a time roughly, for lists: "<1 min", "12 min".
func Minutes(d time.Duration) string {
	if d < time.Minute {
		return "<1 min"
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}
