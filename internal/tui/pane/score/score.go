// Package score is the pane where candidates mark their answer, sentence by sentence, and see the step's result and the session's
// scorecard.
package score

import (
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
	scroll  frame.Scroll      // the criteria, or the only view
	answer  frame.Scroll      // the candidate's sentences, beside or above the criteria
	mark    frame.Cursor      // a criterion
	at      frame.Cursor      // a sentence, while one is picked
	picking bool              // the keys are those of the sentences
	picked  map[string]string // sentences that were picked for criteria that have no mark yet
	explain bool              // the criterion is shown in full
	card    bool              // the session's scorecard is shown instead of the step
	ending  bool              // the key that finishes the session has been pressed once
	w, h    int
}

// New returns the pane for a session.
func New(s *session.Session) *Pane { return &Pane{s: s, picked: map[string]string{}} }

// Name is what the tab shows.
func (p *Pane) Name() string { return "Score" }

// Enter shows a step from its first criterion.
func (p *Pane) Enter() { *p = *New(p.s) }

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

// IsModal says that a sentence is being picked.
func (p *Pane) IsModal() bool { return p.picking }

// CloseModal leaves the sentences without picking one.
func (p *Pane) CloseModal() tea.Cmd {
	p.picking = false
	return nil
}

// Update does nothing: the pane has no field and no commands of its own.
func (p *Pane) Update(tea.Msg) tea.Cmd { return nil }

// marking says whether the step can be marked now. The criteria give the answer away, so the reference must be open.
func (p *Pane) marking() bool {
	return !p.s.Hidden(rehearse.Scores) && p.s.Here().Revealed && p.s.Here().HasAnswer() && len(p.s.Rubric()[p.s.ID()]) > 0
}

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	card := frame.Binding{Keys: []string{"c"}, Does: "scorecard", Do: frame.Set(func() { p.card = !p.card; p.scroll.Top() })}
	switch {
	case p.card:
		card.Does = "this step"
		return append([]frame.Binding{
			card,
			{Keys: []string{"f"}, Does: "finish the session", When: func() bool { return !p.s.State().Ended }, Do: frame.Run(p.finish)},
		}, p.scroll.Bindings()...)
	case !p.marking():
		return append([]frame.Binding{card}, p.scroll.Bindings()...)
	case p.picking:
		return append([]frame.Binding{
			{Keys: []string{"enter"}, Does: "the mark rests on this", Do: frame.Run(p.pick)},
			p.at.Move(len(p.sentences())),
			{Keys: []string{"esc"}, Does: "back to the criteria", Do: frame.Run(p.CloseModal)},
		}, p.answer.PageBindings()...)
	}
	criteria := p.s.Rubric()[p.s.ID()]
	p.mark.Clamp(len(criteria))
	open := func() bool { return !p.s.State().Ended }
	return append([]frame.Binding{
		{Keys: []string{"enter"}, Does: "take the suggestion", When: open, Do: frame.Run(p.takeSuggestion)},
		{Keys: []string{"0", "h", "1"}, Lead: 3, Does: "mark", When: open, Do: func(msg tea.KeyMsg) tea.Cmd {
			marks := map[string]framework.Mark{"0": framework.None, "h": framework.Half, "1": framework.Full}
			return p.give(marks[msg.String()])
		}},
		{Keys: []string{"p"}, Does: "pick a sentence", When: open, Do: frame.Set(func() { p.picking = true })},
		{Keys: []string{"i"}, Does: "about the criterion", Do: frame.Set(func() { p.explain = !p.explain })},
		p.mark.Move(len(criteria)),
		card,
	}, p.scroll.PageBindings()...)
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

// under is the criterion under the cursor.
func (p *Pane) under() framework.Criterion { return p.s.Rubric()[p.s.ID()][p.mark] }

// suggestion is the coach's for the criterion under the cursor.
func (p *Pane) suggestion() framework.Suggestion {
	for _, s := range p.s.Suggestions(p.s.ID()) {
		if s.Criterion == p.under().ID {
			return s
		}
	}
	return framework.Suggestion{}
}

// takeSuggestion marks the criterion as the coach suggests.
func (p *Pane) takeSuggestion() tea.Cmd { return p.give(p.suggestion().Mark) }

// give marks the criterion and moves to the next one.
func (p *Pane) give(mark framework.Mark) tea.Cmd {
	id := p.under().ID
	cmd := p.s.Do(rehearse.Mark{Criterion: id, Mark: mark, Quote: p.picked[id]})
	delete(p.picked, id)
	p.mark.Next(len(p.s.Rubric()[p.s.ID()]))
	return cmd
}

// pick lets the candidate's mark rest on the sentence under the cursor. Where there is no mark above 0 yet, the next one does.
func (p *Pane) pick() tea.Cmd {
	p.picking = false
	sentences := p.sentences()
	if int(p.at) >= len(sentences) {
		return nil
	}
	id, quote := p.under().ID, sentences[p.at]
	if own := p.s.Here().Marks["self"][id]; own.Mark > framework.None {
		return p.s.Do(rehearse.Mark{Criterion: id, Mark: own.Mark, Quote: quote})
	}
	p.picked[id] = quote
	return frame.Send(frame.Note{Text: "picked; now h or 1 marks the criterion by it"})
}

func (p *Pane) sentences() []string { return p.s.Sentences(p.s.ID()) }

// SetSize lays the pane out: the scorecard, what comes before marking, or the answer and the criteria.
func (p *Pane) SetSize(w, h int) {
	p.w, p.h = w, h
	r := p.s.Debrief(p.s.ID())
	switch {
	case p.card:
		p.scroll.Set(p.scorecard(w), w, h)
	case p.marking():
		p.split(r)
	default:
		var lines []string
		if !r.Hidden {
			why := "Answer the step and open the reference (v): then you mark yourself here, against its criteria."
			lines = append(frame.Wrap(why, min(w, draw.ProseWidth)), "")
		}
		p.scroll.Set(append(lines, p.summary(narrate.StepResult(r), w)...), w, h)
	}
}

// View draws the pane.
func (p *Pane) View() string {
	if p.card || !p.marking() {
		return p.scroll.View(p.s.Theme())
	}
	return p.splitView()
}

// summary draws a result.
func (p *Pane) summary(blocks []report.Block, w int) []string {
	return strings.Split(draw.Summary(blocks, draw.Options{Theme: p.s.Theme(), Width: w}), "\n")
}

// scorecard is the session so far, step by step.
func (p *Pane) scorecard(w int) []string {
	var lines []string
	if p.s.State().Ended {
		lines = append(lines, frame.Fit("This session is finished. q leaves; review keeps it.", w), "")
	}
	return append(lines, p.summary(narrate.Scorecard(p.s.Result(), p.s.Last()), w)...)
}
