package frame

import "dryrun/internal/draw"

// Cursor is the chosen place of a list. Its zero value is the first.
type Cursor int

// Key moves the cursor in a list of n by a key.
func (c *Cursor) Key(key string, n int) {
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
	case "pgdown":
		*c += page
	case "pgup":
		*c -= page
	}
	c.Within(n)
}

// Within keeps the cursor in a list of n.
func (c *Cursor) Within(n int) { *c = max(0, min(*c, Cursor(n-1))) }

// Entry draws a line of a list, w wide: the name, marked where it is chosen, and what there is to say about it.
func Entry(t draw.Theme, name, about string, chosen bool, w int) string {
	mark, style := "  ", t.Plain()
	if chosen {
		mark, style = "▸ ", t.Selected
	}
	wide := min(28, max(20, w/3-1))
	return "  " + style.Render(mark+Pad(name, wide)) + "  " + t.Faint.Render(Fit(about, w-wide-8))
}
