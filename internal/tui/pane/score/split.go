package score

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// sideBySide is from which width on the answer stands beside the criteria instead of above them.
const sideBySide = 100

// sizes are those of the answer and of the criteria. Above each other there is a rule between them, and one above the answer.
func (p *Pane) sizes() (answerW, answerH, criteriaW, criteriaH int) {
	if p.w >= sideBySide {
		answerW = (p.w - 3) * 2 / 5
		return answerW, p.h - 1, p.w - 3 - answerW, p.h - 1
	}
	share := 3
	if p.picking {
		share = 2
	}
	answerH = min(max(p.h/share, 4), max(len(p.answerLines(p.w, nil)), 1))
	return p.w, answerH, p.w, p.h - answerH - 2
}

// split lays out the answer and the criteria.
func (p *Pane) split(r rehearse.StepResult) {
	p.mark.Clamp(len(r.Criteria))
	p.at.Clamp(len(p.sentences()))
	answerW, answerH, criteriaW, criteriaH := p.sizes()
	c := r.Criteria[p.mark]

	from := map[int]int{}
	lines := p.answerLines(answerW, from)
	p.answer.Set(lines, answerW, answerH)
	first := p.firstMarked(c)
	if p.picking {
		first = int(p.at)
	}
	end := len(lines)
	if next, ok := from[first+1]; ok {
		end = next
	}
	p.answer.Follow(shown{p.s.ID(), p.mark, p.picking, first}, from[first], end)

	lines, at, to := p.criteria(r, criteriaW)
	p.scroll.Set(lines, criteriaW, criteriaH)
	p.scroll.Follow(shown{p.s.ID(), p.mark, p.explain, 0}, at, to)
}

// shown names what a view keeps visible.
type shown struct {
	step    framework.StepID
	mark    frame.Cursor
	changed bool // by a key: picking, or the criterion in full
	first   int
}

// splitView draws the answer and the criteria.
func (p *Pane) splitView() string {
	t := p.s.Theme()
	answerW, _, criteriaW, _ := p.sizes()
	legend := "your answer  ▌ a mark rests on it  ~ near  ✗ contradicts"
	if p.picking {
		legend = "your answer: j k and enter pick what the mark rests on"
	}
	answer, criteria := p.answer.View(t), p.scroll.View(t)
	if p.w < sideBySide {
		return strings.Join([]string{rule(t, legend, p.w), answer, rule(t, "criteria", p.w), criteria}, "\n")
	}
	left := strings.Split(rule(t, legend, answerW)+"\n"+answer, "\n")
	right := strings.Split(rule(t, "criteria", criteriaW)+"\n"+criteria, "\n")
	bar := t.Border.Render(" │ ")
	for i := range left {
		if i < len(right) {
			left[i] += bar + right[i]
		}
	}
	return strings.Join(left, "\n")
}

// rule is a line with a title.
func rule(t draw.Theme, title string, w int) string {
	line := "── " + frame.Fit(title, w-6) + " "
	return t.Border.Render(line + strings.Repeat("─", max(0, w-frame.Width(line))))
}

// answerLines are the candidate's sentences, each with a sign of what it is to the criterion under the cursor. from, if it isn't
// nil, receives the line at which each sentence begins.
func (p *Pane) answerLines(w int, from map[int]int) []string {
	c := p.s.Debrief(p.s.ID()).Criteria[p.mark]
	var lines []string
	for i, sentence := range p.sentences() {
		if from != nil {
			from[i] = len(lines)
		}
		sign, style := p.sign(c, sentence)
		cursor := " "
		if p.picking && i == int(p.at) {
			cursor = "▸"
		}
		for j, l := range frame.Wrap(sentence, min(w-3, draw.ProseWidth)) {
			if j > 0 {
				cursor = " "
			}
			lines = append(lines, style.Render(cursor+sign+" "+l))
		}
	}
	return lines
}

// sign is the mark in front of a sentence and its style: what the mark rests on, what contradicts, what is near.
func (p *Pane) sign(c rehearse.CriterionResult, sentence string) (string, lipgloss.Style) {
	t := p.s.Theme()
	rests := c.Suggestion.Quotes
	if picked := p.picked[c.ID]; picked != "" {
		rests = []string{picked}
	} else if len(c.Rests) > 0 {
		rests = c.Rests
	}
	is := func(quotes []string) bool {
		return slices.ContainsFunc(quotes, func(q string) bool { return quotes != nil && sameWords(sentence, q) })
	}
	switch {
	case c.Suggestion.Claim == framework.Contradicted && is(c.Suggestion.Quotes) && !is(c.Rests):
		return "✗", t.Bad
	case is(rests):
		return "▌", t.Accent
	case is(c.Suggestion.Nearest):
		return "~", t.Strong
	}
	return " ", t.Plain()
}

// sameWords says whether a quote is in a sentence, or a sentence in a quote.
func sameWords(sentence, quote string) bool {
	quote = strings.TrimSuffix(quote, "…")
	return quote != "" && (strings.Contains(sentence, quote) || strings.Contains(quote, sentence))
}

// firstMarked is the first sentence with a sign, or 0.
func (p *Pane) firstMarked(c rehearse.CriterionResult) int {
	for i, sentence := range p.sentences() {
		if sign, _ := p.sign(c, sentence); sign != " " {
			return i
		}
	}
	return 0
}

// criteria lists the criteria, the one under the cursor in detail, and under them what the step came to. at and to are the lines
// of the one under the cursor.
func (p *Pane) criteria(r rehearse.StepResult, w int) (lines []string, at, to int) {
	if r.Marked() == 0 {
		const how = "Mark your own answer. The coach goes by statements and words, and can be wrong: the mark is yours."
		lines = append(frame.Wrap(how, min(w, draw.ProseWidth)), "")
	}
	for i, c := range r.Criteria {
		here := i == int(p.mark)
		if here {
			at = len(lines)
		}
		lines = append(lines, p.criterion(c, here, w)...)
		if here {
			lines = append(lines, p.detail(c, w)...)
			to = len(lines)
		}
	}
	lines = append(lines, "")
	lines = append(lines, p.summary(narrate.StepResult(r), w)...)
	return lines, at, to
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

// criterion is one criterion: the candidate's mark, the text, and what the coach found.
func (p *Pane) criterion(c rehearse.CriterionResult, here bool, w int) []string {
	t := p.s.Theme()
	lead, style := "  ", t.Plain()
	if here {
		lead, style = "▸ ", t.Accent
	}
	coach := narrate.ClaimWords(c.Suggestion)
	wide := max(min(w, draw.ProseWidth)-7, 10)
	lines := frame.Wrap(c.Text, wide)
	for j := range lines {
		if j == 0 {
			lines[j] = style.Render(lead+checkbox(c)) + " " + lines[j]
		} else {
			lines[j] = "      " + lines[j]
		}
	}
	if !here {
		lines = append(lines, "      "+t.Faint.Render(frame.Fit("coach: "+coach, wide)))
	}
	return lines
}

// detail is everything about the criterion under the cursor: what the coach found and where, what the candidate's mark rests on,
// and what the reference says.
func (p *Pane) detail(c rehearse.CriterionResult, w int) []string {
	t := p.s.Theme()
	var lines []string
	add := func(style lipgloss.Style, text string) {
		for _, l := range frame.Wrap(text, max(min(w, draw.ProseWidth)-6, 10)) {
			lines = append(lines, "      "+style.Render(l))
		}
	}
	found := t.Plain()
	switch c.Suggestion.Claim {
	case framework.Argued:
		found = t.Good
	case framework.Contradicted:
		found = t.Bad
	}
	for i, text := range narrate.Found(c.Suggestion) {
		if i > 0 {
			found = t.Plain()
		}
		add(found, text)
	}
	switch picked := p.picked[c.ID]; {
	case picked != "":
		add(t.Accent, "Your next mark rests on: “"+picked+"”")
	case c.Unsupported:
		add(t.Warn, "Unsupported: your mark rests on no sentence. p picks one.")
	case c.Self > framework.None && !slices.Equal(c.Rests, c.Suggestion.Quotes):
		add(t.Accent, "Your mark rests on: “"+strings.Join(c.Rests, "” “")+"”")
	}
	if c.Reference != "" {
		add(t.Faint, "The reference: “"+c.Reference+"”")
	}
	if p.explain {
		add(t.Faint, fmt.Sprintf("Expected from %s on; weight %d of 5.", c.Level, c.Weight))
		add(t.Faint, "An interviewer would probe: "+c.Probe)
		add(t.Faint, "Stronger: "+c.Stronger)
	}
	return lines
}
