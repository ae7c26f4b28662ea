package review

import (
	"context"
	"errors"
	"fmt"
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
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session/sessiontest"
)

// past is a session in which the first step was answered.
func past(t *testing.T, mode framework.Mode) *rehearse.Session {
	t.Helper()
	deps := rehearse.Deps{Coach: coach.New(), Knobs: sessiontest.Knobs{}, Clock: sessiontest.NewClock()}
	s, _, err := rehearse.New(deps, rehearse.Options{ID: "s1", Case: sessiontest.Case(t), Mode: mode, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []rehearse.Command{
		rehearse.Answer{Text: "Purchases within a day count, and clicks don't."},
		rehearse.Decide{Decision: "index-family", Option: "ivfpq"},
	} {
		if _, err := s.Do(c); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// screen is the review of two sessions, the second one finished.
func screen(t *testing.T, mode framework.Mode, failure error) *Model {
	t.Helper()
	th, err := draw.NewTheme("dark", true, termenv.Ascii)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	m := New(t.Context(), Options{
		Theme: th, Clock: sessiontest.NewClock(),
		Sessions: func(context.Context) ([]framework.Summary, error) {
			return []framework.Summary{
				{ID: "abc", Title: "Visual search", Mode: mode, Created: at},
				{ID: "xyz", Title: "Video recommendation", Mode: mode, Created: at.AddDate(-1, 0, 0), Ended: &at},
			}, failure
		},
		Read: func(_ context.Context, id string) (*rehearse.Session, error) {
			if id == "xyz" {
				return nil, errors.New("its case doesn't load")
			}
			return past(t, mode), nil
		},
		Resume: func(id string) tea.Cmd { return frame.Send(frame.Note{Text: "resumed " + id}) },
	})
	m.SetSize(80, 24)
	m.send(m.Init()())
	return m
}

// send gives a message to the screen and returns what its command brings.
func (m *Model) send(msg tea.Msg) tea.Msg {
	if cmd := m.Update(msg); cmd != nil {
		return cmd()
	}
	return nil
}

func (m *Model) press(key string) tea.Msg {
	switch key {
	case "enter":
		return m.send(tea.KeyMsg{Type: tea.KeyEnter})
	case "esc":
		return m.send(tea.KeyMsg{Type: tea.KeyEsc})
	}
	return m.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)})
}

// all is everything that a session's page holds, whatever the window shows of it.
func (m *Model) all() string { return strings.Join(m.sessionLines(m.w-4), "\n") }

func TestAPastSessionShowsItsScorecardAndItsSteps(t *testing.T) {
	m := screen(t, framework.Practice, nil)
	m.send(m.press("enter"))
	got := m.all()
	for _, want := range []string{
		"Scorecard, Visual search", "1 Requirements", "answered, not marked", "2 Architecture", "not answered",
		"no criterion is marked yet", "1 of 7 steps", "“Purchases within a day", "ivfpq",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "poor") {
		t.Errorf("the verdict on a decision is shown before the reference was opened:\n%s", got)
	}
	m.press("esc")
	if !strings.Contains(m.View(), "Video recommendation") {
		t.Errorf("esc doesn't go back to the list:\n%s", m.View())
	}
}

func TestWhatAMockKeepsBackReviewKeepsBack(t *testing.T) {
	m := screen(t, framework.Mock, nil)
	m.send(m.press("enter"))
	if got := m.all(); !strings.Contains(got, "You get the result at the end of the mock.") || strings.Contains(got, "of 4") {
		t.Errorf("%s", got)
	}
}

func TestOnlyAnOpenSessionCanBeResumed(t *testing.T) {
	m := screen(t, framework.Practice, nil)
	if got := m.press("r"); got != (frame.Note{Text: "resumed abc"}) {
		t.Errorf("r on an open session brings %v", got)
	}
	m.press("j")
	if got := m.press("r"); got != nil {
		t.Errorf("r on a finished session brings %v", got)
	}
}

func TestFailuresToReadSayWhatWasRead(t *testing.T) {
	m := screen(t, framework.Practice, nil)
	m.press("j")
	got := fmt.Sprint(m.send(m.press("enter")))
	if m.open != nil || !strings.Contains(got, "reading session xyz: its case doesn't load") {
		t.Errorf("%v", got)
	}
	broken := New(t.Context(), Options{Sessions: func(context.Context) ([]framework.Summary, error) { return nil, errors.New("disk") }})
	if got := fmt.Sprint(broken.send(broken.Init()())); !strings.Contains(got, "reading your sessions: disk") {
		t.Errorf("%v", got)
	}
}

func TestEveryViewFitsTheWindow(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {200, 60}} {
		m := screen(t, framework.Practice, nil)
		for _, key := range []string{"", "enter"} {
			if key != "" {
				m.send(m.press(key))
			}
			m.SetSize(size[0], size[1])
			lines := strings.Split(m.View(), "\n")
			if len(lines) > size[1] {
				t.Errorf("%q at %v: %d lines", key, size, len(lines))
			}
			for _, l := range lines {
				if n := ansi.StringWidth(l); n > size[0] {
					t.Errorf("%q at %v: a line of %d cells: %q", key, size, n, l)
				}
			}
		}
	}
}
