package tui

import (
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/safetext"
	"dryrun/internal/tui/frame"
)

// root routes between screens. It is a pointer, so that Run can save what is unsaved after the program has stopped.
type root struct {
	ctx      context.Context
	o        Options
	theme    draw.Theme
	markdown *draw.Markdown

	screen frame.Screen // nil until the first one is open
	last   frame.Screen // the last one that was left, for the line on exit
	w, h   int

	failures []string // the first one stays until it is read
	note     string
	keys     *frame.Scroll // the overlay of all keys, nil when closed
	quitting bool
}

func newRoot(ctx context.Context, o Options, t draw.Theme) *root {
	o.complete()
	return &root{ctx: ctx, o: o, theme: t, markdown: draw.NewMarkdown(t)}
}

// Init opens the first screen.
func (m *root) Init() tea.Cmd {
	s := m.o.Start
	switch {
	case s.Resume != "":
		return m.resume(s.Resume)
	case s.Case != nil:
		return m.practice(s.Case, s.Step)
	case s.Review:
		return m.show(m.review())
	}
	return m.show(m.home())
}

// Update handles what belongs to every screen and passes the rest on.
func (m *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return m, m.resize()
	case tea.KeyMsg:
		return m, m.typed(msg)
	case frame.Show:
		return m, m.show(msg.Screen)
	case opened:
		return m, m.show(m.walk(msg))
	case frame.Failure:
		m.fail(msg.Err)
		if m.screen == nil {
			return m, nil
		}
		return m, m.screen.Update(msg)
	case frame.Note:
		return m, m.say(safetext.Line(msg.Text))
	case frame.Quit:
		return m, m.leave(true)
	case frame.Home:
		return m, m.leave(m.skipsHome())
	case frame.Left:
		if msg.From != m.screen {
			return m, nil
		}
		m.last = m.screen
		if m.quitting {
			return m, tea.Quit
		}
		return m, m.show(m.home())
	}
	if m.screen == nil {
		return m, nil
	}
	return m, m.screen.Update(msg)
}

// say shows a note beside the help line, or above it if it is longer.
func (m *root) say(note string) tea.Cmd {
	before := len(m.noteLines())
	m.note = note
	if len(m.noteLines()) == before {
		return nil
	}
	return m.resizeBody()
}

// noteLines are the lines of a note that is too long to stand beside the help line.
func (m *root) noteLines() []string {
	const least = 30 // of the help line's cells that stay its own
	if frame.Width(m.note) <= m.w-least {
		return nil
	}
	lines := frame.Wrap(m.note, m.w-2)
	if most := max(m.h/3, 1); len(lines) > most {
		lines = lines[:most]
		lines[most-1] = frame.Fit(lines[most-1], m.w-3) + "…"
	}
	return lines
}

func (m *root) fail(err error) {
	if err == nil {
		return
	}
	text := safetext.Line(err.Error())
	for _, f := range m.failures {
		if f == text {
			return
		}
	}
	m.failures = append(m.failures, text)
	m.quitting = false
	m.resizeBody()
}

// skipsHome says that the program started in a screen other than home, which it doesn't go back to.
func (m *root) skipsHome() bool {
	s := m.o.Start
	return s.Case != nil || s.Resume != "" || s.Review
}

func (m *root) leave(quit bool) tea.Cmd {
	if m.screen == nil {
		return tea.Quit
	}
	m.quitting = m.quitting || quit
	return frame.Leave(m.screen)
}

func (m *root) show(s frame.Screen) tea.Cmd {
	m.screen, m.keys, m.note = s, nil, ""
	return tea.Batch(s.Init(), m.resizeBody())
}

// typed splits what was typed faster than it was read. bubbletea sends several characters as one key, and "end" or "f2"
// would be taken for the key of that name. In a field they are text; elsewhere each is a key of its own.
func (m *root) typed(msg tea.KeyMsg) tea.Cmd {
	if msg.Type != tea.KeyRunes || len(msg.Runes) < 2 || msg.Paste || msg.Alt {
		return m.key(msg)
	}
	var cmds []tea.Cmd
	for i, r := range msg.Runes {
		if m.keys == nil && m.screen != nil && frame.TakesText(m.screen) {
			return tea.Batch(append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: msg.Runes[i:], Paste: true}))...)
		}
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}))
	}
	return tea.Batch(cmds...)
}

// bindings are the keys of every screen: first those that take precedence over the screen's own, then those that the screen
// may override.
func (m *root) bindings() (before, after []frame.Binding) {
	failed := func() bool { return len(m.failures) > 0 && !m.typing() }
	before = []frame.Binding{{Keys: []string{"esc", "enter"}, Does: "dismiss", When: failed, Do: frame.Run(m.dismiss)}}
	after = []frame.Binding{
		m.listKeys(),
		{Keys: []string{"ctrl+c"}, Does: "save and leave", Quiet: true, Do: frame.Run(func() tea.Cmd { return m.leave(true) })},
		{Keys: []string{"ctrl+z"}, Does: "suspend", Quiet: true, Do: frame.Run(m.suspend)},
	}
	return before, after
}

// listKeys opens the list of all keys. In a text field "?" is text.
func (m *root) listKeys() frame.Binding {
	b := frame.Binding{Keys: []string{"?", "f8"}, Does: "all keys", Do: frame.Set(func() {
		m.keys = &frame.Scroll{}
		m.layoutKeys()
	})}
	if m.typing() || m.screen != nil && frame.Bound(m.screen.Bindings(), "?") {
		b.Keys = []string{"f8"}
	}
	return b
}

func (m *root) typing() bool { return m.screen != nil && frame.TakesText(m.screen) }

// key runs a key, and takes away the note that was shown.
func (m *root) key(msg tea.KeyMsg) tea.Cmd {
	cleared := m.say("")
	return tea.Batch(cleared, m.run(msg))
}

// run runs a key: in the list of all keys, of every screen, or of the screen that is open.
func (m *root) run(msg tea.KeyMsg) tea.Cmd {
	before, after := m.bindings()
	switch k := msg.String(); {
	case m.keys != nil && k != "ctrl+c" && k != "ctrl+z":
		if _, bound := frame.Press(m.keys.Bindings(), msg); !bound {
			m.keys = nil
		}
		return nil
	case m.screen == nil && (k == "q" || k == "esc"):
		return tea.Quit
	}
	m.keys = nil
	if m.screen != nil {
		if cmd, bound := frame.Press(before, msg); bound {
			return cmd
		}
		if frame.Bound(m.screen.Bindings(), msg.String()) {
			return m.screen.Update(msg)
		}
	}
	if cmd, bound := frame.Press(after, msg); bound {
		return cmd
	}
	if m.screen == nil {
		return nil
	}
	return m.screen.Update(msg)
}

// dismiss removes the failure that has been read.
func (m *root) dismiss() tea.Cmd {
	m.failures = m.failures[1:]
	return m.resizeBody()
}

func (m *root) suspend() tea.Cmd {
	if m.screen == nil {
		return tea.Suspend
	}
	return tea.Batch(m.screen.Update(frame.Suspending{}), tea.Suspend)
}

func (m *root) small() bool { return m.w < frame.LeastWidth || m.h < frame.LeastHeight }

func (m *root) resize() tea.Cmd {
	cmd := m.resizeBody()
	if m.keys != nil {
		m.layoutKeys()
	}
	return cmd
}

// failureLines is the failure that is waiting to be read, at most three lines of it.
func (m *root) failureLines() []string {
	if len(m.failures) == 0 {
		return nil
	}
	lines := frame.Wrap("Failed: "+m.failures[0]+"  (esc: dismiss)", m.w-2)
	if len(lines) > 3 {
		lines = append(lines[:2], frame.Fit(lines[2], m.w-26)+"…  (esc: dismiss)")
	}
	return lines
}

func (m *root) resizeBody() tea.Cmd {
	if m.screen == nil || m.w == 0 || m.small() {
		return nil
	}
	return m.screen.SetSize(m.w, m.h-2-len(m.failureLines())-len(m.noteLines()))
}

func (m *root) layoutKeys() {
	before, after := m.bindings()
	lines := []string{"", "  " + m.theme.Title.Render("Keys of this screen"), ""}
	lines = append(lines, frame.KeyList(m.theme, slices.Concat(before, m.screen.Bindings(), after), m.w)...)
	lines = append(lines, "", "  "+m.theme.Faint.Render("any other key closes this"))
	m.keys.Set(lines, m.w, m.h-2)
}

// View draws the whole screen, clamped to the terminal.
func (m *root) View() string {
	if m.w == 0 {
		return ""
	}
	if m.small() {
		return frame.TooSmall(m.w, m.h)
	}
	title, status, body := "", "", ""
	var keys []frame.Binding
	switch {
	case m.keys != nil:
		title, status = frame.Title(m.screen), frame.Status(m.screen)
		body, keys = m.keys.View(m.theme), m.keys.Bindings()
	case m.screen != nil:
		before, _ := m.bindings()
		title, status, body = frame.Title(m.screen), frame.Status(m.screen), m.screen.View()
		keys = append(before, m.screen.Bindings()...)
	default:
		body = "\n  Opening …"
	}
	failed := m.failureLines()
	for i, l := range failed {
		failed[i] = " " + m.theme.Bad.Render(l)
	}
	noted := m.noteLines()
	for i, l := range noted {
		noted[i] = " " + m.theme.Accent.Render(l)
	}
	list := m.listKeys()
	lines := []string{frame.Header(m.theme, title, status, list, m.w), frame.Box(body, m.w, m.h-2-len(failed)-len(noted))}
	lines = append(append(lines, failed...), noted...)
	help := frame.HelpLine(m.theme, keys, list, m.w)
	if m.note != "" && len(noted) == 0 {
		all := frame.HelpLine(m.theme, nil, list, m.w)
		help = " " + m.theme.Accent.Render(frame.Fit(m.note, m.w-frame.Width(all)-3)) + " ·" + all
	}
	lines = append(lines, help)
	// The last gate: whatever untrusted text holds, only colors reach the terminal.
	return frame.Box(safetext.Terminal(strings.Join(lines, "\n")), m.w, m.h)
}
