package pane

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
)

// steps is the list of steps to jump to.
type steps struct{ at frame.Cursor }

// OpenSteps opens the list of steps, at the current one.
func (d *Deck) OpenSteps() {
	d.steps = &steps{at: frame.Cursor(slices.Index(d.s.State().StepIDs(), d.s.ID()))}
}

// stepBindings are the keys of the list of steps.
func (d *Deck) stepBindings() []frame.Binding {
	ids := d.s.State().StepIDs()
	var numbers []string
	for _, id := range ids {
		s, _ := framework.StepByID(id)
		numbers = append(numbers, strconv.Itoa(s.N))
	}
	choose := d.steps.at.Bindings(len(ids))
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "go to the step", Do: frame.Run(func() tea.Cmd { return d.goTo(ids[d.steps.at]) })},
		choose[0],
		{Keys: numbers, Does: "go to the step of that number", Do: func(msg tea.KeyMsg) tea.Cmd {
			return d.goTo(ids[slices.Index(numbers, msg.String())])
		}},
		{Keys: []string{"esc", "q", "s"}, Does: "back", Do: frame.Set(func() { d.steps = nil })},
	}, choose[1:]...)
}

// stepsView lists the steps with the question that each answers.
func (d *Deck) stepsView(w, h int) string {
	t := d.s.Theme()
	lines := []string{t.Title.Render("Go to a step"), ""}
	for i, id := range d.s.State().StepIDs() {
		s, _ := framework.StepByID(id)
		mark, style := "  ", t.Plain()
		if i == int(d.steps.at) {
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
	return frame.Box(strings.Join(lines, "\n"), w, h)
}
