package walk

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// Keys are what can be done now: in a field the field's own, else the pane's and then those of every pane.
func (m *Model) Keys() []frame.Key {
	switch {
	case m.writing.Focused():
		return []frame.Key{{Key: "esc", Does: "done, keep it"}, {Key: "tab", Does: "next pane"}, {Key: "F2", Does: "next step"}, {Key: "F3", Does: "run"}, {Key: "F4", Does: "hint"}, {Key: "F5", Does: "ask"}, {Key: "F6", Does: "editor"}, {Key: "F7", Does: "panes"}}
	case m.field() != nil:
		return []frame.Key{{Key: "enter", Does: "done"}, {Key: "esc", Does: "leave the field"}}
	case m.steps != nil:
		return []frame.Key{{Key: "enter", Does: "go to the step"}, {Key: "j k", Does: "choose"}, {Key: "esc", Does: "back"}}
	case m.confirm:
		return []frame.Key{{Key: "y", Does: "open the reference"}, {Key: "esc", Does: "not yet"}}
	}
	keys := m.paneKeys()
	for _, k := range everyKeys() {
		if !slices.ContainsFunc(keys, func(own frame.Key) bool { return slices.Contains(strings.Fields(own.Key), k.Key) }) {
			keys = append(keys, k)
		}
	}
	return keys
}

// everyKeys are those of every pane, the most used first.
func everyKeys() []frame.Key {
	return []frame.Key{
		{Key: "tab", Does: "panes"},
		{Key: "n", Does: "next step"},
		{Key: "r", Does: "run"},
		{Key: "h", Does: "hint"},
		{Key: "a", Does: "ask"},
		{Key: "e", Does: "editor"},
		{Key: "v", Does: "open the reference"},
		{Key: "s", Does: "steps"},
		{Key: "esc", Does: "back"},
		{Key: "q", Does: "leave"},
		{Key: "F2 F3 F4 F5 F6 F7", Does: "next, run, hint, ask, editor, panes: also from a field"},
	}
}

// paneKeys are the pane's own; a letter that means something here doesn't mean what it means elsewhere.
func (m *Model) paneKeys() []frame.Key {
	switch m.pane {
	case answer:
		keys := []frame.Key{{Key: "enter", Does: "write"}}
		if m.s.State().StepState(m.step()).HasAnswer() {
			keys = append(keys, frame.Key{Key: "p", Does: "be asked more"})
		}
		if len(m.targets()) > 1 {
			keys = append(keys, frame.Key{Key: "o", Does: "other question"})
		}
		return keys
	case decide:
		keys := []frame.Key{{Key: "j k", Does: "choose"}}
		if m.onPrediction() {
			keys = append(keys, frame.Key{Key: "enter", Does: "give a range"})
		} else {
			keys = append(keys, frame.Key{Key: "a b c d", Does: "decide"})
		}
		keys = append(keys, frame.Key{Key: "x", Does: "pass over"})
		if m.hasWhiteboard() {
			keys = append(keys, frame.Key{Key: "w", Does: "whiteboard"})
		}
		return append(keys, frame.Key{Key: "F5", Does: "ask"})
	case labs:
		if m.running() {
			return []frame.Key{{Key: "c", Does: "cancel"}}
		}
		fault := frame.Key{Key: "f", Does: "run with a fault"}
		yours, ref := m.s.Report(m.step())
		if yours == nil {
			return []frame.Key{{Key: "r", Does: "run"}, fault}
		}
		keys := []frame.Key{{Key: "x", Does: "x-ray a query"}}
		if m.undiagnosed() {
			keys = append(keys, frame.Key{Key: "d", Does: "name the cause"})
		}
		if ref != nil {
			keys = append(keys, frame.Key{Key: "o", Does: "yours / reference"})
		}
		return append(keys, frame.Key{Key: "j k", Does: "scroll"}, fault)
	case score:
		if m.card {
			if m.s.State().Ended {
				return []frame.Key{{Key: "c", Does: "this step"}, {Key: "q", Does: "leave"}}
			}
			return []frame.Key{{Key: "c", Does: "this step"}, {Key: "f", Does: "finish the session"}}
		}
		if !m.marking() {
			return []frame.Key{{Key: "c", Does: "scorecard"}}
		}
		return []frame.Key{{Key: "enter", Does: "take the suggestion"}, {Key: "0 h 1", Does: "mark"}, {Key: "w", Does: "words"}, {Key: "?", Does: "criterion"}, {Key: "j k", Does: "choose"}, {Key: "c", Does: "scorecard"}}
	}
	if m.pane == brief {
		return []frame.Key{{Key: "enter", Does: "answer"}, {Key: "a", Does: "ask"}, {Key: "h", Does: "hint"}, {Key: "j k", Does: "scroll"}}
	}
	return []frame.Key{{Key: "j k", Does: "scroll"}}
}

// key sends a key to the field that has the keys, to a list that is open, to the pane, or to what every pane has.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	k := msg.String()
	if m.s.State().Paused && !m.saves.leaving {
		// Leaving failed and the failure has been read: the clock goes on with the next key.
		cmd := m.goOn()
		if m.s.State().Paused {
			return cmd
		}
		return tea.Batch(cmd, m.key(msg))
	}
	if cmd, ok := m.functionKey(k); ok {
		return cmd
	}
	switch {
	case m.field() != nil:
		return m.fieldKey(msg)
	case m.steps != nil:
		return m.stepsKey(k)
	case m.confirm:
		m.confirm = false
		if k == "y" || k == "enter" {
			return m.do(rehearse.Reveal{})
		}
		return nil
	}
	if cmd, ok := m.paneKey(k); ok {
		return cmd
	}
	return m.everyKey(k)
}

// functionKey handles the keys that mean the same from anywhere, fields included.
func (m *Model) functionKey(k string) (tea.Cmd, bool) {
	run := map[string]func() tea.Cmd{
		"f2": m.next,
		"f3": m.startLab,
		"f4": func() tea.Cmd { return m.do(rehearse.Hint{}) },
		"f5": m.startAsking,
		"f6": m.edit,
		"f7": func() tea.Cmd { m.turn(1); return nil },
	}[k]
	if run == nil {
		return nil, false
	}
	left := m.leaveField()
	m.steps, m.confirm = nil, false
	return tea.Batch(left, run()), true
}

// everyKey handles the single letters outside of fields.
func (m *Model) everyKey(k string) tea.Cmd {
	switch k {
	case "tab", "right":
		m.turn(1)
	case "shift+tab", "left":
		m.turn(-1)
	case "n":
		return m.next()
	case "r":
		return m.startLab()
	case "h":
		return m.do(rehearse.Hint{})
	case "a":
		return m.startAsking()
	case "e":
		return m.edit()
	case "v":
		m.pane = reference
		m.confirm = !m.state().Revealed
	case "s":
		m.openSteps()
	case "q":
		return frame.Send(frame.Home{})
	case "esc":
		if m.pane == brief {
			return frame.Send(frame.Home{})
		}
		m.pane = brief
	default:
		m.scrolls[m.pane].Key(k)
	}
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

// paneKey handles the keys that are the pane's own.
func (m *Model) paneKey(k string) (tea.Cmd, bool) {
	switch m.pane {
	case brief:
		if k == "enter" {
			m.pane = answer
			return m.write(), true
		}
	case answer:
		return m.answerKey(k)
	case decide:
		return m.decideKey(k)
	case labs:
		return m.labKey(k)
	case reference:
		if k == "enter" && !m.state().Revealed {
			m.confirm = true
			return nil, true
		}
	case score:
		return m.scoreKey(k)
	}
	return nil, false
}

// fieldKey handles a key while a field has them: only text keys, enter in one-line fields, tab and esc.
func (m *Model) fieldKey(msg tea.KeyMsg) tea.Cmd {
	k := msg.String()
	switch k {
	case "esc":
		return m.leaveField()
	case "tab", "shift+tab":
		cmd := m.leaveField()
		if k == "tab" {
			m.turn(1)
		} else {
			m.turn(-1)
		}
		return cmd
	}
	f := m.field()
	if f == &m.writing {
		if f.Key(msg) {
			return m.do(rehearse.Draft{To: m.to, Text: f.Value()})
		}
		return nil
	}
	if k != "enter" {
		f.Key(msg)
		return nil
	}
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
	case &m.naming:
		return m.named(text)
	}
	return nil
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
