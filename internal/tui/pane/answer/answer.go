// Package answer is the pane where the candidate writes an answer to the prompt, a probe, a follow-up or a curveball. It is saved
// as it is typed.
package answer

import (
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Options are what the pane needs from the screen around it.
type Options struct {
	Show   func()          // opens the pane
	Editor string          // a command line; "" where none may be run
	Ctx    context.Context // ends the editor
}

// Pane is one tab of a session's screen.
type Pane struct {
	s       *session.Session
	o       Options
	writing frame.Field
	scroll  frame.Scroll // of question and answer while the field is closed
	to      string       // the question being answered: "" for the prompt, or the id of a probe, a follow-up or a curveball
	w, h    int
}

// hint is shown where nothing is written yet.
const hint = "Say what you would say aloud. Bullets are fine. Everything is saved as you type."

// New returns the pane for a session.
func New(s *session.Session, o Options) *Pane {
	return &Pane{s: s, o: o, writing: frame.NewField(s.Theme(), hint, true)}
}

// Name is what the tab shows.
func (p *Pane) Name() string { return "Answer" }

// Enter starts a step with the answer to its prompt.
func (p *Pane) Enter() { p.answering("") }

// TakesText says whether the field has focus.
func (p *Pane) TakesText() bool { return p.writing.Focused() }

// IsModal says the same.
func (p *Pane) IsModal() bool { return p.writing.Focused() }

// CloseModal leaves the field and commits the answer, so that nothing is lost.
func (p *Pane) CloseModal() tea.Cmd {
	p.writing.Blur()
	_, given := p.s.Here().Answer(p.to)
	if text := p.writing.Value(); given || strings.TrimSpace(text) != "" {
		return p.s.Do(rehearse.Answer{To: p.to, Text: text})
	}
	return nil
}

// Update types into the field, and takes back what an editor wrote.
func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if p.writing.Focused() && p.writing.Key(msg) {
			return p.written()
		}
	case editorReady:
		return p.openEditor(msg)
	case edited:
		return p.edited(msg)
	}
	return nil
}

// written saves what has been typed.
func (p *Pane) written() tea.Cmd { return p.s.Do(rehearse.Draft{To: p.to, Text: p.writing.Value()}) }

// targets are the questions of this step: the prompt (""), curveballs, and the probes and follow-ups asked so far.
func (p *Pane) targets() []string {
	out := append([]string{""}, p.s.Here().Curveballs...)
	for _, p := range p.s.Here().Probes {
		out = append(out, p.ID)
	}
	return out
}

// question is the text of the question that to names.
func (p *Pane) question(to string) string {
	for _, p := range p.s.Here().Probes {
		if p.ID == to {
			return p.Text
		}
	}
	if ball := p.s.Case().Curveball(to); ball != nil {
		return ball.Says
	}
	return p.s.Step().Prompt
}

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	if p.writing.Focused() {
		done := frame.Binding{Keys: []string{"esc"}, Does: "done", Do: frame.Run(p.CloseModal)}
		return append([]frame.Binding{done}, p.writing.Bindings(p.written)...)
	}
	return append([]frame.Binding{
		{Keys: []string{"enter", "i"}, Does: "write", Do: frame.Run(p.Write)},
		{Keys: []string{"p"}, Does: "get a follow-up", When: func() bool { return p.s.Here().HasAnswer() }, Do: frame.Run(p.askMore)},
		{Keys: []string{"o"}, Does: "another question", When: func() bool { return len(p.targets()) > 1 }, Do: frame.Set(p.otherQuestion)},
	}, p.scroll.Bindings()...)
}

// otherQuestion switches to the next question that can be answered.
func (p *Pane) otherQuestion() {
	targets := p.targets()
	at := slices.Index(targets, p.to)
	p.answering(targets[(at+1)%len(targets)])
}

// askMore has the interviewer ask a probe or a follow-up, and opens the field for the answer.
func (p *Pane) askMore() tea.Cmd {
	before := len(p.s.Here().Probes)
	cmd := p.s.Do(rehearse.Probe{})
	probes := p.s.Here().Probes
	if len(probes) == before {
		return cmd
	}
	p.answering(probes[len(probes)-1].ID)
	p.o.Show()
	return tea.Batch(cmd, p.Write())
}

// answering switches the field to the answer to another question.
func (p *Pane) answering(to string) {
	p.to = to
	p.scroll.Top()
	p.writing.SetValue(p.s.Text(to))
}

// Write focuses the field, unless the session has ended and is read-only.
func (p *Pane) Write() tea.Cmd {
	if p.s.State().Ended {
		return frame.Send(frame.Note{Text: "this session is finished: nothing more can be written into it"})
	}
	p.writing.Focus()
	return nil
}

// SetSize lays the pane out. While the field is open the question takes at most a third of the height, so that it never pushes the
// field off the screen; otherwise question and answer are whole, and scroll.
func (p *Pane) SetSize(w, h int) {
	p.w, p.h = w, h
	if p.writing.Focused() {
		q := len(p.questionLines(w, h))
		p.writing.SetSize(min(w, draw.ProseWidth), max(h-q-2, 3))
		return
	}
	t := p.s.Theme()
	lines := p.wholeQuestion(w)
	for i := range lines {
		lines[i] = t.Faint.Render(lines[i])
	}
	lines = append(lines, p.rule(w))
	if text := p.writing.Value(); strings.TrimSpace(text) != "" {
		lines = append(lines, frame.Wrap(text, min(w, draw.ProseWidth))...)
	} else {
		lines = append(lines, t.Faint.Render(frame.Fit(hint, w)))
	}
	p.scroll.Set(lines, w, h)
}

// wholeQuestion is the question in lines of w cells.
func (p *Pane) wholeQuestion(w int) []string {
	return frame.Wrap(strings.Join(strings.Fields(p.question(p.to)), " "), min(w, draw.ProseWidth))
}

// questionLines is the question, cut to a third of the height.
func (p *Pane) questionLines(w, h int) []string {
	lines := p.wholeQuestion(w)
	if most := max(h/3, 2); len(lines) > most {
		lines = lines[:most]
		lines[most-1] = frame.Fit(lines[most-1], w-22) + "…  (esc shows it all)"
	}
	return lines
}

// Lines are what is written in this step, in lines of w cells: the answer to the prompt, then those to what was asked after it.
func (p *Pane) Lines(w int) []string {
	t := p.s.Theme()
	var lines []string
	for _, to := range p.targets() {
		text := p.s.Text(to)
		if strings.TrimSpace(text) == "" {
			continue
		}
		if to != "" {
			lines = append(lines, "")
			for _, l := range frame.Wrap(p.question(to), min(w, draw.ProseWidth)) {
				lines = append(lines, t.Faint.Render(l))
			}
		}
		lines = append(lines, frame.Wrap(text, min(w, draw.ProseWidth))...)
	}
	if len(lines) == 0 {
		return []string{t.Faint.Render("Nothing is written yet.")}
	}
	return lines
}

// rule is the line between question and answer, which says what state the answer is in.
func (p *Pane) rule(w int) string {
	state := "enter: write"
	switch {
	case p.s.Here().Revealed:
		state = "the reference is open: what you write now is saved but not scored"
	case p.writing.Focused():
		state = "writing; saved as you type"
	case p.s.Text(p.to) != "":
		state = "saved; enter: edit"
	}
	rule := "── " + frame.Fit(state, w-6) + " "
	return p.s.Theme().Border.Render(rule + strings.Repeat("─", max(0, w-frame.Width(rule))))
}

// View draws the pane.
func (p *Pane) View() string {
	if !p.writing.Focused() {
		return p.scroll.View(p.s.Theme())
	}
	t := p.s.Theme()
	q := p.questionLines(p.w, p.h)
	for i := range q {
		q[i] = t.Faint.Render(q[i])
	}
	return frame.Box(strings.Join(q, "\n")+"\n"+p.rule(p.w)+"\n"+p.writing.View(), p.w, p.h)
}
