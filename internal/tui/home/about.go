package home

import (
	"fmt"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/safetext"
	"dryrun/internal/tui/frame"
)

// listWidth is the whole width, or half of it on a wide screen, more on a wider one, where the rest describes the chosen entry.
func (m *Model) listWidth() int {
	if m.w < frame.FullWidth || m.h < frame.FullHeight-2 {
		return m.w
	}
	const whole = 80 // what a session's line takes
	return max(m.w/2, min(m.w*3/5, whole))
}

// besideAbout puts the description of the chosen entry beside the list.
func (m *Model) besideAbout(list string) string {
	left := m.listWidth()
	lines := strings.Split(frame.Box(list, left, m.h), "\n")
	about := m.about(m.w - left - 5)
	bar := m.o.Theme.Border.Render("│")
	for i := range lines {
		lines[i] += " " + bar + "  "
		if i > 0 && i <= len(about) { // the list also starts one line down
			lines[i] += about[i-1]
		}
	}
	return strings.Join(lines, "\n")
}

// about describes the chosen entry: a case, or a session and its case.
func (m *Model) about(w int) []string {
	it, ok := m.at()
	if !ok {
		return nil
	}
	t := m.o.Theme
	c := it.entry
	var lines []string
	add := func(text string) { lines = append(lines, frame.Wrap(text, w)...) }
	if s := it.saved; s != nil {
		for _, l := range frame.Wrap(safetext.Line(s.Title), w) {
			lines = append(lines, t.Title.Render(l))
		}
		add(fmt.Sprintf("%s · %s · %s of work, last touched %s", s.Mode, stepWords(s.Step), frame.Minutes(s.Elapsed),
			ago(m.o.Clock.Now(), s.Updated)))
		if text := safetext.Line(strings.Join(strings.Fields(s.Text), " ")); text != "" {
			lines = append(lines, "", t.Faint.Render("You wrote last"))
			add("“" + cutWords(text, 6*w) + "”")
		}
		if c = m.caseOf(s.CaseID); c == nil {
			return lines
		}
		lines = append(lines, "")
	} else {
		lines = append(lines, t.Title.Render(frame.Fit(c.Title, w)))
		add(fmt.Sprintf("%s · %s · %d minutes", c.Domain, c.Difficulty, c.Minutes))
		lines = append(lines, "")
		add(strings.Join(strings.Fields(c.Brief), " "))
		if len(c.Tags) > 0 {
			lines = append(lines, "")
			add("Tags: " + strings.Join(c.Tags, ", "))
		}
		lines = append(lines, "")
	}
	lines = append(lines, m.stepTable(c, it.saved, w)...)
	if it.saved == nil {
		if last := m.last(c.ID); last != nil {
			lines = append(lines, "")
			add(fmt.Sprintf("Last session %s, %s.", ago(m.o.Clock.Now(), last.Updated), stepWords(last.Step)))
		}
	}
	return lines
}

// stepTable lists the steps with their minutes, and marks the current step of a session.
func (m *Model) stepTable(c *casestudies.Case, at *framework.Summary, w int) []string {
	var lines []string
	for _, s := range framework.Steps() {
		mark := "  "
		if at != nil && at.Step == s.ID {
			mark = "▸ "
		}
		minutes := int(framework.BudgetOf(s.ID, c.Minutes).Minutes())
		lines = append(lines, frame.Fit(fmt.Sprintf("%s%d %s %2d min", mark, s.N, frame.Pad(s.Title, min(24, w-14)), minutes), w))
	}
	return lines
}

// cutWords cuts a text to at most most characters.
func cutWords(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

func (m *Model) caseOf(id string) *casestudies.Case {
	for _, c := range m.o.Cases {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// last is the most recently used session of a case.
func (m *Model) last(id string) *framework.Summary {
	var last *framework.Summary
	for i := range m.saved {
		if s := &m.saved[i]; s.CaseID == id && (last == nil || s.Updated.After(last.Updated)) {
			last = s
		}
	}
	return last
}
