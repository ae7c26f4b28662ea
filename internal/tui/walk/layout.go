package walk

import (
	"fmt"
	"strings"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
)

// railWidth is the width of steps and scope in the full layout.
const railWidth = 26

func (m *Model) full() bool { return m.w >= frame.FullWidth && m.h >= frame.FullHeight-2 }

// inner is the size of a pane's content.
func (m *Model) inner() (w, h int) {
	if m.full() {
		return m.w - railWidth - 4, m.h - 4 // borders, the tabs and a blank line
	}
	return m.w - 4, m.h - 3
}

// layout puts the open pane's lines together. It runs after every message, so that View only prints.
func (m *Model) layout() {
	if m.w == 0 {
		return
	}
	w, h := m.inner()
	switch m.pane {
	case brief:
		m.layBrief(w, h)
	case answer:
		m.layAnswer(w, h)
	case decide:
		m.layDecide(w, h)
	case labs:
		m.layLab(w, h)
	case reference:
		m.layReference(w, h)
	case score:
		m.layScore(w, h)
	}
}

// View draws the screen.
func (m *Model) View() string {
	w, h := m.inner()
	body := m.paneView(w, h)
	if m.steps != nil {
		body = m.stepsView(w, h)
	}
	if !m.full() {
		return strings.Join([]string{m.heading(m.w - 2), " " + m.tabs(), "", indent(frame.Box(body, w, h), "  ")}, "\n")
	}
	content := m.tabs() + "\n\n" + body
	main := m.box(fmt.Sprintf("%d · %s", m.current().N, m.current().Title), content, m.w-railWidth, m.h)
	return beside(m.rail(), main)
}

// paneView draws the open pane.
func (m *Model) paneView(w, h int) string {
	switch m.pane {
	case brief:
		return m.viewBrief(w, h)
	case answer:
		return m.viewAnswer(w, h)
	case decide:
		return m.viewDecide(w, h)
	case labs:
		return m.viewLab(w, h)
	}
	return m.scrolls[m.pane].View(m.o.Theme)
}

// heading is the compact layout's line on the step: number, title and the step's own clock.
func (m *Model) heading(w int) string {
	s := m.current()
	left := " " + m.o.Theme.Title.Render(fmt.Sprintf("%d · %s", s.N, s.Title))
	right := m.stepClock(s.ID)
	gap := w - frame.Width(left) - frame.Width(right)
	return left + strings.Repeat(" ", max(gap, 1)) + m.o.Theme.Faint.Render(right)
}

// stepClock is the time spent in a step beside its minutes of the interview.
func (m *Model) stepClock(id framework.StepID) string {
	st := m.s.State()
	spent := st.StepState(id).Elapsed
	if id == st.Step {
		_, spent = st.Now(m.now)
	}
	budget := framework.BudgetOf(id, st.Started.Minutes)
	return fmt.Sprintf("%dm of %dm", int(spent.Minutes()), int(budget.Minutes()))
}

// tabs names the panes; the open one stands in brackets, so that it is seen without colour.
func (m *Model) tabs() string {
	t := m.o.Theme
	var parts []string
	for p := range panes {
		if p == m.pane {
			parts = append(parts, t.Accent.Render("["+p.String()+"]"))
		} else {
			parts = append(parts, t.Faint.Render(" "+p.String()+" "))
		}
	}
	return strings.Join(parts, " ")
}

// rail draws the steps and the scope.
func (m *Model) rail() string {
	t := m.o.Theme
	st := m.s.State()
	var lines []string
	for _, id := range st.StepIDs() {
		s, _ := framework.StepByID(id)
		mark, style := " ", t.Plain()
		switch {
		case id == st.Step:
			mark, style = "▸", t.Accent
		case st.StepState(id).Done:
			mark = "✓"
		case st.StepState(id).Entered:
			mark = "·"
		}
		spent := ""
		if st.StepState(id).Entered || id == st.Step {
			elapsed := st.StepState(id).Elapsed
			if id == st.Step {
				_, elapsed = st.Now(m.now)
			}
			spent = fmt.Sprintf("%dm", int(elapsed.Minutes()))
		}
		lines = append(lines, style.Render(frame.Pad(fmt.Sprintf("%s %d %s", mark, s.N, s.Short), railWidth-8))+frame.Pad(spent, 4))
	}
	steps := m.box("Steps", strings.Join(lines, "\n"), railWidth, len(lines)+2)
	height := m.h - len(lines) - 2
	scope := m.scope(railWidth-4, height-2)
	return steps + "\n" + m.box("Scope", strings.Join(scope, "\n"), railWidth, height)
}

// scope lists the released facts, the newest at the end and kept visible.
func (m *Model) scope(w, h int) []string {
	var lines []string
	for _, id := range m.s.State().Facts {
		if f := m.s.Case().Fact(id); f != nil {
			for i, l := range frame.Wrap(f.Short, w-2) {
				if i == 0 {
					lines = append(lines, "· "+l)
				} else {
					lines = append(lines, "  "+l)
				}
			}
		}
	}
	if len(lines) == 0 {
		return frame.Wrap("Nothing yet. Ask the interviewer: a good question brings a fact.", w)
	}
	if len(lines) > h && h > 1 {
		lines = append([]string{"…"}, lines[len(lines)-h+1:]...)
	}
	return lines
}

// box draws a frame of w by h cells with a title in its upper edge.
func (m *Model) box(title, content string, w, h int) string {
	b := m.o.Theme.Border
	title = frame.Fit(title, w-6)
	lines := []string{b.Render("╭─ ") + m.o.Theme.Title.Render(title) + b.Render(" "+strings.Repeat("─", max(0, w-5-frame.Width(title)))+"╮")}
	side := b.Render("│")
	for _, l := range strings.Split(frame.Box(content, w-4, h-2), "\n") {
		lines = append(lines, side+" "+l+" "+side)
	}
	return strings.Join(append(lines, b.Render("╰"+strings.Repeat("─", max(0, w-2))+"╯")), "\n")
}

// beside puts two blocks of the same height side by side.
func beside(left, right string) string {
	ls, rs := strings.Split(left, "\n"), strings.Split(right, "\n")
	for i := range ls {
		if i < len(rs) {
			ls[i] += rs[i]
		}
	}
	return strings.Join(ls, "\n")
}

func indent(s, by string) string { return by + strings.ReplaceAll(s, "\n", "\n"+by) }

// stepList is the list of steps to jump to.
type stepList struct{ at frame.Cursor }

func (m *Model) openSteps() {
	m.steps = &stepList{}
	for i, id := range m.s.State().StepIDs() {
		if id == m.step() {
			m.steps.at = frame.Cursor(i)
		}
	}
}
