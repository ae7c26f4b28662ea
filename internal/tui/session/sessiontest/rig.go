// Package sessiontest opens a session for tests of the parts of a screen, without a program: keys go to one pane, commands run
// beside the test, and what they bring is fed back when the test waits for something.
package sessiontest

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/store/storetest"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Pane is what a rig can show.
type Pane interface {
	Enter()
	SetSize(w, h int)
	View() string
	Bindings() []frame.Binding
	Update(msg tea.Msg) tea.Cmd
}

// Rig is a session with fakes around it and at most one pane.
type Rig struct {
	t     testing.TB
	S     *session.Session
	Store *storetest.Memory
	Lab   *Lab
	Clock *Clock
	Sent  []tea.Msg // what went to the root: notes, failures, leaving

	pane Pane
	w, h int
	msgs chan tea.Msg
}

// Options begins a session at a step of the built-in case, and returns what a screen of it needs, with fakes.
func Options(t testing.TB, step framework.StepID) session.Options {
	t.Helper()
	theme, err := draw.NewTheme("dark", true, termenv.TrueColor)
	if err != nil {
		t.Fatal(err)
	}
	clock := NewClock()
	deps := rehearse.Deps{Coach: coach.New(), Knobs: Knobs{}, Clock: clock}
	rules, first, err := rehearse.New(deps, rehearse.Options{ID: "s1", Case: Case(t), Step: step, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return session.Options{
		Theme: theme, Markdown: draw.NewMarkdown(theme), Rules: rules, First: first,
		Store: &storetest.Memory{}, Lab: NewLab(), Clock: clock,
	}
}

// Open begins a session at a step of the built-in case.
func Open(t testing.TB, step framework.StepID) *Rig {
	t.Helper()
	o := Options(t, step)
	r := &Rig{t: t, Store: o.Store.(*storetest.Memory), Lab: o.Lab.(*Lab), Clock: o.Clock.(*Clock), msgs: make(chan tea.Msg, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	r.S = session.New(ctx, o)
	r.Run(r.S.Init())
	return r
}

// Again opens the same session once more, as the screens do when it is resumed: from the rules alone.
func (r *Rig) Again() *session.Session {
	return session.New(context.Background(), session.Options{
		Theme: r.S.Theme(), Markdown: draw.NewMarkdown(r.S.Theme()), Rules: r.S.Session, Store: r.Store, Lab: r.Lab, Clock: r.Clock,
	})
}

// Show shows a pane of w by h cells.
func (r *Rig) Show(p Pane, w, h int) {
	r.pane = p
	p.Enter()
	r.Resize(w, h)
}

// Resize changes the pane's size.
func (r *Rig) Resize(w, h int) {
	r.w, r.h = w, h
	r.layout()
}

func (r *Rig) layout() {
	if r.pane != nil {
		r.pane.SetSize(r.w, r.h)
	}
	r.Run(r.S.Render())
}

// Run runs a command in the background, as a program does.
func (r *Rig) Run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				r.Run(c)
			}
		default:
			r.msgs <- msg
		}
	}()
}

// StartLab runs the step's lab without a fault.
func (r *Rig) StartLab() {
	r.t.Helper()
	cmd, err := r.S.StartLab("")
	if err != nil {
		r.t.Fatal(err)
	}
	r.Run(cmd)
}

// SkipPredictions passes over the step's predictions, so that a run has none to ask about.
func (r *Rig) SkipPredictions() {
	for _, asked := range r.S.OpenPredictions() {
		r.Run(r.S.Do(rehearse.Predict{Prediction: asked.ID, Skip: true}))
	}
}

// Send gives a message to the session and the pane, and keeps what is the root's.
func (r *Rig) Send(msg tea.Msg) {
	switch msg.(type) {
	case frame.Note, frame.Failure, frame.Left, frame.Home:
		r.Sent = append(r.Sent, msg)
		return
	}
	r.Run(r.S.Update(msg))
	if r.pane != nil {
		r.Run(r.pane.Update(msg))
	}
	r.layout()
}

// Press presses keys of the pane by name. What isn't bound goes to its Update.
func (r *Rig) Press(keys ...string) {
	for _, k := range keys {
		r.key(Key(k))
	}
}

// Type types text, a character a key.
func (r *Rig) Type(text string) {
	for _, c := range text {
		switch c {
		case ' ':
			r.key(Key(" "))
		case '\n':
			r.key(Key("enter"))
		default:
			r.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}})
		}
	}
}

func (r *Rig) key(msg tea.KeyMsg) {
	cmd, bound := frame.Press(r.pane.Bindings(), msg)
	if !bound {
		cmd = r.pane.Update(msg)
	}
	r.Run(cmd)
	r.layout()
}

// Does says what a key does in the pane, "" where it isn't bound.
func (r *Rig) Does(key string) string {
	for _, b := range frame.Active(r.pane.Bindings()) {
		for _, k := range b.Keys {
			if k == key {
				return b.Does
			}
		}
	}
	return ""
}

// Until feeds messages back until the condition holds.
func (r *Rig) Until(what string, holds func() bool) {
	r.t.Helper()
	deadline := time.After(10 * time.Second)
	for !holds() {
		select {
		case msg := <-r.msgs:
			r.Send(msg)
		case <-deadline:
			r.t.Fatalf("%s: it never came to that; the view is\n%s", what, r.View())
		}
	}
}

// View is the pane's view without colors.
func (r *Rig) View() string {
	if r.pane == nil {
		return ""
	}
	return ansi.Strip(r.pane.View())
}

// Sees waits until the pane shows a text.
func (r *Rig) Sees(text string) {
	r.t.Helper()
	r.Until("seeing "+text, func() bool { return strings.Contains(r.View(), text) })
}

// Said says whether a note or failure with a text was sent.
func (r *Rig) Said(text string) bool {
	for _, msg := range r.Sent {
		switch msg := msg.(type) {
		case frame.Note:
			if strings.Contains(msg.Text, text) {
				return true
			}
		case frame.Failure:
			if strings.Contains(msg.Err.Error(), text) {
				return true
			}
		}
	}
	return false
}

// Size is the room that a pane has on a screen.
type Size struct {
	Screen string
	W, H   int
}

// Sizes are the sizes of a pane on screens of 60x20, 80x24 and 200x60.
func Sizes() []Size { return []Size{{"60x20", 56, 15}, {"80x24", 76, 19}, {"200x60", 170, 54}} }

// Fits checks that the view has exactly the size it was given.
func (r *Rig) Fits() {
	r.t.Helper()
	lines := strings.Split(r.View(), "\n")
	if len(lines) != r.h {
		r.t.Errorf("%d lines in a height of %d:\n%s", len(lines), r.h, r.View())
	}
	for _, l := range lines {
		if w := ansi.StringWidth(l); w > r.w {
			r.t.Errorf("%d cells in a width of %d: %q", w, r.w, l)
		}
	}
}

// Holds checks that the pane, however far it must be scrolled, holds every word of the texts: what is cut says so with "…".
func (r *Rig) Holds(texts ...string) {
	r.t.Helper()
	w, h := r.w, r.h
	r.Resize(w, 4000)
	all := strings.Fields(r.View())
	r.Resize(w, h)
	has := map[string]bool{}
	cut := false
	for _, word := range all {
		has[word] = true
		cut = cut || strings.HasSuffix(word, "…")
	}
	for _, text := range texts {
		for _, word := range strings.Fields(text) {
			if !has[word] && !cut {
				r.t.Errorf("at a width of %d %q of %q is cut without a sign", w, word, text)
			}
		}
	}
}

// Key is a key by the name that tea.KeyMsg.String gives it.
func Key(name string) tea.KeyMsg {
	types := map[string]tea.KeyType{
		"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
		"backspace": tea.KeyBackspace, "ctrl+c": tea.KeyCtrlC, "ctrl+d": tea.KeyCtrlD, "ctrl+u": tea.KeyCtrlU, "ctrl+z": tea.KeyCtrlZ,
		"ctrl+_": tea.KeyCtrlUnderscore, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f6": tea.KeyF6,
		"f7": tea.KeyF7, "f8": tea.KeyF8,
	}
	if typ, ok := types[name]; ok {
		return tea.KeyMsg{Type: typ}
	}
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}
