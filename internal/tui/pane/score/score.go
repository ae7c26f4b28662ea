// Package score is the pane where candidates mark their answer and see the step's result and the session's scorecard.
package score

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Pane is one tab of a session's screen.
type Pane struct {
	s       *session.Session
	scroll  frame.Scroll
	mark    frame.Cursor // a criterion
	words   bool         // all the quotes of a suggestion are shown
	explain bool         // the criterion is shown in full
	card    bool         // the session's scorecard is shown instead of the step
	ending  bool         // the key that finishes the session has been pressed once
}

// New returns the pane for a session.
func New(s *session.Session) *Pane { return &Pane{s: s} }

// Name is what the tab shows.
func (p *Pane) Name() string { return "Score" }

// Enter shows a step from its first criterion.
func (p *Pane) Enter() {
	*p = Pane{s: p.s}
}

// ShowCard shows the scorecard of the session.
func (p *Pane) ShowCard() {
	p.card = true
	p.scroll.Top()
}

// KeyPressed cancels finishing the session unless the second key is the same as the first.
func (p *Pane) KeyPressed(key string) {
	if key != "f" {
		p.ending = false
	}
}

// Update does nothing: the pane has no field and no commands of its own.
func (p *Pane) Update(tea.Msg) tea.Cmd { return nil }

// View draws the pane.
func (p *Pane) View() string { return p.scroll.View(p.s.Theme()) }

// marking says whether the step can be marked now. The criteria give the answer away, so the reference must be open.
func (p *Pane) marking() bool {
	return !p.s.Hidden(rehearse.Scores) && p.s.Here().Revealed && p.s.Here().HasAnswer()
}

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	card := frame.Binding{Keys: []string{"c"}, Does: "scorecard", Do: frame.Set(func() { p.card = !p.card; p.scroll.Top() })}
	if p.card {
		card.Does = "this step"
		return append([]frame.Binding{
			card,
			{Keys: []string{"f"}, Does: "finish the session", When: func() bool { return !p.s.State().Ended }, Do: frame.Run(p.finish)},
		}, p.scroll.Bindings()...)
	}
	criteria := p.s.Rubric()[p.s.ID()]
	if !p.marking() || len(criteria) == 0 {
		return append([]frame.Binding{card}, p.scroll.Bindings()...)
	}
	p.mark.Clamp(len(criteria))
	under := criteria[p.mark].ID
	choose := p.mark.Bindings(len(criteria))
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "take the suggestion", Do: frame.Run(func() tea.Cmd { return p.takeSuggestion(under, len(criteria)) })},
		{Keys: []string{"0", "h", "1"}, Lead: 3, Does: "mark", Do: func(msg tea.KeyMsg) tea.Cmd {
			marks := map[string]framework.Mark{"0": framework.None, "h": framework.Half, "1": framework.Full}
			return p.give(under, marks[msg.String()], len(criteria))
		}},
		{Keys: []string{"w"}, Does: "more words", When: func() bool { return p.quotes(under) > 1 }, Do: frame.Set(func() { p.words = !p.words })},
		{Keys: []string{"?"}, Does: "criterion", Do: frame.Set(func() { p.explain = !p.explain })},
		choose[0],
		card,
	}, choose[1:]...)
}

// finish ends the session when its key is pressed a second time.
func (p *Pane) finish() tea.Cmd {
	if !p.ending {
		p.ending = true
		return frame.Send(frame.Note{Text: "f again finishes the session for good; it stays in review"})
	}
	p.ending = false
	return p.s.Do(rehearse.End{})
}

// takeSuggestion marks a criterion as the coach suggests.
func (p *Pane) takeSuggestion(criterion string, of int) tea.Cmd {
	for _, s := range p.s.Suggestions(p.s.ID()) {
		if s.Criterion == criterion {
			return p.give(criterion, s.Mark, of)
		}
	}
	return nil
}

// quotes counts the quotes that support the coach's suggestion for a criterion.
func (p *Pane) quotes(criterion string) int {
	for _, s := range p.s.Suggestions(p.s.ID()) {
		if s.Criterion == criterion {
			return len(s.Quotes)
		}
	}
	return 0
}

// give marks a criterion and moves to the next one.
func (p *Pane) give(criterion string, mark framework.Mark, of int) tea.Cmd {
	cmd := p.s.Do(rehearse.Mark{Criterion: criterion, Mark: mark})
	p.mark.Next(of)
	return cmd
}

// SetSize lists the criteria with marks and suggestions, and under them what the step came to.
func (p *Pane) SetSize(w, h int) {
	if p.card {
		p.scroll.Set(p.scorecard(w), w, h)
		return
	}
	r := p.s.Debrief(p.s.ID())
	var lines []string
	if !p.marking() {
		why := "Answer the step and open the reference (v): then you mark yourself here, against its criteria."
		if !r.Hidden {
			lines = append(frame.Wrap(why, w), "")
		}
		lines = append(lines, p.summary(narrate.StepResult(r), w)...)
		p.scroll.Set(lines, w, h)
		return
	}
	lines = append(lines, frame.Wrap("Mark your own answer. The coach can't judge a reason that the case doesn't foresee.", w)...)
	lines = append(lines, "")
	at := 0
	for i, c := range r.Criteria {
		if i == int(p.mark) {
			at = len(lines)
		}
		lines = append(lines, p.criterion(i, c, w)...)
	}
	if r.Marked() > 0 {
		lines = append(lines, "")
		lines = append(lines, p.summary(narrate.StepResult(r), w)...)
	}
	p.scroll.Set(lines, w, h)
	if r.Marked() < len(r.Criteria) || int(p.mark) < len(r.Criteria)-1 {
		p.scroll.Show(min(at+5, len(lines)-1))
		p.scroll.Show(at)
	}
}

// checkbox is a mark as it is written in front of a criterion.
func checkbox(c rehearse.CriterionResult) string {
	if !c.Marked {
		return "[ ]"
	}
	if c.Self == framework.Half {
		return "[½]"
	}
	return "[" + c.Self.String() + "]"
}

// criterion draws one criterion: mark, text, the coach's suggestion; under the cursor also the quotes that support it.
func (p *Pane) criterion(i int, c rehearse.CriterionResult, w int) []string {
	t := p.s.Theme()
	here := i == int(p.mark)
	lead, style := "  ", t.Plain()
	if here {
		lead, style = "▸ ", t.Accent
	}
	coach := "coach: " + c.Suggestion.Mark.String()
	lines := frame.Wrap(c.Text, w-10-len(coach))
	for j := range lines {
		if j > 0 {
			lines[j] = "        " + lines[j]
			continue
		}
		text := frame.Pad(lines[j], w-10-len(coach))
		lines[j] = style.Render(lead+checkbox(c)) + "   " + text + "  " + t.Faint.Render(coach)
	}
	if c.Unsupported {
		lines = append(lines, "        "+t.Warn.Render("unsupported: no words of yours support this mark"))
	}
	if !here {
		return lines
	}
	add := func(text string) {
		for _, l := range frame.Wrap(text, w-8) {
			lines = append(lines, "        "+t.Faint.Render(l))
		}
	}
	quotes := c.Suggestion.Quotes
	if !p.words && len(quotes) > 1 {
		quotes = quotes[:1]
	}
	for _, q := range quotes {
		add("“" + q + "”")
	}
	if len(quotes) < len(c.Suggestion.Quotes) {
		add(fmt.Sprintf("(w: %d more)", len(c.Suggestion.Quotes)-len(quotes)))
	}
	if c.Suggestion.Note != "" {
		add("(" + c.Suggestion.Note + ")")
	}
	if p.explain {
		add(fmt.Sprintf("Expected from %s on; weight %d of 5.", c.Level, c.Weight))
		add("An interviewer would probe: " + c.Probe)
		add("Stronger: " + c.Stronger)
	}
	return lines
}

// summary draws a result.
func (p *Pane) summary(blocks []report.Block, w int) []string {
	return strings.Split(draw.Summary(blocks, draw.Options{Theme: p.s.Theme(), Width: w}), "\n")
}

// scorecard is the session so far, step by step.
func (p *Pane) scorecard(w int) []string {
	lines := p.summary(narrate.Scorecard(p.s.Result()), w)
	if p.s.State().Ended {
		lines = append(lines, "", "This session is finished. q leaves; review keeps it.")
	}
	return lines
}
