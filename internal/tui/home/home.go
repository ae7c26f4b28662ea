// Package home is the first screen: what dryrun is on a first run, the sessions that aren't finished, and the cases.
package home

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/safetext"
	"dryrun/internal/tui/frame"
)

// Options are what home needs. New and Resume return commands that open a session.
type Options struct {
	Theme    draw.Theme
	Cases    []*casestudies.Case
	Notices  []string
	Sessions func(ctx context.Context) ([]framework.Summary, error)
	New      func(c *casestudies.Case) tea.Cmd
	Resume   func(id string) tea.Cmd
	Review   func() tea.Cmd
	Clock    framework.Clock
}

// Model is the home screen.
type Model struct {
	ctx    context.Context
	o      Options
	w, h   int
	saved  []framework.Summary
	loaded bool
	filter frame.Field
	shown  []item // the entries that match the filter
	cursor frame.Cursor
	list   frame.Scroll
	busy   bool // a session is being opened: a second enter does nothing
}

// item is one entry of the list: a session to resume, or a case.
type item struct {
	saved *framework.Summary
	entry *casestudies.Case
}

// loadedMsg carries the stored sessions.
type loadedMsg struct {
	to    *Model
	saved []framework.Summary
	err   error
}

// New returns the home screen.
func New(ctx context.Context, o Options) *Model {
	m := &Model{ctx: ctx, o: o, filter: frame.NewField(o.Theme, "type to filter", false)}
	m.applyFilter()
	return m
}

// Init reads the sessions; the first frame doesn't wait for them.
func (m *Model) Init() tea.Cmd {
	if m.o.Sessions == nil {
		m.loaded = true
		return nil
	}
	return func() tea.Msg {
		saved, err := m.o.Sessions(m.ctx)
		return loadedMsg{m, saved, err}
	}
}

// Title says what dryrun is.
func (m *Model) Title() string { return "ML system design, rehearsed against a running pipeline" }

// TakesText says whether the filter has focus.
func (m *Model) TakesText() bool { return m.filter.Focused() }

// Bindings are the keys of the screen.
func (m *Model) Bindings() []frame.Binding {
	if m.filter.Focused() {
		changed := func() tea.Cmd { m.applyFilter(); return nil }
		return append([]frame.Binding{
			{Keys: []string{"enter"}, Does: "open", Do: frame.Run(func() tea.Cmd { m.filter.Blur(); return m.open() })},
			{Keys: []string{"up", "down"}, Lead: 2, Does: "choose", Do: m.cursor.Bindings(len(m.shown))[0].Do},
			{Keys: []string{"esc"}, Does: "clear filter", Do: frame.Set(func() { m.filter.Blur(); m.showAll() })},
		}, m.filter.Bindings(changed)...)
	}
	open := "open"
	if it, ok := m.at(); ok && it.saved != nil {
		open = "resume"
	}
	choose := m.cursor.Bindings(len(m.shown))
	rows := []frame.Binding{
		{Keys: []string{"enter"}, Does: open, When: func() bool { return len(m.shown) > 0 }, Do: frame.Run(m.open)},
		choose[0],
		{Keys: []string{"/"}, Does: "filter", Do: frame.Set(m.filter.Focus)},
		{Keys: []string{"v"}, Does: "review past sessions", Do: frame.Run(m.o.Review)},
		{Keys: []string{"esc"}, Does: "show everything", When: func() bool { return m.filter.Value() != "" }, Do: frame.Set(m.showAll)},
		{Keys: []string{"q"}, Does: "quit", Do: frame.Run(func() tea.Cmd { return frame.Send(frame.Quit{}) })},
	}
	return append(rows, choose[1:]...)
}

// showAll clears the filter.
func (m *Model) showAll() {
	m.filter.SetValue("")
	m.applyFilter()
}

// SetSize lays out the screen.
func (m *Model) SetSize(w, h int) tea.Cmd {
	m.w, m.h = w, h
	m.filter.SetSize(w-14, 1)
	m.layout()
	return nil
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case loadedMsg:
		if msg.to != m {
			return nil
		}
		m.loaded, m.saved = true, msg.saved
		m.applyFilter()
		if msg.err != nil {
			cmd = frame.Send(frame.Failure{Err: fmt.Errorf("reading your sessions: %w", msg.err)})
		}
	case frame.Failure:
		m.busy = false // opening failed
	case tea.KeyMsg:
		cmd = m.key(msg)
	}
	m.layout()
	return cmd
}

// key runs a key, or types it into the filter.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	cmd, bound := frame.Press(m.Bindings(), msg)
	if !bound && m.filter.Focused() && m.filter.Key(msg) {
		m.applyFilter()
	}
	return cmd
}

func (m *Model) at() (item, bool) {
	if int(m.cursor) >= len(m.shown) {
		return item{}, false
	}
	return m.shown[m.cursor], true
}

func (m *Model) open() tea.Cmd {
	it, ok := m.at()
	if !ok || m.busy {
		return nil
	}
	m.busy = true
	if it.saved != nil {
		return m.o.Resume(it.saved.ID)
	}
	return m.o.New(it.entry)
}

// applyFilter decides what is listed: unfinished sessions first, then the cases, visual search before the others.
func (m *Model) applyFilter() {
	m.busy = false
	var all []item
	for i := range m.saved {
		if m.saved[i].Open() {
			all = append(all, item{saved: &m.saved[i]})
		}
	}
	for _, first := range []bool{true, false} {
		for _, c := range m.o.Cases {
			if (c.ID == "visual-search") == first {
				all = append(all, item{entry: c})
			}
		}
	}
	m.shown = all
	if text := strings.TrimSpace(m.filter.Value()); text != "" {
		words := make([]string, len(all))
		for i, it := range all {
			words[i] = it.words()
		}
		m.shown = nil
		for _, match := range fuzzy.Find(text, words) {
			m.shown = append(m.shown, all[match.Index])
		}
	}
	m.cursor.Clamp(len(m.shown))
}

// words are the text that the filter matches.
func (it item) words() string {
	if it.saved != nil {
		return it.saved.Title + " " + it.saved.CaseID + " " + string(it.saved.Step)
	}
	c := it.entry
	return c.Title + " " + c.ID + " " + c.Domain + " " + c.Difficulty + " " + strings.Join(c.Tags, " ")
}

// layout builds the lines and keeps the chosen entry visible.
func (m *Model) layout() {
	if m.w == 0 {
		return
	}
	t, w := m.o.Theme, m.listWidth()
	var lines []string
	say := func(s string) { lines = append(lines, s) }
	for _, n := range m.o.Notices {
		for _, l := range frame.Wrap("Note: "+safetext.Line(n), w-4) {
			say("  " + t.Warn.Render(l))
		}
	}
	if m.loaded && len(m.saved) == 0 {
		say("")
		for _, l := range welcome(m.first()) {
			for _, part := range frame.Wrap(l, w-4) {
				say("  " + part)
			}
		}
		say("")
	}
	if m.filter.Focused() || m.filter.Value() != "" {
		say("  " + t.Accent.Render("filter  ") + strings.TrimRight(m.filter.View(), " \n"))
		say("")
	}
	if len(m.shown) == 0 {
		say("  Nothing matches. esc shows everything again.")
	}
	chosen, kind := 0, ""
	for i, it := range m.shown {
		head := "Cases"
		if it.saved != nil {
			head = "Not finished"
		}
		if head != kind {
			if kind != "" {
				say("")
			}
			say("  " + t.Title.Render(head))
			kind = head
		}
		if i == int(m.cursor) {
			chosen = len(lines) + 1
		}
		lines = append(lines, m.itemLines(it, i == int(m.cursor), w)...)
	}
	m.list.Set(lines, w, m.h)
	m.list.Show(chosen)
	if m.cursor == 0 {
		m.list.Top()
	}
}

func (m *Model) first() string {
	for _, it := range m.shown {
		if it.entry != nil {
			return it.entry.Title
		}
	}
	return "a case"
}

// welcome is the greeting of a first run, in three lines.
func welcome(first string) []string {
	return []string{
		"Seven steps of a design interview; behind each runs a real pipeline.",
		"You answer, decide and predict a number; then the pipeline runs it.",
		"Everything is saved as you type. Press enter to begin with " + first + ".",
	}
}

// itemLines draws one entry: a line, and for the chosen one a summary, unless that is shown beside the list.
func (m *Model) itemLines(it item, chosen bool, w int) []string {
	var name, about, more string
	if s := it.saved; s != nil {
		name = safetext.Line(s.Title)
		about = fmt.Sprintf("%s · %s · %s", stepWords(s.Step), frame.Minutes(s.Elapsed), ago(m.o.Clock.Now(), s.Updated))
		if s.Mode != framework.Practice {
			about = string(s.Mode) + " · " + about
		}
		if s.Text != "" {
			more = "“" + safetext.Line(strings.Join(strings.Fields(s.Text), " ")) + "”"
		}
	} else {
		name = it.entry.Title
		about = fmt.Sprintf("%s · %s · %d min", it.entry.Domain, it.entry.Difficulty, it.entry.Minutes)
		more = strings.TrimSpace(it.entry.Summary)
	}
	lines := []string{frame.Entry(m.o.Theme, name, about, chosen, w)}
	if chosen && frame.Width(name)+frame.Width(about)+10 > w { // something of the line is cut: the chosen entry shows it whole
		for _, l := range frame.Wrap(name+" · "+about, w-8) {
			lines = append(lines, "      "+l)
		}
	}
	if chosen && more != "" && w == m.w {
		lines = append(lines, "      "+frame.Fit(more, w-8))
	}
	return lines
}

// stepWords names the step of a session: "step 3 of 7: Data".
func stepWords(id framework.StepID) string {
	s, ok := framework.StepByID(id)
	if !ok {
		return "not begun"
	}
	return fmt.Sprintf("step %d of 7: %s", s.N, s.Short)
}

// ago writes how long ago something was.
func ago(now, then time.Time) string {
	d := now.Sub(then)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	case d < 48*time.Hour:
		return "yesterday"
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// View draws the screen.
func (m *Model) View() string {
	list := m.list.View(m.o.Theme)
	if m.listWidth() == m.w {
		return list
	}
	return m.besideAbout(list)
}
