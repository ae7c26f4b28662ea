package frame

import (
	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
)

// Cursor is the chosen index of a list.
type Cursor int

// Bindings are the keys that move the cursor in a list of n.
func (c *Cursor) Bindings(n int) []Binding {
	do := func(msg tea.KeyMsg) tea.Cmd { c.key(msg.String(), n); return nil }
	return []Binding{
		c.Move(n),
		{Keys: []string{"pgdown", "ctrl+d", "pgup", "ctrl+u"}, Does: "five down, or up", Quiet: true, Do: do},
		{Keys: []string{"g", "home", "G", "end"}, Does: "to the first, or the last", Quiet: true, Do: do},
	}
}

// Move is the binding that moves the cursor by one, for a view whose other keys scroll it.
func (c *Cursor) Move(n int) Binding {
	do := func(msg tea.KeyMsg) tea.Cmd { c.key(msg.String(), n); return nil }
	return Binding{Keys: []string{"j", "k", "down", "up"}, Lead: 2, Does: "choose", Do: do}
}

func (c *Cursor) key(key string, n int) {
	const page = 5
	switch key {
	case "up", "k":
		*c--
	case "down", "j":
		*c++
	case "home", "g":
		*c = 0
	case "end", "G":
		*c = Cursor(n - 1)
	case "pgdown", "ctrl+d":
		*c += page
	case "pgup", "ctrl+u":
		*c -= page
	}
	c.Clamp(n)
}

// Next moves the cursor one down in a list of n.
func (c *Cursor) Next(n int) { *c++; c.Clamp(n) }

// Clamp keeps the cursor inside a list of n.
func (c *Cursor) Clamp(n int) { *c = max(0, min(*c, Cursor(n-1))) }

// Entry draws one entry of a list in w cells: a name, marked if it is chosen, and a description.
func Entry(t draw.Theme, name, about string, chosen bool, w int) string {
	mark, style := "  ", t.Plain()
	if chosen {
		mark, style = "▸ ", t.Selected
	}
	wide := min(28, max(20, w/3-1), max(w-Width(about)-8, 12))
	return "  " + style.Render(mark+Pad(name, wide)) + "  " + t.Faint.Render(Fit(about, w-wide-8))
}
