package decide_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/pane/decide"
	"dryrun/internal/tui/session/sessiontest"
)

func open(t *testing.T, w, h int) (*sessiontest.Rig, *decide.Pane) {
	r := sessiontest.Open(t, framework.Architecture)
	p := decide.New(r.S)
	r.Show(p, w, h)
	return r, p
}

func TestEveryChoiceIsWholeAtEverySize(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, size.H)
			r.Fits()
			step := sessiontest.Case(t).Step(framework.Architecture)
			for _, d := range step.Decide {
				r.Holds(d.Ask)
				for _, o := range d.Options {
					r.Holds(casestudies.OptionWords(o.ID))
				}
			}
			for _, p := range step.Lab.Predict {
				r.Holds(p.Ask)
			}
			// The one under the cursor is on the screen, wherever it is.
			for range len(step.Decide) + len(step.Lab.Predict) {
				if !strings.Contains(r.View(), "▸") {
					t.Errorf("the cursor isn't on the screen:\n%s", r.View())
				}
				r.Press("j")
			}
		})
	}
}

func TestALetterDecidesAndTheCursorGoesOn(t *testing.T) {
	r, _ := open(t, 76, 40)
	first := sessiontest.Case(t).Step(framework.Architecture).Decide[0]
	second := r.S.Offered(first)[1].ID
	r.Press("b")
	if got := r.S.Here().Decisions[first.ID].Option; got != second {
		t.Fatalf("decided %q, want %q as shown", got, second)
	}
	r.Sees("● b) " + casestudies.OptionWords(second))
	r.Sees("▸ 2 of ")
}

func TestOnlyLettersOfOptionsAreTold(t *testing.T) {
	r, _ := open(t, 76, 19)
	for i, d := range sessiontest.Case(t).Step(framework.Architecture).Decide {
		for n, letter := range []string{"a", "b", "c", "d"} {
			if told := r.Does(letter) == "decide"; told != (n < len(d.Options)) {
				t.Errorf("decision %d with %d options: %s told %v", i+1, len(d.Options), letter, told)
			}
		}
		r.Press("j")
	}
}

func TestWhatIsSkippedIsSaid(t *testing.T) {
	r, _ := open(t, 76, 19)
	r.Press("x", "k")
	r.Sees("skipped, not scored")
}

func TestARangeThatIsNoneCanBeCorrected(t *testing.T) {
	r, p := open(t, 76, 19)
	step := sessiontest.Case(t).Step(framework.Architecture)
	for range len(step.Decide) + len(step.Lab.Predict) {
		r.Press("j")
	}
	r.Type("5")
	r.Type("y 7")
	r.Sees("range: 5y 7")
	r.Press("enter")
	r.Sees("isn't a number")
	if !p.TakesText() {
		t.Fatal("the field was closed")
	}
	r.Sees("range: 5y 7")
	r.Press("backspace", "backspace", "backspace")
	r.Type(" 3")
	r.Press("enter")
	if !p.TakesText() {
		t.Fatal("a range from 5 to 3 closed the field")
	}
	r.Press("backspace")
	r.Type("7")
	r.Press("enter")
	predict := step.Lab.Predict
	if said := r.S.Here().Predictions[predict[len(predict)-1].ID]; said.Low != 5 || said.High != 7 {
		t.Errorf("predicted %+v", said)
	}
}

func TestTheWhiteboardIsDrawnAtEveryWidth(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, 40)
			r.Press("w")
			r.Type("photo → encoder → hnsw k=200 → trees → a label as long as forty characters can → top 20")
			r.Press("enter")
			r.Sees("│ photo │ → │ encoder │ → │ hnsw k=200 │")
			r.Fits()
			r.Holds("a label as long as forty characters can")
			if got := r.S.Here().Decisions["candidates"].Option; got != "200" {
				t.Errorf("drawn k=200 decided %q", got)
			}
			for _, l := range strings.Split(r.View(), "\n") {
				if strings.Count(l, "┌") != strings.Count(l, "┐") {
					t.Errorf("a box is cut: %q", l)
				}
				if ansi.StringWidth(l) > size.W {
					t.Errorf("%q is wider than %d", l, size.W)
				}
			}
		})
	}
}

func TestAfterTheRevealTheBestIsSaid(t *testing.T) {
	r, _ := open(t, 76, 60)
	first := sessiontest.Case(t).Step(framework.Architecture).Decide[0]
	r.Run(r.S.Do(rehearse.Reveal{}))
	r.Sees("the best is " + casestudies.OptionWords(first.Options.Best()))
}
