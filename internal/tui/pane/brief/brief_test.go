package brief_test

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/tui/pane/brief"
	"dryrun/internal/tui/session/sessiontest"
)

func open(t *testing.T, step framework.StepID, compact bool, w, h int) (*sessiontest.Rig, *brief.Pane) {
	r := sessiontest.Open(t, step)
	p := brief.New(r.S, brief.Options{Answer: func() tea.Cmd { return nil }, Compact: func() bool { return compact }})
	r.Show(p, w, h)
	return r, p
}

func TestTheBriefAndThePromptAreWholeAtEverySize(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, framework.Requirements, true, size.W, size.H)
			c := sessiontest.Case(t)
			r.Fits()
			r.Holds(c.Brief, c.Step(framework.Requirements).Prompt, "Nothing yet. Ask the")
		})
	}
}

func TestTheScopeIsShownOnlyWhereNothingElseShowsIt(t *testing.T) {
	for _, compact := range []bool{true, false} {
		r, _ := open(t, framework.Data, compact, 76, 19)
		if got := strings.Contains(r.View(), "Scope"); got != compact {
			t.Errorf("compact %v: shown %v", compact, got)
		}
	}
}

func TestAQuestionIsTypedAndItsAnswerIsShownAtTheEnd(t *testing.T) {
	r, p := open(t, framework.Requirements, true, 56, 15)
	r.S.OnTranscript(p.End)
	r.Press("a")
	if !p.TakesText() {
		t.Fatal("a opens no field")
	}
	r.Fits()
	r.Type("how many listings are in the catalogue?")
	r.Sees("ask: how many listings")
	r.Press("enter")
	r.Sees("Interviewer:")
	r.Sees("Scope: + 200M listings")
	r.Fits()
	r.Type("latency?")
	r.Sees("ask: latency?") // the field is empty and open for the next question
	r.Press("enter")
	r.Sees("Scope: + p99 100 ms")
	r.Press("esc")
	if p.TakesText() {
		t.Error("esc leaves the field open")
	}
}

func TestAnEmptyQuestionAsksNothing(t *testing.T) {
	r, p := open(t, framework.Requirements, true, 56, 15)
	r.Press("a")
	r.Type("   ")
	r.Press("enter")
	if p.TakesText() || len(r.S.Transcript()) > 0 {
		t.Errorf("the field is open: %v; said: %v", p.TakesText(), r.S.Transcript())
	}
}

func TestALeftFieldKeepsNothingOfAQuestion(t *testing.T) {
	r, _ := open(t, framework.Requirements, true, 56, 15)
	r.Press("a")
	r.Type("half a quest")
	r.Press("esc", "a")
	if strings.Contains(r.View(), "half a quest") {
		t.Error("the next question begins with the one that was left")
	}
}

func TestAHintJoinsTheConversation(t *testing.T) {
	r, p := open(t, framework.Requirements, true, 76, 19)
	r.S.OnTranscript(p.End)
	r.Press("h")
	r.Sees("Hint 1 of 3:")
}
