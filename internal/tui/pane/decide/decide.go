// Package decide is the pane of the step's decisions, the predictions for its lab, and in the architecture step the whiteboard.
package decide

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Pane is one tab of a session's screen.
type Pane struct {
	frame.Prompt
	s      *session.Session
	scroll frame.Scroll
	chosen frame.Cursor // a decision or a prediction, decisions first
	w, h   int
}

// New returns the pane for a session.
func New(s *session.Session) *Pane { return &Pane{s: s, Prompt: frame.NewPrompt(s.Theme())} }

// Name is what the tab shows.
func (p *Pane) Name() string { return "Decide" }

// Enter shows a step from its first decision.
func (p *Pane) Enter() {
	p.chosen = 0
	p.scroll.Top()
}

// onPrediction says whether the cursor is on a prediction; decisions come first.
func (p *Pane) onPrediction() bool { return int(p.chosen) >= len(p.s.Step().Decide) }

func (p *Pane) choices() int { return len(p.s.Step().Decide) + len(p.s.Step().Lab.Predict) }

// hasWhiteboard says whether choices can be drawn in this step.
func (p *Pane) hasWhiteboard() bool { return p.s.ID() == framework.Architecture }

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	if p.TakesText() {
		return append(p.PromptKeys(), p.scroll.FieldBindings()...)
	}
	some := func() bool { return p.choices() > 0 }
	rows := []frame.Binding{p.chosen.Move(p.choices())}
	if p.onPrediction() {
		keys := append([]string{"enter"}, strings.Split(rangeCharacters, "")...)
		rows = append(rows,
			frame.Binding{Keys: keys, Does: "give a range", When: some, Do: p.beginRange},
			frame.Binding{Keys: []string{"a", "b", "c", "d"}}) // elsewhere "a" asks a question: here it would be a typo
	} else {
		letters := strings.Split("abcd"[:min(4, len(p.s.Step().Decide[p.chosen].Options))], "")
		rows = append(rows, frame.Binding{Keys: letters, Lead: len(letters), Does: "decide", Do: p.option})
	}
	rows = append(rows,
		frame.Binding{Keys: []string{"x"}, Does: "skip", When: some, Do: frame.Run(p.skip)},
		frame.Binding{Keys: []string{"w"}, Does: "whiteboard", When: p.hasWhiteboard, Do: frame.Set(p.draw)})
	return append(rows, p.scroll.PageBindings()...)
}

// Predict moves to the first range that isn't given yet, and opens its field.
func (p *Pane) Predict() {
	open := p.s.OpenPredictions()
	for i, asked := range p.s.Step().Lab.Predict {
		if len(open) > 0 && asked.ID == open[0].ID {
			p.chosen = frame.Cursor(len(p.s.Step().Decide) + i)
			p.askRange("")
		}
	}
}

// example is a whiteboard line.
const example = "photo -> encoder -> hnsw k=200 -> trees -> top 20"

// draw opens the whiteboard prompt.
func (p *Pane) draw() {
	p.OpenPrompt("draw", example, p.s.Here().Sketch.Line, p.Checked(func(line string) (tea.Cmd, error) {
		return p.s.Try(rehearse.Sketch{Line: line})
	}))
}

// option commits the option that a letter names.
func (p *Pane) option(msg tea.KeyMsg) tea.Cmd {
	d := p.s.Step().Decide[p.chosen]
	option := p.s.Offered(d)[msg.String()[0]-'a'].ID
	cmd := p.s.Do(rehearse.Decide{Decision: d.ID, Option: option})
	if p.s.Here().Decisions[d.ID].Option == option {
		p.chosen.Next(p.choices())
	}
	return cmd
}

// skip skips the decision or prediction under the cursor.
func (p *Pane) skip() tea.Cmd {
	step := p.s.Step()
	var c rehearse.Command
	if p.onPrediction() {
		c = rehearse.Predict{Prediction: step.Lab.Predict[int(p.chosen)-len(step.Decide)].ID, Skip: true}
	} else {
		c = rehearse.Decide{Decision: step.Decide[p.chosen].ID, Skip: true}
	}
	p.chosen.Next(p.choices())
	return p.s.Do(c)
}

// rangeCharacters start a number: on a prediction, typing one opens the range prompt.
const rangeCharacters = "0123456789.-+"

// beginRange opens the range prompt with the character that was typed.
func (p *Pane) beginRange(msg tea.KeyMsg) tea.Cmd {
	begun := msg.String()
	if begun == "enter" {
		begun = ""
	}
	p.askRange(begun)
	return nil
}

// askRange opens the range prompt of the prediction under the cursor.
func (p *Pane) askRange(begun string) {
	p.OpenPrompt("range", "low high, such as 0.9 0.97 or 100k 300k", begun, p.Checked(p.givenRange))
	p.Explain("Two numbers, low and high, that hold the result four times out of five: 0.9 0.97, 2% 5%, 100k 300k.")
}

// givenRange commits the range that was typed.
func (p *Pane) givenRange(text string) (tea.Cmd, error) {
	asked := p.s.Step().Lab.Predict[int(p.chosen)-len(p.s.Step().Decide)]
	low, high, err := rehearse.ParseRange(text)
	if err != nil {
		return nil, err
	}
	cmd, err := p.s.Try(rehearse.Predict{Prediction: asked.ID, Low: low, High: high})
	if err == nil {
		p.chosen.Next(p.choices())
	}
	return cmd, err
}

// SetSize lists the decisions with their options, then the predictions, the one under the cursor marked.
func (p *Pane) SetSize(w, h int) {
	p.w, p.h = w, h
	t := p.s.Theme()
	var lines []string
	at, end := 0, 0
	if p.hasWhiteboard() {
		lines = append(lines, p.whiteboard(w)...)
	}
	step := p.s.Step()
	results := p.s.Debrief(p.s.ID())
	for i, d := range step.Decide {
		if i == int(p.chosen) {
			at = len(lines)
		}
		lines = append(lines, p.entry(i, fmt.Sprintf("%d of %d", i+1, p.choices()), d.Ask, w)...)
		lines = append(lines, p.options(d, w)...)
		if p.s.Here().Revealed && i < len(results.Decisions) {
			r := results.Decisions[i]
			verdict := "the best is " + casestudies.OptionWords(r.Best)
			if r.Chosen != "" {
				verdict = casestudies.OptionWords(r.Chosen) + ": " + d.Options.Judged(r.Chosen)
			}
			for _, l := range frame.Wrap(verdict+". "+d.Why, w-6) {
				lines = append(lines, "      "+t.Faint.Render(l))
			}
		}
		if i == int(p.chosen) {
			end = len(lines)
		}
		lines = append(lines, "")
	}
	for i, asked := range step.Lab.Predict {
		n := len(step.Decide) + i
		if n == int(p.chosen) {
			at = len(lines)
		}
		lines = append(lines, p.entry(n, fmt.Sprintf("%d of %d", n+1, p.choices()), "Predict, with an 80% range: "+asked.Ask, w)...)
		lines = append(lines, "      "+p.rangeWords(asked, results))
		if n == int(p.chosen) {
			end = len(lines)
		}
		lines = append(lines, "")
	}
	p.scroll.Set(lines, w, p.AbovePrompt(w, h))
	p.scroll.Follow(followed{p.s.ID(), p.chosen, p.TakesText()}, at, end)
}

// followed names what the view keeps visible: the choice under the cursor, also when a field opens below it.
type followed struct {
	step   framework.StepID
	chosen frame.Cursor
	typing bool
}

// entry is the question of a decision or prediction, marked when the cursor is on it.
func (p *Pane) entry(i int, number, ask string, w int) []string {
	t := p.s.Theme()
	mark, style := "  ", t.Plain()
	if i == int(p.chosen) {
		mark, style = "▸ ", t.Accent
	}
	lines := frame.Wrap(ask, w-10)
	for j := range lines {
		if j == 0 {
			lines[j] = style.Render(mark+number) + "  " + t.Strong.Render(lines[j])
		} else {
			lines[j] = strings.Repeat(" ", 10) + t.Strong.Render(lines[j])
		}
	}
	return lines
}

// options lists a decision's choices: a letter, a mark, the option.
func (p *Pane) options(d casestudies.Decision, w int) []string {
	t := p.s.Theme()
	chosen := p.s.Here().Decisions[d.ID]
	var lines []string
	for i, o := range p.s.Offered(d) {
		mark, style := "○", t.Plain()
		if o.ID == chosen.Option && chosen.Option != "" {
			mark, style = "●", t.Accent
		}
		lines = append(lines, style.Render(frame.Fit(fmt.Sprintf("      %s %c) %s", mark, 'a'+rune(i), casestudies.OptionWords(o.ID)), w)))
	}
	if chosen.Skipped {
		lines = append(lines, "      "+t.Faint.Render("skipped, not scored"))
	}
	return lines
}

// rangeWords is the predicted range, with the result once it is known.
func (p *Pane) rangeWords(asked casestudies.Prediction, results rehearse.StepResult) string {
	said, given := p.s.Here().Predictions[asked.ID]
	words := "no range yet"
	switch {
	case given && said.Skipped:
		words = "skipped, not scored"
	case given:
		words = narrate.Said(asked, said.Low, said.High)
	}
	for _, r := range results.Predictions {
		if r.ID == asked.ID && r.Known {
			words += p.s.Outcome(r)
		}
	}
	return words
}

// View draws the pane.
func (p *Pane) View() string {
	return frame.Box(p.WithPrompt(p.scroll.View(p.s.Theme()), p.w), p.w, p.h)
}

// whiteboard draws the sketch of the architecture as boxes joined by arrows.
func (p *Pane) whiteboard(w int) []string {
	t := p.s.Theme()
	drawn := p.s.Whiteboard()
	if len(drawn) == 0 {
		words := frame.Wrap("w draws the pipeline in one line, such as "+example+", and sets what it names.", w)
		for i := range words {
			words[i] = t.Faint.Render(words[i])
		}
		return append(words, "")
	}
	return append(boxes(drawn, w), "")
}

// boxes draws labels as boxes joined by arrows, in as many rows as the width needs.
func boxes(labels []string, w int) []string {
	rows := []string{"", "", ""}
	var out []string
	for i, label := range labels {
		label = frame.Fit(label, max(w-9, 1))
		edge := strings.Repeat("─", frame.Width(label)+2)
		box := []string{"┌" + edge + "┐", "│ " + label + " │", "└" + edge + "┘"}
		if i > 0 {
			for r, arrow := range []string{"   ", " → ", "   "} {
				box[r] = arrow + box[r]
			}
		}
		if i > 0 && frame.Width(rows[1])+frame.Width(box[1]) > w {
			out = append(out, rows...)
			rows = []string{"", "", ""}
		}
		for r := range rows {
			rows[r] += box[r]
		}
	}
	return append(out, rows...)
}
