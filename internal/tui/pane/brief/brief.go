// Package brief is the pane of what the interviewer says: the brief, the step's prompt and the transcript, with a prompt for
// clarifying questions.
package brief

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Options are what the pane needs from the screen around it.
type Options struct {
	Answer  func() tea.Cmd // opens the answer pane
	Compact func() bool    // the screen has no rail that shows the scope
}

// Pane is one tab of a session's screen.
type Pane struct {
	frame.Prompt
	s      *session.Session
	o      Options
	scroll frame.Scroll
	w, h   int
}

// New returns the pane for a session.
func New(s *session.Session, o Options) *Pane {
	return &Pane{s: s, o: o, Prompt: frame.NewPrompt(s.Theme())}
}

// Name is what the tab shows.
func (p *Pane) Name() string { return "Brief" }

// Enter shows a step from its first line.
func (p *Pane) Enter() { p.scroll.Top() }

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	if p.TakesText() {
		return p.PromptKeys()
	}
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "answer", Do: frame.Run(p.o.Answer)},
		{Keys: []string{"a", "f5"}, Does: "ask", Do: frame.Run(p.Ask)},
		{Keys: []string{"h", "f4"}, Does: "hint", Do: frame.Run(p.Hint)},
	}, p.scroll.Bindings()...)
}

// Ask opens the field for questions. It stays open for the next one.
func (p *Pane) Ask() tea.Cmd {
	p.OpenPrompt("ask", "your question to the interviewer", "", func(text string) tea.Cmd {
		cmd := p.s.Do(rehearse.Ask{Text: text})
		return tea.Batch(cmd, p.Ask())
	})
	p.End()
	return nil
}

// Hint asks the coach for the next hint.
func (p *Pane) Hint() tea.Cmd { return p.s.Do(rehearse.Hint{}) }

// End shows the end of the conversation, with what has just been said.
func (p *Pane) End() {
	p.SetSize(p.w, p.h)
	p.scroll.End()
}

// SetSize puts together what the interviewer has said.
func (p *Pane) SetSize(w, h int) {
	p.w, p.h = w, h
	p.scroll.Set(p.Lines(w), w, p.AbovePrompt(w, h))
}

// Lines are what the interviewer has said, in lines of w cells.
func (p *Pane) Lines(w int) []string {
	w = min(w, draw.ProseWidth)
	t := p.s.Theme()
	step := p.s.Current()
	lines := frame.Wrap(step.Question, w)
	for i := range lines {
		lines[i] = t.Strong.Render(lines[i])
	}
	lines = append(lines, "")
	if p.s.ID() == p.s.State().StepIDs()[0] {
		lines = append(lines, p.s.Prose(p.s.Case().Brief, w)...)
		lines = append(lines, "")
	}
	lines = append(lines, p.s.Prose(p.s.Step().Prompt, w)...)
	if p.o.Compact() {
		lines = append(lines, "", t.Title.Render("Scope"))
		lines = append(lines, p.s.ScopeLines(w)...)
	}
	if said := p.s.Transcript(); len(said) > 0 {
		lines = append(lines, "", t.Title.Render("Said since"))
		for _, l := range said {
			lines = append(lines, p.line(l, w)...)
		}
	}
	return lines
}

// line is one line of the conversation: who, and what, with what follows indented.
func (p *Pane) line(l rehearse.Line, w int) []string {
	t := p.s.Theme()
	who, style := "", t.Plain()
	switch l.Who {
	case session.You:
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

// View draws the pane.
func (p *Pane) View() string {
	return frame.Box(p.WithPrompt(p.scroll.View(p.s.Theme()), p.w), p.w, p.h)
}
