package walk

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// targets are what can be answered in this step: the prompt (""), curveballs, and the probes and follow-ups asked.
func (m *Model) targets() []string {
	out := append([]string{""}, m.state().Curveballs...)
	for _, p := range m.state().Probes {
		out = append(out, p.ID)
	}
	return out
}

// question is the text that to answers.
func (m *Model) question(to string) string {
	for _, p := range m.state().Probes {
		if p.ID == to {
			return p.Text
		}
	}
	if ball := m.s.Case().Curveball(to); ball != nil {
		return ball.Says
	}
	return m.s.Step().Prompt
}

// answerBindings are the keys of the pane.
func (m *Model) answerBindings() []frame.Binding {
	return []frame.Binding{
		{Keys: []string{"enter", "i"}, Does: "write", Do: frame.Run(m.write)},
		{Keys: []string{"p"}, Does: "be asked more", When: func() bool { return m.state().HasAnswer() }, Do: frame.Run(m.askMore)},
		{Keys: []string{"o"}, Does: "other question", When: func() bool { return len(m.targets()) > 1 }, Do: frame.Set(m.otherQuestion)},
	}
}

// otherQuestion turns to the next thing that can be answered.
func (m *Model) otherQuestion() {
	targets := m.targets()
	at := slices.Index(targets, m.to)
	m.answering(targets[(at+1)%len(targets)])
}

// askMore lets the interviewer ask a probe or a follow-up, and opens the field for its answer.
func (m *Model) askMore() tea.Cmd {
	before := len(m.state().Probes)
	cmd := m.do(rehearse.Probe{})
	probes := m.state().Probes
	if len(probes) == before {
		return cmd
	}
	m.answering(probes[len(probes)-1].ID)
	m.pane = answer
	return tea.Batch(cmd, m.write())
}

// answering turns the field to another question.
func (m *Model) answering(to string) {
	m.to = to
	m.writing.SetValue(m.s.Text(to))
}

// write gives the answer the keys; a session that is over only reads.
func (m *Model) write() tea.Cmd {
	if m.s.State().Ended {
		return frame.Send(frame.Note{Text: "this session is finished: nothing more can be written into it"})
	}
	m.writing.Focus()
	return nil
}

// layAnswer gives the field the room that the question leaves: the question takes a third at most and never pushes the
// field off the screen.
func (m *Model) layAnswer(w, h int) {
	q := len(m.questionLines(w, h))
	m.writing.SetSize(w, max(h-q-2, 3))
}

// questionLines is what is being answered, cut to a third of the height.
func (m *Model) questionLines(w, h int) []string {
	lines := frame.Wrap(strings.Join(strings.Fields(m.question(m.to)), " "), w)
	if most := max(h/3, 2); len(lines) > most {
		lines = lines[:most]
		lines[most-1] = frame.Fit(lines[most-1], w-22) + "…  (all of it: Brief)"
	}
	return lines
}

func (m *Model) viewAnswer(w, h int) string {
	t := m.o.Theme
	q := m.questionLines(w, h)
	for i := range q {
		q[i] = t.Faint.Render(q[i])
	}
	state := "enter: write"
	switch {
	case m.state().Revealed:
		state = "the reference is open: what you write now is kept and not scored"
	case m.writing.Focused():
		state = "writing; saved as you type"
	case m.s.Text(m.to) != "":
		state = "saved; enter: write on"
	}
	rule := "── " + frame.Fit(state, w-6) + " "
	rule += strings.Repeat("─", max(0, w-frame.Width(rule)))
	return frame.Box(strings.Join(q, "\n")+"\n"+t.Border.Render(rule)+"\n"+m.writing.View(), w, h)
}
