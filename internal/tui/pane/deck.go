package pane

import (
	"context"
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Deck holds the panes of a session, one of them open. A screen embeds it and adds Leave.
type Deck struct {
	s      *session.Session
	panes  []Pane
	shared func() []frame.Binding
	open   int
	list   *overlay // the list of steps or the scope, in place of the open pane; nil where neither is open
	aside  Aside
	w, h   int
}

// Aside brings what stands beside the open pane on a wide screen: a title, lines of w cells, and where all of them can be read.
type Aside func(open Pane, w int) (title string, lines []string, whole string)

// SetAside sets what stands beside the open pane on a wide screen.
func (d *Deck) SetAside(aside Aside) { d.aside = aside }

// NewDeck returns a deck with the first pane open. shared returns the keys that work in every pane, made with Everywhere.
func NewDeck(s *session.Session, panes []Pane, shared func() []frame.Binding) *Deck {
	d := &Deck{s: s, panes: panes, shared: shared}
	d.Enter()
	return d
}

// Init starts the session.
func (d *Deck) Init() tea.Cmd { return d.s.Init() }

// Title names the case.
func (d *Deck) Title() string { return d.s.Case().Title }

// Where says which step the candidate is at: "3 of 7".
func (d *Deck) Where() string { return fmt.Sprintf("%d of 7", d.s.Current().N) }

// Status is the mode, the step and the clock, which are always visible.
func (d *Deck) Status() string {
	return fmt.Sprintf("%s · step %s · %s", d.s.State().Started.Mode, d.Where(), frame.Clock(d.s.Elapsed()))
}

// TakesText says whether a field of the open pane has focus.
func (d *Deck) TakesText() bool { return takesText(d.panes[d.open]) }

// Flush saves at once what is unsaved.
func (d *Deck) Flush(ctx context.Context) error { return d.s.Flush(ctx) }

// Leave commits what is being written, stops the clock, and sends left when everything is stored.
func (d *Deck) Leave(left tea.Msg) tea.Cmd {
	return tea.Batch(d.closeModal(), d.s.Leave(left))
}

// Enter resets the panes for the session's current step and opens the first one.
func (d *Deck) Enter() {
	for _, p := range d.panes {
		p.Enter()
	}
	d.open = 0
}

// Open opens a pane.
func (d *Deck) Open(p Pane) {
	d.open = slices.Index(d.panes, p)
	d.layout()
}

// IsOpen says whether a pane is the one that is open.
func (d *Deck) IsOpen(p Pane) bool { return d.panes[d.open] == p }

// Turn opens the pane that is by places further, around the end.
func (d *Deck) Turn(by int) {
	n := len(d.panes)
	d.open = ((d.open+by)%n + n) % n
}

// Back opens the first pane, or from there asks for the home screen.
func (d *Deck) Back() tea.Cmd {
	if d.open == 0 {
		return frame.Send(frame.Home{})
	}
	d.open = 0
	return nil
}

// Everywhere is a binding that works in every pane. It first closes a field, a question or the list of steps.
func (d *Deck) Everywhere(does string, do func() tea.Cmd, keys ...string) frame.Binding {
	return frame.Binding{Keys: keys, Does: does, Do: frame.Run(func() tea.Cmd {
		kept := d.closeModal()
		d.list = nil
		return tea.Batch(kept, do())
	})}
}

// closeModal closes the field or question that is open in the pane.
func (d *Deck) closeModal() tea.Cmd {
	if h, ok := d.panes[d.open].(Modal); ok && h.IsModal() {
		return h.CloseModal()
	}
	return nil
}

// Bindings are the keys that do something now. A modal pane or the list of steps keeps only its own; otherwise the pane's keys
// come before the shared ones. Function keys always work.
func (d *Deck) Bindings() []frame.Binding {
	p := d.panes[d.open]
	switch {
	case d.list != nil:
		return append(d.list.bindings(), keep(d.shared(), frame.FunctionKey)...)
	case takesText(p):
		return append(p.Bindings(), keep(d.shared(), func(k string) bool { return k == "tab" || k == "shift+tab" || frame.FunctionKey(k) })...)
	case holds(p):
		return append(p.Bindings(), keep(d.shared(), frame.FunctionKey)...)
	}
	return append(p.Bindings(), d.shared()...)
}

// keep returns the bindings with only the keys that kept accepts.
func keep(bindings []frame.Binding, kept func(string) bool) []frame.Binding {
	var out []frame.Binding
	for _, b := range bindings {
		b.Keys = slices.DeleteFunc(slices.Clone(b.Keys), func(k string) bool { return !kept(k) })
		if len(b.Keys) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// SetSize lays out the deck.
func (d *Deck) SetSize(w, h int) tea.Cmd {
	if d.w != 0 && d.w != w {
		d.s.Resized()
	}
	d.w, d.h = w, h
	d.layout()
	return d.s.Render()
}

// Update handles a message and lays out the open pane again.
func (d *Deck) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	if key, ok := msg.(tea.KeyMsg); ok {
		cmd = d.key(key)
	} else {
		cmds := []tea.Cmd{d.s.Update(msg)}
		for _, p := range d.panes {
			cmds = append(cmds, p.Update(msg))
		}
		cmd = tea.Batch(cmds...)
	}
	d.layout()
	return tea.Batch(cmd, d.s.Render())
}

// key runs a key. A modal pane gets the keys that aren't bound.
func (d *Deck) key(msg tea.KeyMsg) tea.Cmd {
	if d.s.State().Paused && !d.s.Leaving() {
		// Leaving failed, and the failure has been read: the next key starts the clock again.
		cmd := d.s.Continue()
		if d.s.State().Paused {
			return cmd
		}
		return tea.Batch(cmd, d.key(msg))
	}
	p := d.panes[d.open]
	if l, ok := p.(KeyListener); ok {
		l.KeyPressed(msg.String())
	}
	if cmd, bound := frame.Press(d.Bindings(), msg); bound {
		return cmd
	}
	if d.list == nil && holds(p) {
		return p.Update(msg)
	}
	return nil
}

// layout lays out the open pane. It runs after every message, so that View only prints.
func (d *Deck) layout() {
	if d.w > 0 {
		w, h := d.inner()
		d.panes[d.open].SetSize(w, h)
		if d.list != nil {
			d.list.layout(w, h)
		}
	}
}

// goTo goes to a step from the list.
func (d *Deck) goTo(id framework.StepID) tea.Cmd {
	d.list = nil
	if id == d.s.ID() && !d.s.State().BetweenSteps {
		return nil
	}
	cmd := d.s.Do(rehearse.Enter{Step: id})
	d.Enter()
	return cmd
}
