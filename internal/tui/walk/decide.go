package walk

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/tui/frame"
)

// onPrediction says whether the cursor is on a prediction; decisions come first.
func (m *Model) onPrediction() bool { return int(m.chosen) >= len(m.s.Step().Decide) }

func (m *Model) choices() int { return len(m.s.Step().Decide) + len(m.s.Step().Lab.Predict) }

// hasWhiteboard says whether choices can be drawn in this step.
func (m *Model) hasWhiteboard() bool { return m.step() == framework.Architecture }

// decideBindings are the keys of the pane.
func (m *Model) decideBindings() []frame.Binding {
	choose := m.chosen.Bindings(m.choices())
	some := func() bool { return m.choices() > 0 }
	board := frame.Binding{Keys: []string{"w"}, Does: "whiteboard", When: m.hasWhiteboard, Do: frame.Set(func() {
		m.drawing.SetValue(m.state().Sketch.Line)
		m.drawing.Focus()
	})}
	pass := frame.Binding{Keys: []string{"x"}, Does: "pass over", When: some, Do: frame.Run(m.passOver)}
	ask := frame.Binding{Keys: []string{"f5"}, Does: "ask", Do: frame.Run(m.startAsking)}
	rows := []frame.Binding{choose[0]}
	if m.onPrediction() {
		rows = append(rows,
			frame.Binding{Keys: append([]string{"enter"}, strings.Split(rangeCharacters, "")...), Does: "give a range", When: some, Do: m.beginRange},
			frame.Binding{Keys: []string{"a", "b", "c", "d"}}) // "a" asks elsewhere: here it would be a slip
	} else {
		letters := strings.Split("abcd"[:min(4, len(m.s.Step().Decide[m.chosen].Options))], "")
		rows = append(rows, frame.Binding{Keys: letters, Lead: len(letters), Does: "decide", Do: m.option})
	}
	return append(append(rows, pass, board, ask), choose[1:]...)
}

// option commits to the option of a letter.
func (m *Model) option(msg tea.KeyMsg) tea.Cmd {
	d := m.s.Step().Decide[m.chosen]
	option := d.Options[msg.String()[0]-'a'].ID
	cmd := m.do(rehearse.Decide{Decision: d.ID, Option: option})
	if m.state().Decisions[d.ID].Option == option {
		m.chosen.Next(m.choices())
	}
	return cmd
}

// passOver passes over the decision or prediction under the cursor.
func (m *Model) passOver() tea.Cmd {
	step := m.s.Step()
	var c rehearse.Command
	if m.onPrediction() {
		c = rehearse.Predict{Prediction: step.Lab.Predict[int(m.chosen)-len(step.Decide)].ID, Pass: true}
	} else {
		c = rehearse.Decide{Decision: step.Decide[m.chosen].ID, Pass: true}
	}
	m.chosen.Next(m.choices())
	return m.do(c)
}

// rangeCharacters begin a number: on a prediction they open its field.
const rangeCharacters = "0123456789.-+"

// beginRange opens the field of a prediction, with the number that is begun.
func (m *Model) beginRange(msg tea.KeyMsg) tea.Cmd {
	begun := msg.String()
	if begun == "enter" {
		begun = ""
	}
	m.ranging.SetValue(begun)
	m.ranging.Focus()
	return nil
}

// givenRange commits to the range that was typed.
func (m *Model) givenRange(text string) tea.Cmd {
	p := m.s.Step().Lab.Predict[int(m.chosen)-len(m.s.Step().Decide)]
	low, high, err := rehearse.ParseRange(text)
	if err != nil {
		m.ranging.Focus() // what was typed is still there to be mended
		return frame.Send(frame.Note{Text: err.Error()})
	}
	cmd := m.do(rehearse.Predict{Prediction: p.ID, Low: low, High: high})
	if said := m.state().Predictions[p.ID]; said.Low == low && said.High == high {
		m.chosen.Next(m.choices())
	}
	return cmd
}

// layDecide lists the decisions with their options, then the predictions, the one under the cursor marked.
func (m *Model) layDecide(w, h int) {
	t := m.o.Theme
	var lines []string
	at := 0
	if m.hasWhiteboard() {
		lines = append(lines, m.whiteboard(w)...)
	}
	step := m.s.Step()
	results := m.s.Debrief(m.step())
	for i, d := range step.Decide {
		if i == int(m.chosen) {
			at = len(lines)
		}
		lines = append(lines, m.entry(i, fmt.Sprintf("%d of %d", i+1, m.choices()), d.Ask, w)...)
		lines = append(lines, m.options(d, w)...)
		if m.state().Revealed && i < len(results.Decisions) {
			r := results.Decisions[i]
			verdict := "the best is " + casestudies.OptionWords(r.Best)
			if r.Chosen != "" {
				verdict = casestudies.OptionWords(r.Chosen) + ": " + d.Options.Judged(r.Chosen)
			}
			for _, l := range frame.Wrap(verdict+". "+d.Why, w-6) {
				lines = append(lines, "      "+t.Faint.Render(l))
			}
		}
		lines = append(lines, "")
	}
	for i, p := range step.Lab.Predict {
		n := len(step.Decide) + i
		if n == int(m.chosen) {
			at = len(lines)
		}
		lines = append(lines, m.entry(n, fmt.Sprintf("%d of %d", n+1, m.choices()), "Predict, with an 80% range: "+p.Ask, w)...)
		lines = append(lines, "      "+m.rangeWords(p, results), "")
	}
	if m.ranging.Focused() || m.drawing.Focused() {
		h -= 2
		m.ranging.SetSize(w-9, 1)
		m.drawing.SetSize(w-9, 1)
	}
	m.scrolls[decide].Set(lines, w, h)
	m.scrolls[decide].Show(min(at+6, len(lines)-1))
	m.scrolls[decide].Show(at)
}

// entry is the question of a decision or prediction, marked when the cursor is on it.
func (m *Model) entry(i int, number, ask string, w int) []string {
	t := m.o.Theme
	mark, style := "  ", t.Plain()
	if i == int(m.chosen) {
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
func (m *Model) options(d casestudies.Decision, w int) []string {
	t := m.o.Theme
	chosen := m.state().Decisions[d.ID]
	var lines []string
	for i, o := range d.Options {
		mark, style := "○", t.Plain()
		if o.ID == chosen.Option && chosen.Option != "" {
			mark, style = "●", t.Accent
		}
		lines = append(lines, style.Render(frame.Fit(fmt.Sprintf("      %s %c) %s", mark, 'a'+rune(i), casestudies.OptionWords(o.ID)), w)))
	}
	if chosen.Passed {
		lines = append(lines, "      "+t.Faint.Render("passed over, not scored"))
	}
	return lines
}

// rangeWords says what was predicted, and what it came to where that is known.
func (m *Model) rangeWords(p casestudies.Prediction, results rehearse.StepResult) string {
	said, given := m.state().Predictions[p.ID]
	words := "no range yet"
	switch {
	case given && said.Passed:
		words = "passed over, not scored"
	case given:
		words = report.MetricRange(p.Metric, said.Low, said.High)
	}
	for _, r := range results.Predictions {
		if r.ID == p.ID && r.Known {
			words += m.outcome(r)
		}
	}
	return words
}

// outcome is the truth of a prediction beside its range: never a colour alone.
func (m *Model) outcome(r rehearse.PredictionResult) string {
	t := m.o.Theme
	truth := "  →  " + report.MetricValue(r.Metric, r.Truth).String()
	switch {
	case !r.Given:
		return truth
	case r.Inside:
		return truth + ": " + t.Good.Render("inside")
	case r.Truth < r.Low:
		return truth + ": " + t.Bad.Render("outside, below")
	}
	return truth + ": " + t.Bad.Render("outside, above")
}

func (m *Model) viewDecide(w, h int) string {
	t := m.o.Theme
	out := m.scrolls[decide].View(t)
	rule := "\n" + t.Border.Render(strings.Repeat("─", w)) + "\n"
	switch {
	case m.ranging.Focused():
		out += rule + t.Accent.Render("range: ") + lastLine(m.ranging.View())
	case m.drawing.Focused():
		out += rule + t.Accent.Render("draw: ") + lastLine(m.drawing.View())
	}
	return frame.Box(out, w, h)
}

// whiteboard draws the sketch of the architecture as boxes joined by arrows.
func (m *Model) whiteboard(w int) []string {
	t := m.o.Theme
	line := m.state().Sketch.Line
	if line == "" {
		words := frame.Wrap("w draws the pipeline in one line, such as photo -> encoder -> hnsw k=200 -> trees -> top 20, and sets what it names.", w)
		for i := range words {
			words[i] = t.Faint.Render(words[i])
		}
		return append(words, "")
	}
	return append(boxes(line, w), "")
}

// boxes draws `a -> b -> c` as boxes, in as many rows as the width needs.
func boxes(line string, w int) []string {
	rows := []string{"", "", ""}
	var out []string
	for i, part := range strings.Split(line, "->") {
		part = frame.Fit(strings.TrimSpace(part), max(w-9, 1))
		edge := strings.Repeat("─", frame.Width(part)+2)
		box := []string{"┌" + edge + "┐", "│ " + part + " │", "└" + edge + "┘"}
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
