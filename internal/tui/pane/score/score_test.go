package score_test

import (
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/pane/score"
	"dryrun/internal/tui/session/sessiontest"
)

const answer = "- the goal is a purchase within a day of the search, so we measure purchases and not clicks\n" +
	"- p99 latency of 100 ms, split between the two stages"

// open opens the pane of a step that is answered and whose reference is open.
func open(t *testing.T, w, h int) (*sessiontest.Rig, *score.Pane) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Run(r.S.Do(rehearse.Answer{Text: answer}))
	r.Run(r.S.Do(rehearse.Reveal{}))
	p := score.New(r.S)
	r.Show(p, w, h)
	return r, p
}

func TestTheCriteriaAreWholeAtEverySize(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, size.H)
			r.Fits()
			for _, c := range r.S.Rubric()[framework.Requirements] {
				r.Holds(c.Text)
				if !strings.Contains(r.View(), "▸") {
					t.Errorf("the cursor isn't on the screen:\n%s", r.View())
				}
				r.Press("?")
				r.Holds("Expected from "+string(c.Level), c.Probe, c.Stronger)
				r.Press("?", "j")
			}
			r.Press("c")
			r.Fits()
			r.Holds("Scorecard,", "1 of 7 steps answered.", "You said:")
		})
	}
}

func TestBeforeTheReferenceIsOpenItSaysWhatComesFirst(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Show(score.New(r.S), 56, 15)
	r.Fits()
	r.Holds("Answer the step and open the reference (v): then you mark yourself")
	if r.Does("1") != "" {
		t.Error("it can be marked")
	}
}

func TestMarksAreGivenOneAfterTheOther(t *testing.T) {
	r, _ := open(t, 76, 60)
	criteria := r.S.Rubric()[framework.Requirements]
	r.Press("1", "h", "0")
	marks := r.S.Here().Marks["self"]
	for i, want := range []framework.Mark{framework.Full, framework.Half, framework.None} {
		if got := marks[criteria[i].ID].Mark; got != want {
			t.Errorf("criterion %d is marked %v, want %v", i+1, got, want)
		}
	}
	r.Sees("[1]")
	r.Sees("[½]")
	r.Sees("of 4")
}

func TestTheSuggestionIsTakenByEnter(t *testing.T) {
	r, _ := open(t, 76, 60)
	first := r.S.Suggestions(framework.Requirements)[0]
	r.Press("enter")
	if got := r.S.Here().Marks["self"][first.Criterion].Mark; got != first.Mark {
		t.Errorf("marked %v, suggested %v", got, first.Mark)
	}
}

func TestFinishingTakesTheSameKeyTwice(t *testing.T) {
	r, p := open(t, 76, 19)
	press := func(keys ...string) {
		for _, k := range keys {
			p.KeyPressed(k)
			r.Press(k)
		}
	}
	press("c", "f")
	r.Until("a note", func() bool { return r.Said("f again finishes") })
	press("c", "c", "f")
	if r.S.State().Ended {
		t.Fatal("finished by one key after another one")
	}
	press("f")
	if !r.S.State().Ended {
		t.Fatal("not finished")
	}
	r.Sees("This session is finished")
	if r.Does("f") != "" {
		t.Error("it can be finished again")
	}
}

func TestAnotherStepBeginsAnew(t *testing.T) {
	r, p := open(t, 76, 19)
	r.Press("c")
	r.Sees("Scorecard")
	p.Enter()
	r.Resize(76, 19)
	if strings.Contains(r.View(), "Scorecard") {
		t.Error("the scorecard is still shown")
	}
}
