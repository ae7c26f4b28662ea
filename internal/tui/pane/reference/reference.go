// Package reference is the pane of the reference answer, which stays closed until the candidate confirms opening it.
package reference

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Pane is one tab of a session's screen.
type Pane struct {
	s      *session.Session
	scroll frame.Scroll
	asking bool // whether to open the reference
}

// New returns the pane for a session.
func New(s *session.Session) *Pane { return &Pane{s: s} }

// Name is what the tab shows.
func (p *Pane) Name() string { return "Reference" }

// Enter shows the reference of a step from its first line.
func (p *Pane) Enter() {
	p.asking = false
	p.scroll.Top()
}

// IsModal says that the pane is asking whether to open the reference.
func (p *Pane) IsModal() bool { return p.asking }

// CloseModal cancels the question.
func (p *Pane) CloseModal() tea.Cmd {
	p.asking = false
	return nil
}

// IsOpened says whether the reference of the step is open.
func (p *Pane) IsOpened() bool { return p.s.Here().Revealed }

// Ask asks whether to open the reference, if it isn't.
func (p *Pane) Ask() tea.Cmd {
	p.asking = !p.IsOpened()
	return nil
}

// Update takes any key but yes as no.
func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(tea.KeyMsg); ok {
		p.asking = false
	}
	return nil
}

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	if p.asking {
		return []frame.Binding{
			{Keys: []string{"y", "enter"}, Does: "open the reference", Do: frame.Run(func() tea.Cmd {
				p.asking = false
				return p.s.Do(rehearse.Reveal{})
			})},
			{Keys: []string{"esc"}, Does: "not yet", Do: frame.Run(p.CloseModal)},
		}
	}
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "open the reference", When: func() bool { return !p.IsOpened() }, Do: frame.Run(p.Ask)},
	}, p.scroll.Bindings()...)
}

// View draws the pane.
func (p *Pane) View() string { return p.scroll.View(p.s.Theme()) }

// SetSize shows the reference once it is open, and before that how to open it.
func (p *Pane) SetSize(w, h int) {
	t := p.s.Theme()
	var lines []string
	if !p.s.Here().Revealed {
		const what = "The reference is a strong spoken answer to this step. What you write after opening it is kept, and not scored."
		lines = frame.Wrap(what, min(w, draw.ProseWidth))
		lines = append(lines, "")
		if p.asking {
			lines = append(lines, t.Warn.Render("Open it now? ")+"y opens it, any other key doesn't.")
		} else {
			lines = append(lines, t.Accent.Render("v")+" opens it.")
		}
		p.scroll.Set(lines, w, h)
		return
	}
	p.scroll.Set(p.Lines(w), w, h)
}

// Lines are the reference with what goes wrong and what may follow, in lines of w cells.
func (p *Pane) Lines(w int) []string {
	w = min(w, draw.ProseWidth)
	t, step := p.s.Theme(), p.s.Step()
	lines := slices.Clone(p.s.Prose(step.Reference, w))
	if len(step.Pitfalls) > 0 {
		lines = append(lines, "", t.Title.Render("Pitfalls"))
		for _, p := range step.Pitfalls {
			lines = append(lines, frame.Bullet(p.Text, w)...)
		}
	}
	if len(step.Followups) > 0 {
		lines = append(lines, "", t.Title.Render("What may follow"))
		for _, f := range step.Followups {
			lines = append(lines, frame.Bullet(f.Ask, w)...)
			for _, l := range frame.Wrap(f.Answer, w-2) {
				lines = append(lines, "  "+t.Faint.Render(l))
			}
		}
	}
	return lines
}
