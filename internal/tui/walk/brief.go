package walk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// layBrief puts together what the interviewer has said: the brief, the prompt, and the conversation since.
func (m *Model) layBrief(w, h int) {
	t := m.o.Theme
	step := m.current()
	lines := []string{t.Strong.Render(frame.Fit(step.Question, w)), ""}
	if m.step() == m.s.State().StepIDs()[0] {
		lines = append(lines, m.texts.prose(m.s.Case().Brief, w)...)
		lines = append(lines, "")
	}
	lines = append(lines, m.texts.prose(m.s.Step().Prompt, w)...)
	if !m.full() {
		lines = append(lines, "", t.Title.Render("Scope"))
		lines = append(lines, m.scope(w, len(m.s.State().Facts)*4+2)...)
	}
	if said := m.talk[m.step()]; len(said) > 0 {
		lines = append(lines, "", t.Title.Render("Said since"))
		for _, l := range said {
			lines = append(lines, m.line(l, w)...)
		}
	}
	if m.asking.Focused() {
		h -= 2
		m.asking.SetSize(w-5, 1)
	}
	m.scrolls[brief].Set(lines, w, h)
}

// line is one line of the conversation: who, and what, with what follows indented.
func (m *Model) line(l rehearse.Line, w int) []string {
	t := m.o.Theme
	who, style := "", t.Plain()
	switch l.Who {
	case you:
		who, style = "You", t.Accent
	case rehearse.ByInterviewer:
		who, style = "Interviewer", t.Strong
	case rehearse.ByScope:
		who, style = "Scope", t.Good
	case rehearse.ByCoach:
		who, style = "Coach", t.Warn
	}
	if who != "" {
		who += ": "
	}
	wrapped := frame.Wrap(who+l.Text, w-2)
	for i, text := range wrapped {
		if i == 0 && who != "" {
			wrapped[i] = style.Render(strings.TrimSuffix(who, " ")) + " " + strings.TrimPrefix(text, who)
		} else {
			wrapped[i] = "  " + text
		}
	}
	return wrapped
}

func (m *Model) viewBrief(w, h int) string {
	out := m.scrolls[brief].View(m.o.Theme)
	if m.asking.Focused() {
		out += "\n" + m.o.Theme.Border.Render(strings.Repeat("─", w)) + "\n" + m.o.Theme.Accent.Render("ask: ") + lastLine(m.asking.View())
	}
	return frame.Box(out, w, h)
}

// lastLine is the only line of a one-line field.
func lastLine(view string) string {
	lines := strings.Split(strings.TrimRight(view, "\n"), "\n")
	return lines[len(lines)-1]
}

// stepsView lists the steps with the question that each answers.
func (m *Model) stepsView(w, h int) string {
	t := m.o.Theme
	lines := []string{t.Title.Render("Go to a step"), ""}
	for i, id := range m.s.State().StepIDs() {
		s, _ := framework.StepByID(id)
		mark, style := "  ", t.Plain()
		if i == int(m.steps.at) {
			mark, style = "▸ ", t.Selected
		}
		done := " "
		if m.s.State().StepState(id).Done {
			done = "✓"
		}
		name := fmt.Sprintf("%s%s %d %s", mark, done, s.N, s.Title)
		lines = append(lines, style.Render(frame.Pad(name, min(w, 32)))+" "+t.Faint.Render(m.stepClock(id)))
		lines = append(lines, "      "+frame.Fit(s.Question, w-6))
	}
	return frame.Box(strings.Join(lines, "\n"), w, h)
}

// stepsBindings are the keys of the list of steps.
func (m *Model) stepsBindings() []frame.Binding {
	ids := m.s.State().StepIDs()
	var numbers []string
	for _, id := range ids {
		s, _ := framework.StepByID(id)
		numbers = append(numbers, strconv.Itoa(s.N))
	}
	choose := m.steps.at.Bindings(len(ids))
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "go to the step", Do: frame.Run(func() tea.Cmd { return m.goTo(ids[m.steps.at]) })},
		choose[0],
		{Keys: numbers, Does: "go to the step of that number", Do: func(msg tea.KeyMsg) tea.Cmd {
			return m.goTo(ids[slices.Index(numbers, msg.String())])
		}},
		{Keys: []string{"esc", "q", "s"}, Does: "back", Do: frame.Set(func() { m.steps = nil })},
	}, choose[1:]...)
}

func (m *Model) goTo(id framework.StepID) tea.Cmd {
	m.steps = nil
	if id == m.step() && !m.s.State().Between {
		return nil
	}
	cmd := m.do(rehearse.Enter{Step: id})
	m.takeStep()
	return cmd
}
