package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/store/storetest"
	"dryrun/internal/tui/session/sessiontest"
)

// memory is the store of the test's one session.
type memory struct{ storetest.Memory }

func (s *memory) fail(err error) { s.Fail(-1, err) }

// draft is the last text that was saved at a place.
func (s *memory) draft(key string) string {
	text := ""
	for _, d := range s.Saved() {
		if string(d.Step)+"/"+d.To == key {
			text = d.Text
		}
	}
	return text
}

func (s *memory) kinds() string { return s.Kinds("s1") }

// driver runs the root without a program: it performs commands and feeds back what they bring.
type driver struct {
	t     *testing.T
	root  *root
	store *memory
	lab   *sessiontest.Lab
	clock *sessiontest.Clock
	msgs  chan tea.Msg
	quit  bool
	w, h  int
}

type setup struct {
	theme string
	start Start
	saved []framework.Summary
	w, h  int
}

func drive(t *testing.T, s setup) *driver {
	t.Helper()
	th, err := draw.NewTheme(s.theme, true, termenv.TrueColor)
	if err != nil {
		t.Fatal(err)
	}
	d := &driver{
		t: t, store: &memory{}, lab: sessiontest.NewLab(),
		clock: sessiontest.NewClock(), msgs: make(chan tea.Msg, 1000), w: s.w, h: s.h,
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	deps := rehearse.Deps{Coach: coach.New(), Knobs: sessiontest.Knobs{}, Clock: d.clock}
	o := Options{
		Cases: []*casestudies.Case{sessiontest.Case(t)}, Clock: d.clock, Start: s.start,
		Sessions: Sessions{
			Store: d.store,
			List:  func(context.Context) ([]framework.Summary, error) { return s.saved, nil },
			New: func(_ context.Context, c *casestudies.Case, step framework.StepID) (*rehearse.Session, rehearse.Outcome, error) {
				return rehearse.New(deps, rehearse.Options{ID: "s1", Case: c, Step: step, Seed: 1})
			},
			Resume: func(context.Context, string) (*rehearse.Session, rehearse.Outcome, error) {
				return rehearse.New(deps, rehearse.Options{ID: "s1", Case: sessiontest.Case(t)})
			},
			Read: func(context.Context, string) (*rehearse.Session, error) {
				return rehearse.Read(deps, framework.Log{ID: "s1", Events: d.store.Events("s1")})
			},
			Lab: func(*casestudies.Case) rehearse.Lab { return d.lab },
		},
	}
	d.root = newRoot(ctx, o, th)
	d.run(d.root.Init())
	d.send(tea.WindowSizeMsg{Width: s.w, Height: s.h})
	return d
}

// run performs a command in the background, as a program does.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				d.run(c)
			}
		default:
			d.msgs <- msg
		}
	}()
}

func (d *driver) send(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		d.quit = true
		return
	}
	_, cmd := d.root.Update(msg)
	d.run(cmd)
}

// until feeds messages back until the condition holds.
func (d *driver) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.After(10 * time.Second)
	for !holds() {
		select {
		case msg := <-d.msgs:
			d.send(msg)
		case <-deadline:
			d.t.Fatalf("%s: it never came to that; the screen is\n%s", what, d.root.View())
		}
	}
}

func (d *driver) sees(text string) {
	d.t.Helper()
	d.until("seeing "+text, func() bool { return strings.Contains(plain(d.root.View()), text) })
}

func (d *driver) seesNot(text string) {
	d.t.Helper()
	if strings.Contains(plain(d.root.View()), text) {
		d.t.Errorf("%q is on the screen:\n%s", text, d.root.View())
	}
}

// press sends keys by name; type sends text as a keyboard does, one rune a key.
func (d *driver) press(keys ...string) {
	for _, k := range keys {
		d.send(sessiontest.Key(k))
	}
}

func (d *driver) write(text string) {
	for _, r := range text {
		switch r {
		case ' ':
			d.send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		case '\n':
			d.send(tea.KeyMsg{Type: tea.KeyEnter})
		default:
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
	}
}

// resize is a window that is dragged.
func (d *driver) resize(w, h int) {
	d.w, d.h = w, h
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
}

// practising opens a practice at a step.
func practising(t *testing.T, w, h int, step framework.StepID) *driver {
	t.Helper()
	d := drive(t, setup{theme: "dark", w: w, h: h, start: Start{Case: sessiontest.Case(t), Step: step}})
	d.sees("Brief")
	return d
}
