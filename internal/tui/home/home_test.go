package home_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/home"
	"dryrun/internal/tui/session/sessiontest"
)

// screen is the home screen with a record of what it opened.
type screen struct {
	*home.Model
	t      *testing.T
	w, h   int
	opened []string
	sent   []tea.Msg
}

func open(t *testing.T, w, h int, saved []framework.Summary, err error) *screen {
	s := &screen{t: t, w: w, h: h}
	s.Model = home.New(t.Context(), home.Options{
		Theme: draw.Theme{}, Cases: []*casestudies.Case{sessiontest.Case(t)}, Clock: sessiontest.NewClock(),
		Sessions: func(context.Context) ([]framework.Summary, error) { return saved, err },
		New:      func(c *casestudies.Case) tea.Cmd { s.opened = append(s.opened, "new "+c.ID); return nil },
		Resume:   func(id string) tea.Cmd { s.opened = append(s.opened, "resume "+id); return nil },
		Review:   func() tea.Cmd { s.opened = append(s.opened, "review"); return nil },
	})
	s.SetSize(w, h)
	s.run(s.Update(s.Init()()))
	return s
}

func (s *screen) run(cmd tea.Cmd) {
	if cmd != nil {
		s.sent = append(s.sent, cmd())
	}
}

func (s *screen) press(keys ...string) {
	for _, k := range keys {
		s.run(s.Update(sessiontest.Key(k)))
	}
}

func (s *screen) view() string { return ansi.Strip(s.View()) }

func (s *screen) does(key string) string {
	for _, b := range frame.Active(s.Bindings()) {
		for _, k := range b.Keys {
			if k == key {
				return b.Does
			}
		}
	}
	return ""
}

func unfinished() []framework.Summary {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	return []framework.Summary{
		{
			ID: "abc", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Created: at, Updated: at,
			Step: framework.Data, Elapsed: 12 * time.Minute, Text: "we sample negatives",
		},
		{
			ID: "old", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Created: at, Updated: at,
			Ended: &at, Step: framework.Serving,
		},
	}
}

func TestHomeFitsEverySize(t *testing.T) {
	for _, size := range [][2]int{{60, 18}, {80, 22}, {120, 38}, {200, 58}} {
		for _, saved := range [][]framework.Summary{nil, unfinished()} {
			s := open(t, size[0], size[1], saved, nil)
			lines := strings.Split(s.view(), "\n")
			if len(lines) != size[1] {
				t.Errorf("%v: %d lines", size, len(lines))
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > size[0] {
					t.Errorf("%v: %q is too wide", size, l)
				}
			}
			if !strings.Contains(s.view(), "▸") {
				t.Errorf("%v: nothing is chosen:\n%s", size, s.view())
			}
		}
	}
}

func TestAFinishedSessionIsNotOfferedAgain(t *testing.T) {
	s := open(t, 80, 22, unfinished(), nil)
	if n := strings.Count(s.view(), "step "); n != 1 {
		t.Errorf("%d sessions are offered:\n%s", n, s.view())
	}
	if s.does("enter") != "resume" {
		t.Errorf("enter is told as %q", s.does("enter"))
	}
	s.press("enter")
	if got := strings.Join(s.opened, ", "); got != "resume abc" {
		t.Errorf("opened %s", got)
	}
}

func TestASecondEnterOpensNothingMore(t *testing.T) {
	s := open(t, 80, 22, nil, nil)
	s.press("enter", "enter")
	if got := strings.Join(s.opened, ", "); got != "new visual-search" {
		t.Errorf("opened %s", got)
	}
	s.Update(frame.Failure{Err: errors.New("it didn't open")})
	s.press("enter")
	if len(s.opened) != 2 {
		t.Error("after a failure it can't be tried again")
	}
}

func TestTheFilterIsTextAndEscEndsIt(t *testing.T) {
	s := open(t, 80, 22, unfinished(), nil)
	s.press("/")
	if !s.TakesText() {
		t.Fatal("no field is open")
	}
	s.press("z", "q", "v", "?")
	if !strings.Contains(s.view(), "Nothing matches") || len(s.opened) > 0 {
		t.Errorf("opened %v; it shows\n%s", s.opened, s.view())
	}
	s.press("esc")
	if s.TakesText() || !strings.Contains(s.view(), "Not finished") {
		t.Errorf("after esc it shows\n%s", s.view())
	}
	s.press("/", "v", "i", "s", "down", "enter")
	if got := strings.Join(s.opened, ", "); got != "new visual-search" {
		t.Errorf("opened %s", got)
	}
	if s.press("esc"); strings.Contains(s.view(), "filter") {
		t.Errorf("esc doesn't show everything again:\n%s", s.view())
	}
}

func TestAListThatCannotBeReadIsAFailureAndTheCasesAreThere(t *testing.T) {
	s := open(t, 80, 22, nil, errors.New("the disk is gone"))
	if f, ok := s.sent[0].(frame.Failure); !ok || !strings.Contains(f.Err.Error(), "the disk is gone") {
		t.Errorf("sent %v", s.sent)
	}
	if !strings.Contains(s.view(), "Visual search") {
		t.Errorf("it shows\n%s", s.view())
	}
}

func TestAListOfAnotherHomeScreenIsDropped(t *testing.T) {
	other := open(t, 80, 22, unfinished(), nil)
	s := open(t, 80, 22, nil, nil)
	s.Update(other.Init()())
	if strings.Contains(s.view(), "Not finished") {
		t.Error("it shows the list that another screen asked for")
	}
}
