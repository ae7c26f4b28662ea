// Package walk is the screen of a session: the steps and the scope in a rail, and the panes Brief, Answer, Decide, Lab,
// Reference and Score of the step. What is allowed and what follows is rehearse's to say; this package turns keys into
// its commands, performs its effects outside of Update, and draws its state.
package walk

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// Options are what a walk needs.
type Options struct {
	Theme    draw.Theme
	Markdown *draw.Markdown
	Session  *rehearse.Session
	First    rehearse.Outcome // of New or Resume: its effects are still to be performed
	Store    rehearse.Store
	Lab      rehearse.Lab
	Editor   string // "" where none may be run
	Clock    framework.Clock
}

// pane is one of the six views of a step.
type pane int

const (
	brief pane = iota
	answer
	decide
	labs
	reference
	score
	panes // how many
)

func (p pane) String() string {
	return [...]string{"Brief", "Answer", "Decide", "Lab", "Reference", "Score"}[p]
}

// Model is the screen.
type Model struct {
	ctx  context.Context
	o    Options
	s    *rehearse.Session
	w, h int
	now  time.Time // of the last tick

	pane    pane
	scrolls [panes]frame.Scroll
	steps   *stepList // the list of steps to jump to, nil when closed
	talk    map[framework.StepID][]rehearse.Line
	asking  frame.Field
	writing frame.Field  // the answer
	to      string       // what the answer answers: "" the prompt, or a probe or follow-up
	chosen  frame.Cursor // decision or prediction under the cursor, decisions first
	ranging frame.Field
	drawing frame.Field // the whiteboard line
	naming  frame.Field // what the lab asks for: see labAsk
	asked   labAsk
	other   bool         // the lab shows the reference's report
	confirm bool         // the reveal waits for its second key
	mark    frame.Cursor // criterion under the cursor
	words   bool         // all the words that a suggestion rests on
	explain bool         // the criterion in full
	card    bool         // the session's scorecard instead of the step's
	ending  bool         // finishing waits for its second key

	run   run
	xrays map[framework.StepID]*xray
	saves saves
	texts texts
}

// New returns the screen of a session.
func New(ctx context.Context, o Options) *Model {
	m := &Model{
		ctx: ctx, o: o, s: o.Session, now: o.Clock.Now(),
		talk:    map[framework.StepID][]rehearse.Line{},
		xrays:   map[framework.StepID]*xray{},
		asking:  frame.NewField(o.Theme, "your question to the interviewer", false),
		writing: frame.NewField(o.Theme, "Say what you would say aloud. Bullets are fine. Everything is saved as you type.", true),
		ranging: frame.NewField(o.Theme, "low high, such as 0.9 0.97 or 100k 300k", false),
		drawing: frame.NewField(o.Theme, "photo -> encoder -> hnsw k=200 -> trees -> top 20", false),
		naming:  frame.NewField(o.Theme, "", false),
	}
	m.saves.init()
	m.texts.init(o.Markdown)
	for _, id := range m.s.State().StepIDs() {
		m.recall(id)
	}
	m.takeStep()
	return m
}

// recall puts together what was said in a step before, for a session that is gone on with.
func (m *Model) recall(id framework.StepID) {
	st := m.s.State().StepState(id)
	var lines []rehearse.Line
	for _, q := range st.Questions {
		lines = append(lines, rehearse.Line{Text: q.Text, Who: you}, rehearse.Line{Who: rehearse.ByInterviewer, Text: q.Reply})
	}
	hints := m.s.Case().Step(id).Hints
	for i := range min(st.Hints, len(hints)) {
		lines = append(lines, rehearse.Line{Who: rehearse.ByCoach, Text: hints[i]})
	}
	for _, p := range st.Probes {
		lines = append(lines, rehearse.Line{Who: rehearse.ByInterviewer, Text: p.Text})
	}
	m.talk[id] = lines
}

// Init stores what the session's beginning brought and starts the clock.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.effects(m.o.First), m.tick())
}

// tickMsg says that a second has passed.
type tickMsg struct {
	to *Model
	at time.Time
}

func (m *Model) tick() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{m, m.o.Clock.Now()} })
}

// Title names the case.
func (m *Model) Title() string { return m.s.Case().Title }

// GoOn is the command that comes back to the session, or shows it again when it is over; for the line on exit.
func (m *Model) GoOn() string {
	switch {
	case m.s.State().Ended:
		return "See it again with: dryrun review " + m.s.State().Started.Session
	case m.s.Case().ID == "":
		return ""
	}
	return "Go on with: dryrun practice " + m.s.Case().ID
}

// Where says which step the candidate is at: "3 of 7".
func (m *Model) Where() string { return fmt.Sprintf("%d of 7", m.current().N) }

// Status is the mode, the step and the clock, which are always visible.
func (m *Model) Status() string {
	st := m.s.State()
	session, _ := st.Now(m.now)
	return fmt.Sprintf("%s · step %s · %s", st.Started.Mode, m.Where(), frame.Clock(session))
}

// TakesText says whether a field has the keys.
func (m *Model) TakesText() bool { return m.field() != nil }

// field is the field that has the keys, nil where none has.
func (m *Model) field() *frame.Field {
	for _, f := range []*frame.Field{&m.asking, &m.writing, &m.ranging, &m.drawing, &m.naming} {
		if f.Focused() {
			return f
		}
	}
	return nil
}

func (m *Model) step() framework.StepID { return m.s.State().Step }

func (m *Model) state() *framework.StepState { return m.s.State().StepState(m.step()) }

func (m *Model) current() framework.Step {
	s, _ := framework.StepByID(m.step())
	return s
}

// takeStep sets the panes up for the step the session is at.
func (m *Model) takeStep() {
	m.to, m.chosen, m.mark = "", 0, 0
	m.other, m.confirm, m.words, m.explain, m.card = false, false, false, false, false
	m.writing.SetValue(m.s.Text(""))
	for i := range m.scrolls {
		m.scrolls[i].Top()
	}
	m.pane = brief
}

// SetSize lays the screen out.
func (m *Model) SetSize(w, h int) tea.Cmd {
	resized := m.w != 0 && m.w != w
	m.w, m.h = w, h
	if resized {
		m.texts.settle() // a window that is being dragged sends many sizes; texts are rendered for the last one
	}
	m.layout()
	return m.texts.render(m)
}

// Update handles what comes in and lays the screen out again.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	cmd := m.handle(msg)
	m.layout()
	return tea.Batch(cmd, m.texts.render(m))
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return m.key(msg)
	case frame.Away:
		return tea.Batch(m.pause(), m.saveDrafts())
	case tea.ResumeMsg:
		return m.goOn()
	case tickMsg:
		if msg.to != m {
			return nil
		}
		m.now = msg.at
		return tea.Batch(m.tick(), m.beat())
	case performed:
		if msg.to != m {
			return nil
		}
		return m.brought(msg)
	case ran:
		if msg.to != m {
			return nil
		}
		return m.took(msg)
	case saveNow:
		if msg.to != m {
			return nil
		}
		return m.saveDrafts()
	case progressMsg:
		return m.progress(msg)
	case edited:
		return m.edited(msg)
	case editorReady:
		return m.openEditor(msg)
	case rendered:
		m.texts.take(msg)
	}
	return nil
}
