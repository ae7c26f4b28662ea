// Package review is the screen of past sessions: the list, and one session's result, step by step, with the candidate's
// own words.
package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
	"dryrun/internal/tui/frame"
)

// Options are what the screen needs.
type Options struct {
	Theme    draw.Theme
	Sessions func(ctx context.Context) ([]framework.Summary, error)
	Read     func(ctx context.Context, id string) (*rehearse.Session, error)
	Resume   func(id string) tea.Cmd
	Clock    framework.Clock
}

// Model is the screen.
type Model struct {
	ctx    context.Context
	o      Options
	w, h   int
	saved  []framework.Summary
	loaded bool
	cursor frame.Cursor
	open   *session // nil while the list is shown
	list   frame.Scroll
	page   frame.Scroll
}

// session is the one that is open.
type session struct {
	about framework.Summary
	head  string
	parts [][]report.Block // its result, then each step's
	err   error
}

type (
	loaded struct {
		to    *Model
		saved []framework.Summary
		err   error
	}
	read struct {
		to *Model
		s  session
	}
)

// New returns the screen.
func New(ctx context.Context, o Options) *Model { return &Model{ctx: ctx, o: o} }

// Init reads the list.
func (m *Model) Init() tea.Cmd {
	if m.o.Sessions == nil {
		m.loaded = true
		return nil
	}
	return func() tea.Msg {
		saved, err := m.o.Sessions(m.ctx)
		return loaded{m, saved, err}
	}
}

// Title names the screen, or the session that is open.
func (m *Model) Title() string {
	if m.open != nil {
		return "Review · " + safetext.Line(m.open.about.Title)
	}
	return "Review"
}

// Bindings are the keys of the screen.
func (m *Model) Bindings() []frame.Binding {
	back := frame.Run(func() tea.Cmd { return frame.Send(frame.Home{}) })
	if m.open != nil {
		scroll := m.page.Bindings()
		return append([]frame.Binding{
			scroll[0],
			{Keys: []string{"esc"}, Does: "the list", Do: frame.Set(func() { m.open = nil })},
			m.resume(m.open.about),
			{Keys: []string{"q"}, Does: "back", Do: back},
		}, scroll[1:]...)
	}
	about, found := m.at()
	choose := m.cursor.Bindings(len(m.saved))
	rows := []frame.Binding{
		{Keys: []string{"enter"}, Does: "open", When: func() bool { return found && m.o.Read != nil }, Do: frame.Run(m.look)},
		choose[0],
		{Keys: []string{"q", "esc"}, Does: "back", Do: back},
	}
	if found {
		rows = slices.Insert(rows, 2, m.resume(about))
	}
	return append(rows, choose[1:]...)
}

// resume resumes a session that isn't finished.
func (m *Model) resume(about framework.Summary) frame.Binding {
	return frame.Binding{
		Keys: []string{"r"}, Does: "resume", When: about.Open,
		Do: frame.Run(func() tea.Cmd { return m.o.Resume(about.ID) }),
	}
}

// SetSize lays the screen out.
func (m *Model) SetSize(w, h int) tea.Cmd {
	m.w, m.h = w, h
	m.layout()
	return nil
}

// Update handles what comes in.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case loaded:
		if msg.to != m {
			return nil
		}
		m.loaded, m.saved = true, msg.saved
		if msg.err != nil {
			cmd = frame.Send(frame.Failure{Err: fmt.Errorf("reading your sessions: %w", msg.err)})
		}
	case read:
		if msg.to != m {
			return nil
		}
		if msg.s.err != nil {
			return frame.Send(frame.Failure{Err: fmt.Errorf("reading session %s: %w", msg.s.about.ID, msg.s.err)})
		}
		m.open = &msg.s
		m.page.Top()
	case tea.KeyMsg:
		cmd, _ = frame.Press(m.Bindings(), msg)
	}
	m.layout()
	return cmd
}

// at is the session under the cursor.
func (m *Model) at() (framework.Summary, bool) {
	if int(m.cursor) >= len(m.saved) {
		return framework.Summary{}, false
	}
	return m.saved[m.cursor], true
}

// look reads the session under the cursor.
func (m *Model) look() tea.Cmd {
	about, ok := m.at()
	if !ok || m.o.Read == nil {
		return nil
	}
	return func() tea.Msg {
		past, err := m.o.Read(m.ctx, about.ID)
		if err != nil {
			return read{m, session{about: about, err: err}}
		}
		return read{m, session{about: about, head: head(past.State()), parts: result(past)}}
	}
}

func (m *Model) layout() {
	if m.w == 0 {
		return
	}
	if m.open != nil {
		m.page.Set(m.sessionLines(m.w-4), m.w-4, m.h)
		return
	}
	var lines []string
	switch {
	case !m.loaded:
		lines = []string{"", "  reading …"}
	case len(m.saved) == 0:
		lines = append(lines, "")
		const none = "No sessions yet. Press q, choose a case and begin: everything that you write is kept and shows here."
		for _, l := range frame.Wrap(none, m.w-4) {
			lines = append(lines, "  "+l)
		}
	}
	first := len(lines)
	for i, s := range m.saved {
		state := "unfinished"
		if !s.Open() {
			state = "finished"
		}
		begun := s.Created.Local()
		when := begun.Format("2 Jan 2006")
		if begun.Year() == m.o.Clock.Now().Local().Year() {
			when = begun.Format("2 Jan 15:04")
		}
		about := fmt.Sprintf("%s · %s · %s · %s", s.ID, s.Mode, state, when)
		lines = append(lines, frame.Entry(m.o.Theme, safetext.Line(s.Title), about, i == int(m.cursor), m.w))
	}
	m.list.Set(lines, m.w, m.h)
	m.list.Show(first + int(m.cursor))
}

// head says of which kind a session is, when it began, and how long it took.
func head(st *framework.State) string {
	elapsed, _ := st.Now(st.LastAt)
	return fmt.Sprintf("%s · %s · begun %s · %s", st.Started.Mode, st.Started.Level,
		st.StartedAt.Local().Format("2 Jan 2006 15:04"), frame.Minutes(elapsed.Round(time.Second)))
}

// result is what a session came to, and then each step of it that was entered.
func result(past *rehearse.Session) [][]report.Block {
	parts := [][]report.Block{narrate.Scorecard(past.Result(), nil)}
	st := past.State()
	for _, id := range st.StepIDs() {
		if _, entered := st.Steps[id]; entered {
			parts = append(parts, append(narrate.Written(past, id), narrate.PastStep(past.Debrief(id), past.LastRun(id))...))
		}
	}
	return parts
}

// sessionLines is one session's result.
func (m *Model) sessionLines(w int) []string {
	lines := []string{"", m.o.Theme.Faint.Render(frame.Fit(m.open.head, w))}
	for _, blocks := range m.open.parts {
		lines = append(lines, "")
		lines = append(lines, strings.Split(draw.Summary(blocks, draw.Options{Theme: m.o.Theme, Width: w}), "\n")...)
	}
	return lines
}

// View draws the screen.
func (m *Model) View() string {
	if m.open == nil {
		return m.list.View(m.o.Theme)
	}
	lines := strings.Split(m.page.View(m.o.Theme), "\n")
	for i := range lines {
		lines[i] = "  " + lines[i]
	}
	return strings.Join(lines, "\n")
}
