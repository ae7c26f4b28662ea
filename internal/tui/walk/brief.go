package walk

import (
	"fmt"
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
		if i == m.steps.at {
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

func (m *Model) stepsKey(k string) tea.Cmd {
	ids := m.s.State().StepIDs()
	switch k {
	case "j", "down":
		m.steps.at = min(m.steps.at+1, len(ids)-1)
	case "k", "up":
		m.steps.at = max(m.steps.at-1, 0)
	case "1", "2", "3", "4", "5", "6", "7":
		for i, id := range ids {
			if s, _ := framework.StepByID(id); fmt.Sprint(s.N) == k {
				m.steps.at = i
			}
		}
		return m.goTo(ids[m.steps.at])
	case "enter":
		return m.goTo(ids[m.steps.at])
	case "esc", "q", "s":
		m.steps = nil
	}
	return nil
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
