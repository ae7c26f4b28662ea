package frame

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

// Prompt is a one-line field at the bottom of a pane. It is open until its text is accepted or it is dismissed. A pane embeds it
// and so takes text while it is open.
type Prompt struct {
	theme draw.Theme
	field Field
	label string
	about string // what may be entered
	wrong string // why the text wasn't accepted; shown in place of about
	enter func(text string) tea.Cmd
	above []string // the lines between the rule and the field, as last laid out
}

// NewPrompt returns a prompt that is closed.
func NewPrompt(t draw.Theme) Prompt { return Prompt{theme: t, field: NewField(t, "", false)} }

// OpenPrompt opens and focuses the prompt. label is shown before the field, hint inside it while it is empty, and text is its
// initial content. Text that is entered and isn't blank goes to enter, which may call Refuse or ReopenPrompt.
func (p *Prompt) OpenPrompt(label, hint, text string, enter func(text string) tea.Cmd) {
	p.label, p.enter, p.about, p.wrong = label, enter, "", ""
	p.field.area.Placeholder = hint
	p.field.SetValue(text)
	p.field.Focus()
}

// Explain says above the field what may be entered.
func (p *Prompt) Explain(about string) { p.about = about }

// Refuse keeps the prompt open with the text that was entered, and says above the field what is wrong with it.
func (p *Prompt) Refuse(err error) {
	p.wrong = err.Error()
	p.field.Focus()
}

// Checked makes what OpenPrompt takes of a function that may refuse the text.
func (p *Prompt) Checked(enter func(text string) (tea.Cmd, error)) func(text string) tea.Cmd {
	return func(text string) tea.Cmd {
		cmd, err := enter(text)
		if err != nil {
			p.Refuse(err)
		}
		return cmd
	}
}

// ReopenPrompt focuses the prompt again, with the entered text still in it, so that it can be corrected.
func (p *Prompt) ReopenPrompt() { p.field.Focus() }

// TakesText says whether the prompt is open.
func (p *Prompt) TakesText() bool { return p.field.Focused() }

// IsModal says the same: while the prompt is open, only its own keys count.
func (p *Prompt) IsModal() bool { return p.field.Focused() }

// CloseModal closes the prompt.
func (p *Prompt) CloseModal() tea.Cmd {
	p.field.Blur()
	return nil
}

// PromptKeys are the bindings of an open prompt.
func (p *Prompt) PromptKeys() []Binding {
	return append([]Binding{
		{Keys: []string{"enter"}, Does: "done", Do: Run(p.entered)},
		{Keys: []string{"esc"}, Does: "leave the field", Do: Run(p.CloseModal)},
	}, p.field.Bindings(nil)...)
}

func (p *Prompt) entered() tea.Cmd {
	p.field.Blur()
	p.wrong = ""
	if text := strings.TrimSpace(p.field.Value()); text != "" {
		return p.enter(text)
	}
	return nil
}

// Update types a key that isn't bound into an open prompt.
func (p *Prompt) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyMsg); ok && p.TakesText() {
		p.field.Key(key)
	}
	return nil
}

// leastAbove is how many lines of the view above an open prompt stay visible.
const leastAbove = 3

// AbovePrompt lays out an open prompt and returns how many of h lines it leaves to the view above it.
func (p *Prompt) AbovePrompt(w, h int) int {
	if !p.TakesText() {
		return h
	}
	p.field.SetSize(w-Width(p.label)-3, 1)
	text, style := p.about, p.theme.Faint
	if p.wrong != "" {
		text, style = p.wrong, p.theme.Bad
	}
	p.above = nil
	if text != "" {
		p.above = Wrap(text, w)
	}
	if most := max(h-2-leastAbove, 1); len(p.above) > most {
		p.above = p.above[:most]
		p.above[most-1] = Fit(p.above[most-1], w-1) + "…"
	}
	for i := range p.above {
		p.above[i] = style.Render(p.above[i])
	}
	return h - 2 - len(p.above) // a rule and the field
}

// WithPrompt draws the prompt under a view of w cells and the lines that AbovePrompt left it, if it is open.
func (p *Prompt) WithPrompt(view string, w int) string {
	if !p.TakesText() {
		return view
	}
	lines := strings.Split(strings.TrimRight(p.field.View(), "\n"), "\n")
	rows := append([]string{view, p.theme.Border.Render(strings.Repeat("─", w))}, p.above...)
	return strings.Join(append(rows, p.theme.Accent.Render(p.label+": ")+lines[len(lines)-1]), "\n")
}
