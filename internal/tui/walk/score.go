package walk

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// marking says whether the step can be marked now: its criteria say what is looked for, so the reference comes first.
func (m *Model) marking() bool {
	return !m.s.Hidden(rehearse.Scores) && m.state().Revealed && m.state().HasAnswer()
}

// scoreBindings are the keys of the pane.
func (m *Model) scoreBindings() []frame.Binding {
	card := frame.Binding{Keys: []string{"c"}, Does: "scorecard", Do: frame.Set(func() { m.card = !m.card; m.scrolls[score].Top() })}
	if m.card {
		card.Does = "this step"
		return append([]frame.Binding{
			card,
			{Keys: []string{"f"}, Does: "finish the session", When: func() bool { return !m.s.State().Ended }, Do: frame.Run(m.finish)},
		}, m.scrolls[score].Bindings()...)
	}
	criteria := m.s.Rubric()[m.step()]
	if !m.marking() || len(criteria) == 0 {
		return append([]frame.Binding{card}, m.scrolls[score].Bindings()...)
	}
	m.mark.Within(len(criteria))
	under := criteria[m.mark].ID
	choose := m.mark.Bindings(len(criteria))
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "take the suggestion", Do: frame.Run(func() tea.Cmd { return m.takeSuggestion(under, len(criteria)) })},
		{Keys: []string{"0", "h", "1"}, Lead: 3, Does: "mark", Do: func(msg tea.KeyMsg) tea.Cmd {
			marks := map[string]framework.Mark{"0": framework.None, "h": framework.Half, "1": framework.Full}
			return m.give(under, marks[msg.String()], len(criteria))
		}},
		{Keys: []string{"w"}, Does: "words", When: func() bool { return m.quotes(under) > 1 }, Do: frame.Set(func() { m.words = !m.words })},
		{Keys: []string{"?"}, Does: "criterion", Do: frame.Set(func() { m.explain = !m.explain })},
		choose[0],
		card,
	}, choose[1:]...)
}

// finish ends the session at its second key.
func (m *Model) finish() tea.Cmd {
	if !m.ending {
		m.ending = true
		return frame.Send(frame.Note{Text: "f again finishes the session for good; it stays in review"})
	}
	m.ending = false
	return m.do(rehearse.End{})
}

// takeSuggestion marks a criterion as the coach suggests.
func (m *Model) takeSuggestion(criterion string, of int) tea.Cmd {
	for _, s := range m.s.Suggestions(m.step()) {
		if s.Criterion == criterion {
			return m.give(criterion, s.Mark, of)
		}
	}
	return nil
}

// quotes is how many spans of words the coach's suggestion for a criterion rests on.
func (m *Model) quotes(criterion string) int {
	for _, s := range m.s.Suggestions(m.step()) {
		if s.Criterion == criterion {
			return len(s.Quotes)
		}
	}
	return 0
}

// give marks a criterion and goes on to the next of them.
func (m *Model) give(criterion string, mark framework.Mark, of int) tea.Cmd {
	cmd := m.do(rehearse.Mark{Criterion: criterion, Mark: mark})
	m.mark.Next(of)
	return cmd
}

// layScore lists the criteria with marks and suggestions, and under them what the step came to.
func (m *Model) layScore(w, h int) {
	t := m.o.Theme
	if m.card {
		m.scrolls[score].Set(m.scorecard(w), w, h)
		return
	}
	r := m.s.Debrief(m.step())
	var lines []string
	if !m.marking() {
		why := "Answer the step and open the reference (v): then you mark yourself here, against its criteria."
		if m.s.Hidden(rehearse.Scores) {
			why = r.To
		}
		lines = append(frame.Wrap(why, w), "")
		lines = append(lines, m.debrief(r, w)...)
		m.scrolls[score].Set(lines, w, h)
		return
	}
	lines = append(lines, frame.Wrap("Mark your own answer. The coach finds words and can't judge whether they are true.", w)...)
	lines = append(lines, "")
	at := 0
	for i, c := range r.Criteria {
		if i == int(m.mark) {
			at = len(lines)
		}
		lines = append(lines, m.criterion(i, c, w)...)
	}
	if r.Marked > 0 {
		lines = append(lines, "", t.Title.Render("What it comes to"))
		lines = append(lines, m.debrief(r, w)...)
	}
	m.scrolls[score].Set(lines, w, h)
	if r.Marked < len(r.Criteria) || int(m.mark) < len(r.Criteria)-1 {
		m.scrolls[score].Show(min(at+5, len(lines)-1))
		m.scrolls[score].Show(at)
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
func (m *Model) criterion(i int, c rehearse.CriterionResult, w int) []string {
	t := m.o.Theme
	here := i == int(m.mark)
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
	if !m.words && len(quotes) > 1 {
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
	if m.explain {
		add(fmt.Sprintf("Expected from %s on; weight %d of 5.", c.Level, c.Weight))
		add("An interviewer would probe: " + c.Probe)
		add("Stronger: " + c.Stronger)
	}
	return lines
}

// debrief is what a step came to, each thing on its own scale.
func (m *Model) debrief(r rehearse.StepResult, w int) []string {
	t := m.o.Theme
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
	if r.Committed > 0 && m.state().Revealed {
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
	if m.state().Revealed {
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
		lines = append(lines, m.thingToDo(r.To, w)...)
	}
	return lines
}

// thingToDo names the one thing to do next.
func (m *Model) thingToDo(what string, w int) []string {
	what = strings.TrimPrefix(what, "Next: ") // "now" says it
	lines := frame.Wrap("Now: "+what, w)
	for i := range lines {
		lines[i] = strings.Replace(lines[i], "Now:", m.o.Theme.Accent.Render("Now:"), 1-min(i, 1))
	}
	return lines
}

// scorecard is the session so far, step by step.
func (m *Model) scorecard(w int) []string {
	t := m.o.Theme
	lines := []string{t.Title.Render("Scorecard"), ""}
	if m.s.Hidden(rehearse.Scores) {
		return append(lines, frame.Wrap("The result waits for the end of the mock.", w)...)
	}
	card := m.s.Scorecard()
	for _, s := range card.Steps {
		step, _ := framework.StepByID(s.Step)
		words := "not answered"
		switch {
		case len(m.s.State().StepState(s.Step).Marks["self"]) > 0:
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
	r := m.s.Debrief(m.step())
	if quote := m.s.OwnWords(); quote != "" {
		lines = append(lines, "")
		lines = append(lines, frame.Wrap("You said: “"+quote+"”", w)...)
	}
	if m.s.State().Ended {
		lines = append(lines, "", "This session is finished. q leaves; review keeps it.")
	}
	return append(append(lines, ""), m.thingToDo(r.To, w)...)
}
