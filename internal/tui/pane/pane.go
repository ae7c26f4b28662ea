// Package pane puts the views of a step beside each other: tabs, a rail of steps and scope, a list of steps to jump to,
// and the routing of keys. Each view is a package of its own below this one and knows none of the others.
package pane

import (
	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/tui/frame"
)

// Pane is one view of a step.
type Pane interface {
	// Name is what the tab shows.
	Name() string
	// Enter is called when the session comes to a step.
	Enter()
	// SetSize lays the pane out, w by h cells. It is called after everything that may have changed what the pane shows.
	SetSize(w, h int)
	View() string
	// Bindings are the keys of the pane; where a letter means something here, it doesn't mean what it means elsewhere.
	Bindings() []frame.Binding
	// Update takes what a command of the pane brought, and keys that aren't bound while the pane holds the keys.
	Update(msg tea.Msg) tea.Cmd
}

// Holder is a pane that can hold the keys: with a text field (then it is a frame.Typist too) or with a question that
// waits for its answer.
type Holder interface {
	// Holds says that only the pane's own keys count, beside those that mean the same everywhere.
	Holds() bool
	// Release closes what holds the keys, and keeps what was typed.
	Release() tea.Cmd
}

// Listener is a pane that hears of each key before it is run.
type Listener interface{ Pressed(key string) }

func holds(p Pane) bool {
	h, ok := p.(Holder)
	return ok && h.Holds()
}

func takesText(p Pane) bool {
	t, ok := p.(frame.Typist)
	return ok && t.TakesText()
}
