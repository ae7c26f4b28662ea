package reference_test

import (
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/tui/pane/reference"
	"dryrun/internal/tui/session/sessiontest"
)

func open(t *testing.T, w, h int) (*sessiontest.Rig, *reference.Pane) {
	r := sessiontest.Open(t, framework.Architecture)
	p := reference.New(r.S)
	r.Show(p, w, h)
	return r, p
}

func TestTheReferenceIsWholeAtEverySize(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, size.H)
			r.Fits()
			r.Holds("The reference is a strong spoken answer to this step.", "v opens it.")
			r.Press("enter", "y")
			r.Fits()
			step := sessiontest.Case(t).Step(framework.Architecture)
			for _, f := range step.Followups {
				r.Holds(f.Ask, f.Answer)
			}
			for _, p := range step.Pitfalls {
				r.Holds(p.Text)
			}
		})
	}
}

func TestOnlyYesOpensTheReference(t *testing.T) {
	for _, no := range []string{"esc", "n", "j", "q"} {
		r, p := open(t, 76, 19)
		r.Press("enter")
		if !p.IsModal() {
			t.Fatal("it doesn't ask")
		}
		r.Sees("Open it now?")
		r.Press(no)
		if p.IsModal() || p.IsOpened() {
			t.Errorf("%s: asking %v, open %v", no, p.IsModal(), p.IsOpened())
		}
	}
	r, p := open(t, 76, 19)
	r.Press("enter", "y")
	if !p.IsOpened() || strings.Contains(r.View(), "Open it now?") {
		t.Error("y doesn't open it")
	}
	if p.Ask(); p.IsModal() {
		t.Error("it asks whether to open what is open")
	}
}
