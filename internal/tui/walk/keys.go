package walk

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// Bindings are the keys that do something now: in a field the field's own, else the pane's and then those of every pane,
// and the function keys everywhere.
func (m *Model) Bindings() []frame.Binding {
	switch {
	case m.field() != nil:
		return append(m.fieldBindings(), keysInFields(m.everywhere())...)
	case m.steps != nil:
		return append(m.stepsBindings(), functionKeys(m.everywhere())...)
	case m.confirm:
		return append(m.confirmBindings(), functionKeys(m.everywhere())...)
	}
	return append(m.paneBindings(), m.everywhere()...)
}

// everywhere are the keys of every pane, the most used first. They leave a field or a list that is open.
func (m *Model) everywhere() []frame.Binding {
	row := func(does string, do func() tea.Cmd, keys ...string) frame.Binding {
		return frame.Binding{Keys: keys, Does: does, Do: frame.Run(func() tea.Cmd {
			left := m.leaveField()
			m.steps, m.confirm = nil, false
			return tea.Batch(left, do())
		})}
	}
	turn := func(by int) func() tea.Cmd { return func() tea.Cmd { m.turn(by); return nil } }
	before := row("the pane before", turn(-1), "shift+tab", "left")
	before.Quiet = true
	ask := row("ask", m.startAsking, "a", "f5")
	ask.When = func() bool { return !m.asking.Focused() }
	rows := []frame.Binding{
		row("panes", turn(1), "tab", "right", "f7"),
		before,
		row("next step", m.next, "n", "f2"),
		row("run", m.startLab, "r", "f3"),
		row("hint", func() tea.Cmd { return m.do(rehearse.Hint{}) }, "h", "f4"),
		ask,
		row("editor", m.edit, "e", "f6"),
	}
	show := "the reference"
	if !m.state().Revealed {
		show = "open the reference"
	}
	open := row(show, m.showReference, "v")
	open.When = func() bool { return m.pane != reference || !m.state().Revealed }
	return append(rows,
		open,
		row("steps", func() tea.Cmd { m.openSteps(); return nil }, "s"),
		row("back", m.back, "esc"),
		row("leave", func() tea.Cmd { return frame.Send(frame.Home{}) }, "q"),
	)
}

// functionKeys keeps only the function keys, which mean the same whatever is open.
func functionKeys(rows []frame.Binding) []frame.Binding { return keepKeys(rows, frame.FunctionKey) }

// keysInFields keeps the keys that a text field has no use for.
func keysInFields(rows []frame.Binding) []frame.Binding {
	return keepKeys(rows, func(k string) bool { return k == "tab" || k == "shift+tab" || frame.FunctionKey(k) })
}

func keepKeys(rows []frame.Binding, keep func(string) bool) []frame.Binding {
	var out []frame.Binding
	for _, b := range rows {
		b.Keys = slices.DeleteFunc(slices.Clone(b.Keys), func(k string) bool { return !keep(k) })
		if len(b.Keys) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// fieldBindings are the keys of the field that has the keys.
func (m *Model) fieldBindings() []frame.Binding {
	f := m.field()
	if f == &m.writing {
		done := frame.Binding{Keys: []string{"esc"}, Does: "done, keep it", Do: frame.Run(m.leaveField)}
		return append([]frame.Binding{done}, f.Bindings(m.written)...)
	}
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "done", Do: frame.Run(m.entered)},
		{Keys: []string{"esc"}, Does: "leave the field", Do: frame.Run(m.leaveField)},
	}, f.Bindings(nil)...)
}

// written keeps what has been typed into the answer.
func (m *Model) written() tea.Cmd { return m.do(rehearse.Draft{To: m.to, Text: m.writing.Value()}) }

// confirmBindings are the keys while the reveal waits for its second key; any other key means no.
func (m *Model) confirmBindings() []frame.Binding {
	return []frame.Binding{
		{Keys: []string{"y", "enter"}, Does: "open the reference", Do: frame.Run(func() tea.Cmd {
			m.confirm = false
			return m.do(rehearse.Reveal{})
		})},
		{Keys: []string{"esc"}, Does: "not yet", Do: frame.Set(func() { m.confirm = false })},
	}
}

// paneBindings are the pane's own keys; a letter that means something here doesn't mean what it means elsewhere.
func (m *Model) paneBindings() []frame.Binding {
	switch m.pane {
	case brief:
		return append([]frame.Binding{
			{Keys: []string{"enter"}, Does: "answer", Do: frame.Run(func() tea.Cmd { m.pane = answer; return m.write() })},
			{Keys: []string{"a", "f5"}, Does: "ask", Do: frame.Run(m.startAsking)},
			{Keys: []string{"h", "f4"}, Does: "hint", Do: frame.Run(func() tea.Cmd { return m.do(rehearse.Hint{}) })},
		}, m.scrolls[brief].Bindings()...)
	case answer:
		return m.answerBindings()
	case decide:
		return m.decideBindings()
	case labs:
		return m.labBindings()
	case reference:
		open := func() bool { return !m.state().Revealed }
		return append([]frame.Binding{
			{Keys: []string{"enter"}, Does: "open the reference", When: open, Do: frame.Run(m.showReference)},
		}, m.scrolls[reference].Bindings()...)
	}
	return m.scoreBindings()
}

// key runs a key, or types it into the field that has the keys.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	if m.s.State().Paused && !m.saves.leaving {
		// Leaving failed and the failure has been read: the clock goes on with the next key.
		cmd := m.goOn()
		if m.s.State().Paused {
			return cmd
		}
		return tea.Batch(cmd, m.key(msg))
	}
	if msg.String() != "f" {
		m.ending = false
	}
	if cmd, bound := frame.Press(m.Bindings(), msg); bound {
		return cmd
	}
	m.confirm = false
	if f := m.field(); f != nil && f.Key(msg) && f == &m.writing {
		return m.written()
	}
	return nil
}

// showReference opens the pane, and asks whether the reference should be opened.
func (m *Model) showReference() tea.Cmd {
	m.pane, m.confirm = reference, !m.state().Revealed
	return nil
}

// back goes to the brief, and from there home.
func (m *Model) back() tea.Cmd {
	if m.pane == brief {
		return frame.Send(frame.Home{})
	}
	m.pane = brief
	return nil
}

// turn goes to the next pane, or the one before.
func (m *Model) turn(by int) {
	m.pane = (m.pane + pane(by) + panes) % panes
}

// next finishes the step and goes on; after the last one the scorecard is shown.
func (m *Model) next() tea.Cmd {
	before := m.step()
	cmd := m.do(rehearse.Next{})
	if m.step() != before {
		m.takeStep()
		return cmd
	}
	m.pane, m.card = score, true
	m.scrolls[score].Top()
	return cmd
}

func (m *Model) startAsking() tea.Cmd {
	m.pane = brief
	m.asking.SetValue("")
	m.asking.Focus()
	m.layout()
	m.scrolls[brief].End()
	return nil
}

func (m *Model) startLab() tea.Cmd {
	m.pane = labs
	if m.running() {
		return nil
	}
	m.xrays[m.step()] = nil
	return m.do(rehearse.Run{})
}

func (m *Model) running() bool {
	_, on := m.s.Running()
	return on
}

// entered takes what was typed into a field of one line.
func (m *Model) entered() tea.Cmd {
	f := m.field()
	text := strings.TrimSpace(f.Value())
	f.Blur()
	if text == "" {
		return nil
	}
	switch f {
	case &m.asking:
		return m.do(rehearse.Ask{Text: text})
	case &m.ranging:
		return m.givenRange(text)
	case &m.drawing:
		return m.do(rehearse.Sketch{Line: text})
	}
	return m.named(text)
}

// leaveField takes the keys from the field that has them; an answer is committed, so that no word is lost.
func (m *Model) leaveField() tea.Cmd {
	f := m.field()
	if f == nil {
		return nil
	}
	f.Blur()
	if f != &m.writing {
		return nil
	}
	_, stands := m.state().Answer(m.to)
	if text := f.Value(); stands || strings.TrimSpace(text) != "" {
		return m.do(rehearse.Answer{To: m.to, Text: text})
	}
	return nil
}
