package pane

import (
	"fmt"
	"slices"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/tui/frame"
)

// overlay is a list in place of the open pane: the steps to jump to, or the whole scope.
type overlay struct {
	scroll   frame.Scroll
	bindings func() []frame.Binding
	layout   func(w, h int)
}

func (o *overlay) view(t draw.Theme) string { return o.scroll.View(t) }

// OpenScope shows all facts of the scope, which the rail may have no room for.
func (d *Deck) OpenScope() {
	o := &overlay{}
	close := frame.Binding{Keys: []string{"esc", "q", "S"}, Does: "back", Do: frame.Set(func() { d.list = nil })}
	o.bindings = func() []frame.Binding { return append([]frame.Binding{close}, o.scroll.Bindings()...) }
	o.layout = func(w, h int) {
		lines := []string{d.s.Theme().Title.Render("Scope: what the interviewer has told you"), ""}
		o.scroll.Set(append(lines, d.s.ScopeLines(min(w, draw.ProseWidth))...), w, h)
	}
	d.list = o
	d.layout()
}

// OpenSteps opens the list of steps, at the current one.
func (d *Deck) OpenSteps() {
	o := &overlay{}
	at := frame.Cursor(slices.Index(d.s.State().StepIDs(), d.s.ID()))
	o.bindings = func() []frame.Binding { return d.stepBindings(&at, &o.scroll) }
	o.layout = func(w, h int) {
		lines := d.stepLines(at, w)
		o.scroll.Set(lines, w, h)
		o.scroll.Follow(at, 2+2*int(at), 4+2*int(at))
	}
	d.list = o
	d.layout()
}

// stepBindings are the keys of the list of steps.
func (d *Deck) stepBindings(at *frame.Cursor, scroll *frame.Scroll) []frame.Binding {
	ids := d.s.State().StepIDs()
	var numbers []string
	for _, id := range ids {
		s, _ := framework.StepByID(id)
		numbers = append(numbers, strconv.Itoa(s.N))
	}
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "go to the step", Do: frame.Run(func() tea.Cmd { return d.goTo(ids[*at]) })},
		at.Move(len(ids)),
		{Keys: numbers, Does: "go to the step of that number", Do: func(msg tea.KeyMsg) tea.Cmd {
			return d.goTo(ids[slices.Index(numbers, msg.String())])
		}},
		{Keys: []string{"esc", "q", "s"}, Does: "back", Do: frame.Set(func() { d.list = nil })},
	}, scroll.PageBindings()...)
}

// stepLines lists the steps with the question that each answers.
func (d *Deck) stepLines(at frame.Cursor, w int) []string {
	t := d.s.Theme()
	lines := []string{t.Title.Render("Go to a step"), ""}
	for i, id := range d.s.State().StepIDs() {
		s, _ := framework.StepByID(id)
		mark, style := "  ", t.Plain()
		if i == int(at) {
			mark, style = "▸ ", t.Selected
		}
		done := " "
		if d.s.State().StepState(id).Done {
			done = "✓"
		}
		name := fmt.Sprintf("%s%s %d %s", mark, done, s.N, s.Title)
		lines = append(lines, style.Render(frame.Pad(name, min(w, 32)))+" "+t.Faint.Render(d.s.StepClock(id)))
		lines = append(lines, "      "+frame.Fit(s.Question, w-6))
	}
	return lines
}
