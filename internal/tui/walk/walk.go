// Package walk is the screen of a practice session: which panes it has, in which order, and the keys of all of them.
package walk

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/pane"
	"dryrun/internal/tui/pane/answer"
	"dryrun/internal/tui/pane/brief"
	"dryrun/internal/tui/pane/decide"
	"dryrun/internal/tui/pane/labs"
	"dryrun/internal/tui/pane/reference"
	"dryrun/internal/tui/pane/score"
	"dryrun/internal/tui/session"
)

// Options are what the screen needs.
type Options struct {
	Session session.Options
	Editor  string                       // "" for none
	Command func(words ...string) string // a command of dryrun as it is typed to work on the same data
}

// Model is the screen.
type Model struct {
	*pane.Deck
	s         *session.Session
	command   func(words ...string) string
	brief     *brief.Pane
	answer    *answer.Pane
	decide    *decide.Pane
	labs      *labs.Pane
	reference *reference.Pane
	score     *score.Pane
}

// New returns the screen of a session.
func New(ctx context.Context, o Options) *Model {
	s := session.New(ctx, o.Session)
	m := &Model{s: s, command: o.Command, decide: decide.New(s), reference: reference.New(s), score: score.New(s)}
	m.labs = labs.New(s, labs.Options{Predict: m.predict})
	m.brief = brief.New(s, brief.Options{Answer: m.write, Compact: func() bool { return !m.Full() }})
	m.answer = answer.New(s, answer.Options{Show: func() { m.Open(m.answer) }, Editor: o.Editor, Ctx: ctx})
	m.Deck = pane.NewDeck(s, []pane.Pane{m.brief, m.answer, m.decide, m.labs, m.reference, m.score}, m.everywhere)
	m.SetAside(m.aside)
	s.OnTranscript(func() {
		m.Open(m.brief)
		m.brief.End()
	})
	return m
}

// Leave commits what is being written, and sends frame.Left when everything is stored.
func (m *Model) Leave() tea.Cmd { return m.Deck.Leave(frame.Left{From: m}) }

// NextCommand is the command that resumes the session, or shows it once it has ended; for the line on exit.
func (m *Model) NextCommand() string {
	switch {
	case m.s.State().Ended:
		return "See it again with: " + m.command("review", m.s.State().Started.Session)
	case m.s.Case().ID == "":
		return ""
	}
	return "Resume with: " + m.command("practice", m.s.Case().ID)
}

// everywhere are the keys of every pane, the most used first.
func (m *Model) everywhere() []frame.Binding {
	turn := func(by int) func() tea.Cmd { return func() tea.Cmd { m.Turn(by); return nil } }
	back := m.Everywhere("previous pane", turn(-1), "shift+tab", "left")
	back.Quiet = true
	ask := m.Everywhere("ask", m.ask, "a", "f5")
	ask.When = func() bool { return !m.brief.TakesText() }
	scope := m.Everywhere("whole scope", func() tea.Cmd { m.OpenScope(); return nil }, "S")
	scope.Quiet = true
	show := m.Everywhere("open the reference", m.showReference, "v")
	if m.reference.IsOpened() {
		show.Does = "the reference"
		show.When = func() bool { return !m.IsOpen(m.reference) }
	}
	return []frame.Binding{
		m.Everywhere("next pane", turn(1), "tab", "right", "f7"),
		back,
		m.Everywhere("next step", m.next, "n", "f2"),
		m.Everywhere("run", m.run, "r", "f3"),
		m.Everywhere("hint", m.brief.Hint, "h", "f4"),
		ask,
		m.Everywhere("editor", m.answer.Edit, "e", "f6"),
		show,
		m.Everywhere("steps", func() tea.Cmd { m.OpenSteps(); return nil }, "s"),
		scope,
		m.Everywhere("back", m.Back, "esc"),
		m.Everywhere("leave", func() tea.Cmd { return frame.Send(frame.Home{}) }, "q"),
	}
}

// aside is what stands beside the open pane on a wide screen: the question while one answers, the reference while one marks, and
// else the answer.
func (m *Model) aside(open pane.Pane, w int) (title string, lines []string, whole string) {
	switch {
	case open == m.answer:
		return "The question", m.brief.Lines(w), m.brief.Name()
	case open == m.score && m.reference.IsOpened():
		return "The reference", m.reference.Lines(w), m.reference.Name()
	}
	return "Your answer", m.answer.Lines(w), m.answer.Name()
}

func (m *Model) write() tea.Cmd {
	m.Open(m.answer)
	return m.answer.Write()
}

func (m *Model) predict() tea.Cmd {
	m.Open(m.decide)
	m.decide.Predict()
	return nil
}

func (m *Model) ask() tea.Cmd {
	m.Open(m.brief)
	return m.brief.Ask()
}

func (m *Model) run() tea.Cmd {
	m.Open(m.labs)
	return m.labs.Run()
}

func (m *Model) showReference() tea.Cmd {
	m.Open(m.reference)
	return m.reference.Ask()
}

// next finishes the step and goes to the next one. After the last step it shows the scorecard.
func (m *Model) next() tea.Cmd {
	before := m.s.ID()
	cmd := m.s.Do(rehearse.Next{})
	if m.s.ID() != before {
		m.Enter()
		return cmd
	}
	m.Open(m.score)
	m.score.ShowCard()
	return cmd
}
