package pane

import (
	"fmt"
	"strings"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
)

// railWidth is the width of steps and scope in the full layout.
const railWidth = 26

// Full says whether the rail is shown beside the panes.
func (d *Deck) Full() bool { return d.w >= frame.FullWidth && d.h >= frame.FullHeight-2 }

// The widths of a full layout with a second pane beside the one that is open.
const (
	asideFrom     = 160 // of the screen
	leastAside    = 44
	mostAside     = 80
	mainWithAside = 114 // what the open pane gets before the second one grows
)

// asideWidth is the width of the pane beside the open one, 0 where there is none.
func (d *Deck) asideWidth() int {
	if d.aside == nil || !d.Full() || d.w < asideFrom {
		return 0
	}
	return min(max(d.w-railWidth-mainWithAside, leastAside), mostAside)
}

// inner is the size of a pane.
func (d *Deck) inner() (w, h int) {
	if d.Full() {
		return d.w - railWidth - d.asideWidth() - 4, d.h - 4 // borders, the tabs and a blank line
	}
	return d.w - 4, d.h - 3
}

// View draws the screen.
func (d *Deck) View() string {
	w, h := d.inner()
	body := ""
	switch {
	case d.list != nil:
		body = d.list.view(d.s.Theme())
	default:
		body = d.panes[d.open].View()
	}
	if !d.Full() {
		return strings.Join([]string{d.heading(d.w - 2), " " + d.tabs(), "", indent(frame.Box(body, w, h), "  ")}, "\n")
	}
	step := d.s.Current()
	main := d.box(fmt.Sprintf("%d · %s", step.N, step.Title), d.tabs()+"\n\n"+body, w+4, d.h)
	view := beside(d.rail(), main)
	if wide := d.asideWidth(); wide > 0 {
		view = beside(view, d.asideBox(wide))
	}
	return view
}

// asideBox draws the pane beside the open one. What doesn't fit is in a pane of its own, which the last line names.
func (d *Deck) asideBox(w int) string {
	title, lines, whole := d.aside(d.panes[d.open], w-4)
	if room := d.h - 2; len(lines) > room {
		lines = append(lines[:room-1:room-1], d.s.Theme().Faint.Render("… the rest: "+whole))
	}
	return d.box(title, strings.Join(lines, "\n"), w, d.h)
}

// heading is the compact layout's line on the step: number, title and the step's own clock.
func (d *Deck) heading(w int) string {
	s := d.s.Current()
	left := " " + d.s.Theme().Title.Render(fmt.Sprintf("%d · %s", s.N, s.Title))
	right := d.s.StepClock(s.ID)
	gap := w - frame.Width(left) - frame.Width(right)
	return left + strings.Repeat(" ", max(gap, 1)) + d.s.Theme().Faint.Render(right)
}

// tabs names the panes; the open one is in brackets, so it can be recognized without color.
func (d *Deck) tabs() string {
	t := d.s.Theme()
	var parts []string
	for i, p := range d.panes {
		if i == d.open {
			parts = append(parts, t.Accent.Render("["+p.Name()+"]"))
		} else {
			parts = append(parts, t.Faint.Render(" "+p.Name()+" "))
		}
	}
	return strings.Join(parts, " ")
}

// rail draws the steps and the scope.
func (d *Deck) rail() string {
	t := d.s.Theme()
	st := d.s.State()
	var lines []string
	for _, id := range st.StepIDs() {
		s, _ := framework.StepByID(id)
		mark, style := " ", t.Plain()
		switch {
		case id == st.Step:
			mark, style = "▸", t.Accent
		case st.StepState(id).Done:
			mark = "✓"
		case st.StepState(id).Entered:
			mark = "·"
		}
		spent := ""
		if st.StepState(id).Entered || id == st.Step {
			spent = fmt.Sprintf("%dm", int(d.s.ElapsedIn(id).Minutes()))
		}
		lines = append(lines, style.Render(frame.Pad(fmt.Sprintf("%s %d %s", mark, s.N, s.Short), railWidth-8))+frame.Pad(spent, 4))
	}
	steps := d.box("Steps", strings.Join(lines, "\n"), railWidth, len(lines)+2)
	height := d.h - len(lines) - 2
	scope := d.s.Scope(railWidth-4, height-2)
	return steps + "\n" + d.box("Scope", strings.Join(scope, "\n"), railWidth, height)
}

// box draws a frame of w by h cells with a title in its upper edge.
func (d *Deck) box(title, content string, w, h int) string {
	b := d.s.Theme().Border
	title = frame.Fit(title, w-6)
	edge := " " + strings.Repeat("─", max(0, w-5-frame.Width(title))) + "╮"
	lines := []string{b.Render("╭─ ") + d.s.Theme().Title.Render(title) + b.Render(edge)}
	side := b.Render("│")
	for _, l := range strings.Split(frame.Box(content, w-4, h-2), "\n") {
		lines = append(lines, side+" "+l+" "+side)
	}
	return strings.Join(append(lines, b.Render("╰"+strings.Repeat("─", max(0, w-2))+"╯")), "\n")
}

// beside puts two blocks of the same height side by side.
func beside(left, right string) string {
	ls, rs := strings.Split(left, "\n"), strings.Split(right, "\n")
	for i := range ls {
		if i < len(rs) {
			ls[i] += rs[i]
		}
	}
	return strings.Join(ls, "\n")
}

func indent(s, by string) string { return by + strings.ReplaceAll(s, "\n", "\n"+by) }
