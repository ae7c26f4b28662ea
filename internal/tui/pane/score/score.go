// Package score is the pane in which the candidate marks the answer, sees what the step came to, and the scorecard of the
// session.
package score

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Pane is the pane.
type Pane struct {
	s       *session.Session
	scroll  frame.Scroll
	mark    frame.Cursor // a criterion
	words   bool         // all the words that a suggestion rests on are shown
	explain bool         // the criterion is shown in full
	card    bool         // the session's scorecard is shown instead of the step
	ending  bool         // finishing the session waits for its second key
}

// New returns the pane.
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

// Pressed ends the wait for the second key that finishes the session, unless it is that one.
func (p *Pane) Pressed(key string) {
	if key != "f" {
		p.ending = false
	}
}

// Update has nothing to take.
func (p *Pane) Update(tea.Msg) tea.Cmd { return nil }

// View draws the pane.
func (p *Pane) View() string { return p.scroll.View(p.s.Theme()) }

// marking says whether the step can be marked now: its criteria say what is looked for, so the reference comes first.
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
	p.mark.Within(len(criteria))
	under := criteria[p.mark].ID
	choose := p.mark.Bindings(len(criteria))
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "take the suggestion", Do: frame.Run(func() tea.Cmd { return p.takeSuggestion(under, len(criteria)) })},
		{Keys: []string{"0", "h", "1"}, Lead: 3, Does: "mark", Do: func(msg tea.KeyMsg) tea.Cmd {
			marks := map[string]framework.Mark{"0": framework.None, "h": framework.Half, "1": framework.Full}
			return p.give(under, marks[msg.String()], len(criteria))
		}},
		{Keys: []string{"w"}, Does: "words", When: func() bool { return p.quotes(under) > 1 }, Do: frame.Set(func() { p.words = !p.words })},
		{Keys: []string{"?"}, Does: "criterion", Do: frame.Set(func() { p.explain = !p.explain })},
		choose[0],
		card,
	}, choose[1:]...)
}

// finish ends the session at its second key.
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

// quotes is how many spans of words the coach's suggestion for a criterion rests on.
func (p *Pane) quotes(criterion string) int {
	for _, s := range p.s.Suggestions(p.s.ID()) {
		if s.Criterion == criterion {
			return len(s.Quotes)
		}
	}
	return 0
}

// give marks a criterion and goes on to the next of them.
func (p *Pane) give(criterion string, mark framework.Mark, of int) tea.Cmd {
	cmd := p.s.Do(rehearse.Mark{Criterion: criterion, Mark: mark})
	p.mark.Next(of)
	return cmd
}

// SetSize lists the criteria with marks and suggestions, and under them what the step came to.
func (p *Pane) SetSize(w, h int) {
	t := p.s.Theme()
	if p.card {
		p.scroll.Set(p.scorecard(w), w, h)
		return
	}
	r := p.s.Debrief(p.s.ID())
	var lines []string
	if !p.marking() {
		why := "Answer the step and open the reference (v): then you mark yourself here, against its criteria."
		if p.s.Hidden(rehearse.Scores) {
			why = r.To
		}
		lines = append(frame.Wrap(why, w), "")
		lines = append(lines, p.debrief(r, w)...)
		p.scroll.Set(lines, w, h)
		return
	}
	lines = append(lines, frame.Wrap("Mark your own answer. The coach finds words and can't judge whether they are true.", w)...)
	lines = append(lines, "")
	at := 0
	for i, c := range r.Criteria {
		if i == int(p.mark) {
			at = len(lines)
		}
		lines = append(lines, p.criterion(i, c, w)...)
	}
	if r.Marked > 0 {
		lines = append(lines, "", t.Title.Render("What it comes to"))
		lines = append(lines, p.debrief(r, w)...)
	}
	p.scroll.Set(lines, w, h)
	if r.Marked < len(r.Criteria) || int(p.mark) < len(r.Criteria)-1 {
		p.scroll.Show(min(at+5, len(lines)-1))
		p.scroll.Show(at)
	}
}

// box3 is a mark as it is written in front of a criterion.
func box3(c rehearse.CriterionResult) string {
	if !c.Marked {
		return "[ ]"
	}
	if c.Self == framework.Half {
		return "[½]"
	}
	return "[" + c.Self.String() + "]"
}

// criterion draws one criterion: mark, text, the coach's suggestion; under the cursor also the words that it rests on.
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
		lines[j] = style.Render(lead+box3(c)) + "   " + text + "  " + t.Faint.Render(coach)
	}
	if c.Unsupported {
		lines = append(lines, "        "+t.Warn.Render("unsupported: no words of yours rest under this mark"))
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

// debrief is what a step came to, each thing on its own scale.
func (p *Pane) debrief(r rehearse.StepResult, w int) []string {
	t := p.s.Theme()
	var lines []string
	say := func(text string) { lines = append(lines, frame.Wrap(text, w)...) }
	if r.Marked > 0 {
		line := fmt.Sprintf("%s: %.1f of 4, %s", r.Step.Title, r.Self.Score, r.Self.Band)
		if r.Supported.Score < r.Self.Score {
			line += fmt.Sprintf(" (%.1f without the unsupported marks)", r.Supported.Score)
		}
		for _, l := range frame.Wrap(fmt.Sprintf("%s. Coach: %.1f.", line, r.Coach.Score), w) {
			lines = append(lines, t.Strong.Render(l))
		}
		if r.Marked < len(r.Criteria) {
			say(fmt.Sprintf("%d of %d criteria marked; the others count as 0.", r.Marked, len(r.Criteria)))
		}
	}
	if r.Committed > 0 && p.s.Here().Revealed {
		say(fmt.Sprintf("Decisions: %d of %d best.", r.Best, r.Committed))
	}
	inside, known := 0, 0
	for _, p := range r.Predictions {
		if p.Given && p.Known {
			known++
			if p.Inside {
				inside++
			}
		}
	}
	if known > 0 {
		say(fmt.Sprintf("Ranges: %d of %d hold the result.", inside, known))
	}
	if r.Quote != "" && r.Marked > 0 {
		say("You said: “" + r.Quote + "”")
	}
	if p.s.Here().Revealed {
		for i, f := range r.Unasked {
			if i == 3 {
				break
			}
			say("Never asked: " + f.Short + ". " + f.Matters)
		}
	}
	if len(r.Owes) > 0 && r.Marked > 0 {
		var owed []string
		for i, c := range r.Owes {
			if i < 3 {
				owed = append(owed, strings.TrimRight(c.Text, "."))
			}
		}
		say(fmt.Sprintf("At %s level this answer still owes: %s.", r.Level, strings.Join(owed, "; ")))
	}
	if r.Next != "" && r.Marked > 0 {
		say("The next level, in a sentence: " + r.Next)
	}
	if r.To != "" {
		lines = append(lines, p.thingToDo(r.To, w)...)
	}
	return lines
}

// thingToDo names the one thing to do next.
func (p *Pane) thingToDo(what string, w int) []string {
	what = strings.TrimPrefix(what, "Next: ") // "now" says it
	lines := frame.Wrap("Now: "+what, w)
	for i := range lines {
		lines[i] = strings.Replace(lines[i], "Now:", p.s.Theme().Accent.Render("Now:"), 1-min(i, 1))
	}
	return lines
}

// scorecard is the session so far, step by step.
func (p *Pane) scorecard(w int) []string {
	t := p.s.Theme()
	lines := []string{t.Title.Render("Scorecard"), ""}
	if p.s.Hidden(rehearse.Scores) {
		return append(lines, frame.Wrap("The result waits for the end of the mock.", w)...)
	}
	card := p.s.Scorecard()
	for _, s := range card.Steps {
		step, _ := framework.StepByID(s.Step)
		words := "not answered"
		switch {
		case len(p.s.State().StepState(s.Step).Marks["self"]) > 0:
			words = fmt.Sprintf("%.1f  %s", s.Score, s.Band)
		case s.Answered:
			words = "answered, not marked"
		}
		lines = append(lines, fmt.Sprintf("  %d  %s  %s", step.N, frame.Pad(step.Title, min(28, w-30)), words))
	}
	overall := fmt.Sprintf("Overall %.1f of 4; %d of %d steps answered.", card.Overall, card.Answered, card.Of)
	if card.Supported != nil && card.Supported.Overall < card.Overall {
		overall += fmt.Sprintf(" %.1f without unsupported marks.", card.Supported.Overall)
	}
	lines = append(lines, "")
	lines = append(lines, frame.Wrap(overall, w)...)
	if card.NoVerdict != "" {
		lines = append(lines, frame.Wrap("No verdict: "+card.NoVerdict+".", w)...)
	}
	for _, level := range framework.Levels() {
		if v, ok := card.Verdicts[level]; ok {
			lines = append(lines, fmt.Sprintf("  at %-6s  %s", level, v))
		}
	}
	if card.Level != "" {
		lines = append(lines, "Level shown: "+string(card.Level))
	}
	r := p.s.Debrief(p.s.ID())
	if quote := p.s.OwnWords(); quote != "" {
		lines = append(lines, "")
		lines = append(lines, frame.Wrap("You said: “"+quote+"”", w)...)
	}
	if p.s.State().Ended {
		lines = append(lines, "", "This session is finished. q leaves; review keeps it.")
	}
	return append(append(lines, ""), p.thingToDo(r.To, w)...)
}
