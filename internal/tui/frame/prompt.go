package frame

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

// Prompt is a field of one line at the foot of a pane, open until its text is entered or it is left.
type Prompt struct {
	theme draw.Theme
	field Field
	label string
	enter func(text string) tea.Cmd
}

// NewPrompt returns a prompt that is closed.
func NewPrompt(t draw.Theme) Prompt { return Prompt{theme: t, field: NewField(t, "", false)} }

// Open gives the prompt the keys: label stands before the field, hint in it while it is empty, text is its first content.
// What is entered, if it isn't blank, goes to enter, which may call Reopen.
func (p *Prompt) Open(label, hint, text string, enter func(text string) tea.Cmd) {
	p.label, p.enter = label, enter
	p.field.area.Placeholder = hint
	p.field.SetValue(text)
	p.field.Focus()
}

// Reopen gives the prompt the keys again, with the text that was entered still in it, to be corrected.
func (p *Prompt) Reopen() { p.field.Focus() }

// IsOpen says whether the prompt has the keys.
func (p *Prompt) IsOpen() bool { return p.field.Focused() }

// Close takes the keys away.
func (p *Prompt) Close() { p.field.Blur() }

// Bindings are the keys of an open prompt.
func (p *Prompt) Bindings() []Binding {
	return append([]Binding{
		{Keys: []string{"enter"}, Does: "done", Do: Run(p.entered)},
		{Keys: []string{"esc"}, Does: "leave the field", Do: Set(p.Close)},
	}, p.field.Bindings(nil)...)
}

func (p *Prompt) entered() tea.Cmd {
	p.Close()
	if text := strings.TrimSpace(p.field.Value()); text != "" {
		return p.enter(text)
	}
	return nil
}

// Key types a key that isn't bound.
func (p *Prompt) Key(msg tea.KeyMsg) {
	if p.IsOpen() {
		p.field.Key(msg)
	}
}

// Fit sets the prompt's width and returns how many of h lines an open one leaves to the view above it.
func (p *Prompt) Fit(w, h int) int {
	if !p.IsOpen() {
		return h
	}
	p.field.SetSize(w-Width(p.label)-3, 1)
	return h - 2 // a rule and the field
}

// Under draws the prompt under a view of w cells and the lines that Fit left it, if it is open.
func (p *Prompt) Under(view string, w int) string {
	if !p.IsOpen() {
		return view
	}
	lines := strings.Split(strings.TrimRight(p.field.View(), "\n"), "\n")
	rule := p.theme.Border.Render(strings.Repeat("─", w))
	return view + "\n" + rule + "\n" + p.theme.Accent.Render(p.label+": ") + lines[len(lines)-1]
}
