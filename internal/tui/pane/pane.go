// Package pane is the screen around the panes of a step: tabs, a rail with the steps and the scope, a list of steps to jump to,
// and the routing of keys. Each pane is a package of its own below this one and knows none of the others.
package pane

import (
	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/tui/frame"
)

// Pane is one view of a step.
type Pane interface {
	// Name is what the tab shows.
	Name() string
	// Enter is called when the session enters a step.
	Enter()
	// SetSize lays out the pane in w by h cells. It is called after everything that may have changed what it shows.
	SetSize(w, h int)
	View() string
	// Bindings are the keys of the pane. They take precedence over those that work in every pane.
	Bindings() []frame.Binding
	// Update takes the messages of the pane's own commands and, while the pane is modal, the keys that aren't bound.
	Update(msg tea.Msg) tea.Cmd
}

// Modal is a pane that can capture the keyboard: with a text field (then it is a frame.Typist too), or with a question that
// waits for an answer.
type Modal interface {
	// IsModal says that only the pane's own keys and function keys count.
	IsModal() bool
	// CloseModal closes the field or question and keeps what was typed.
	CloseModal() tea.Cmd
}

// KeyListener is a pane that is told of every key before it is run.
type KeyListener interface{ KeyPressed(key string) }

func holds(p Pane) bool {
	h, ok := p.(Modal)
	return ok && h.IsModal()
}

func takesText(p Pane) bool {
	t, ok := p.(frame.Typist)
	return ok && t.TakesText()
}
