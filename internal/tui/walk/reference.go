package walk

import (
	"dryrun/internal/tui/frame"
)

// layReference shows the reference once it is open, and before that asks once.
func (m *Model) layReference(w, h int) {
	t := m.o.Theme
	step := m.s.Step()
	var lines []string
	if !m.state().Revealed {
		lines = frame.Wrap("The reference is a strong spoken answer to this step. What you write after opening it is kept, and not scored.", w)
		lines = append(lines, "")
		if m.confirm {
			lines = append(lines, t.Warn.Render("Open it now? ")+"y opens it, any other key doesn't.")
		} else {
			lines = append(lines, t.Accent.Render("v")+" opens it.")
		}
		m.scrolls[reference].Set(lines, w, h)
		return
	}
	lines = append(lines, m.texts.prose(step.Reference, w)...)
	if len(step.Pitfalls) > 0 {
		lines = append(lines, "", t.Title.Render("Pitfalls"))
		for _, p := range step.Pitfalls {
			lines = append(lines, bullets(p.Text, w)...)
		}
	}
	if len(step.Followups) > 0 {
		lines = append(lines, "", t.Title.Render("What may follow"))
		for _, f := range step.Followups {
			lines = append(lines, bullets(f.Ask, w)...)
			for _, l := range frame.Wrap(f.Answer, w-2) {
				lines = append(lines, "  "+t.Faint.Render(l))
			}
		}
	}
	m.scrolls[reference].Set(lines, w, h)
}

// bullets is a text as a list item.
func bullets(text string, w int) []string {
	lines := frame.Wrap(text, w-2)
	for i := range lines {
		if i == 0 {
			lines[i] = "· " + lines[i]
		} else {
			lines[i] = "  " + lines[i]
		}
	}
	return lines
}
