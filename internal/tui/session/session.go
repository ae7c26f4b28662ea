// Package session is what every screen of a rehearsal needs. It passes commands to the rules, performs their effects outside of
// Update (saves, runs of the lab), keeps the clock and the transcript, and renders long texts in the background. Keys and
// drawing belong to the panes and screens above it.
package session

import (
	"context"
	"fmt"
	"strconv"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// Options are what a session needs.
type Options struct {
	Theme    draw.Theme
	Markdown *draw.Markdown
	Rules    *rehearse.Session
	First    rehearse.Outcome // of New or Resume: its effects are still to be performed
	Store    rehearse.Store
	Lab      rehearse.Lab
	Clock    framework.Clock
	// Last returns the result of the session of the case before this one, nil if there is none. It may be nil.
	Last func(ctx context.Context, started framework.Started, at time.Time) (*rehearse.SessionResult, error)
}

// Session is a rehearsal on a screen. It belongs to the program's goroutine; the commands it returns run on others. Methods that
// read are those of the embedded rules; Do is its own.
type Session struct {
	*rehearse.Session
	ctx          context.Context
	o            Options
	now          time.Time // of the last tick
	transcript   map[framework.StepID][]rehearse.Line
	onTranscript func() // called when the transcript has grown

	last  *rehearse.SessionResult // of the case before this session
	run   run
	xrays map[framework.StepID]*XRay
	saves saves
	texts texts
}

// New returns a session to show. The transcript of a resumed one is rebuilt from its state.
func New(ctx context.Context, o Options) *Session {
	s := &Session{
		Session: o.Rules, ctx: ctx, o: o, now: o.Clock.Now(),
		transcript: map[framework.StepID][]rehearse.Line{}, xrays: map[framework.StepID]*XRay{},
		onTranscript: func() {},
	}
	s.saves.init()
	s.texts.init(o.Markdown)
	for _, id := range s.State().StepIDs() {
		s.transcript[id] = s.earlierTranscript(id)
	}
	return s
}

// earlierTranscript rebuilds what was said in a step before the session was resumed.
func (s *Session) earlierTranscript(id framework.StepID) []rehearse.Line {
	st := s.State().StepState(id)
	var lines []rehearse.Line
	for _, q := range st.Questions {
		lines = append(lines, rehearse.Line{Text: q.Text, Who: You}, rehearse.Line{Who: rehearse.ByInterviewer, Text: q.Reply})
	}
	hints := s.Case().Step(id).Hints
	for i := range min(st.Hints, len(hints)) {
		lines = append(lines, rehearse.Line{Who: rehearse.ByCoach, Text: hints[i]})
	}
	for _, p := range st.Probes {
		lines = append(lines, rehearse.Line{Who: rehearse.ByInterviewer, Text: p.Text})
	}
	return lines
}

// OnTranscript sets the function that is called when the transcript of the current step has grown.
func (s *Session) OnTranscript(grown func()) { s.onTranscript = grown }

// Init performs the effects of New or Resume and starts the clock.
func (s *Session) Init() tea.Cmd {
	return tea.Batch(s.perform(s.o.First), s.tick(), s.readLast())
}

// lastRead carries the result of the session of the case before this one.
type lastRead struct {
	to   *Session
	last *rehearse.SessionResult
}

// readLast reads the result of the session of the case before this one. That it can't be read is no reason to interrupt: the
// scorecard then has no "last time".
func (s *Session) readLast() tea.Cmd {
	if s.o.Last == nil {
		return nil
	}
	started, at := s.State().Started, s.State().StartedAt
	return func() tea.Msg {
		last, err := s.o.Last(s.ctx, started, at)
		if err != nil {
			return nil
		}
		return lastRead{s, last}
	}
}

// Last is the result of the session of the case before this one, nil if there is none.
func (s *Session) Last() *rehearse.SessionResult { return s.last }

// tickMsg says that a second has passed.
type tickMsg struct {
	to *Session
	at time.Time
}

func (s *Session) tick() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{s, s.o.Clock.Now()} })
}

// Update handles the messages of the session's own commands. A message for another session, or of a run that isn't current,
// is dropped.
func (s *Session) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case frame.Suspending:
		return tea.Batch(s.pause(), s.saveDrafts())
	case tea.ResumeMsg:
		return s.Continue()
	case tickMsg:
		if msg.to != s {
			return nil
		}
		s.now = msg.at
		return tea.Batch(s.tick(), s.beat())
	case stored:
		if msg.to != s {
			return nil
		}
		return s.afterStore(msg)
	case ran:
		if msg.to != s {
			return nil
		}
		return s.afterRun(msg)
	case saveNow:
		if msg.to != s {
			return nil
		}
		return s.saveDrafts()
	case lastRead:
		if msg.to == s {
			s.last = msg.last
		}
	case progressMsg:
		return s.progress(msg)
	case rendered:
		s.texts.take(msg)
	}
	return nil
}

// Theme is the theme of the session's screen.
func (s *Session) Theme() draw.Theme { return s.o.Theme }

// ID is the current step.
func (s *Session) ID() framework.StepID { return s.State().Step }

// Here is the state of the current step.
func (s *Session) Here() *framework.StepState { return s.State().StepState(s.ID()) }

// Current is what the framework says about the current step.
func (s *Session) Current() framework.Step {
	step, _ := framework.StepByID(s.ID())
	return step
}

// Transcript is what was said in the current step.
func (s *Session) Transcript() []rehearse.Line { return s.transcript[s.ID()] }

// Elapsed is the active time of the session.
func (s *Session) Elapsed() time.Duration {
	elapsed, _ := s.State().Now(s.now)
	return elapsed
}

// ElapsedIn is the active time spent in a step.
func (s *Session) ElapsedIn(id framework.StepID) time.Duration {
	if id == s.ID() {
		_, elapsed := s.State().Now(s.now)
		return elapsed
	}
	return s.State().StepState(id).Elapsed
}

// StepClock is the time spent in a step beside its minutes of the interview: "3m of 5m".
func (s *Session) StepClock(id framework.StepID) string {
	budget := framework.BudgetOf(id, s.State().Started.Minutes)
	return fmt.Sprintf("%dm of %dm", int(s.ElapsedIn(id).Minutes()), int(budget.Minutes()))
}

// Scope lists the released facts in lines of w cells, the newest last. Where h lines aren't enough, the first line says how to
// see the oldest.
func (s *Session) Scope(w, h int) []string {
	lines := s.ScopeLines(w)
	if len(lines) > h && h > 1 {
		lines = append([]string{frame.Fit("… S shows all "+strconv.Itoa(len(s.State().Facts)), w)}, lines[len(lines)-h+1:]...)
	}
	return lines
}

// ScopeLines lists all released facts in lines of w cells, the newest last.
func (s *Session) ScopeLines(w int) []string {
	var lines []string
	for _, id := range s.State().Facts {
		if f := s.Case().Fact(id); f != nil {
			lines = append(lines, frame.Bullet(f.Short, w)...)
		}
	}
	if len(lines) == 0 {
		return frame.Wrap("Nothing yet. Ask the interviewer: a good question brings a fact.", w)
	}
	return lines
}
