package labs_test

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/pane/labs"
	"dryrun/internal/tui/session/sessiontest"
)

func open(t *testing.T, w, h int) (*sessiontest.Rig, *labs.Pane) {
	r := sessiontest.Open(t, framework.Architecture)
	p := labs.New(r.S, labs.Options{})
	r.Show(p, w, h)
	return r, p
}

// skipped opens the pane of a step whose predictions are passed over.
func skipped(t *testing.T, w, h int) *sessiontest.Rig {
	r, _ := open(t, w, h)
	r.SkipPredictions()
	return r
}

func ran(t *testing.T, w, h int) *sessiontest.Rig {
	r := skipped(t, w, h)
	r.Press("r")
	r.Sees("Two stages keep 99%")
	return r
}

func TestTheLabFitsEverySizeBeforeARunAndAfter(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, size.H)
			r.Fits()
			r.Holds("Your pipeline", "Predict first:", "r runs it.")
			r.Press("r")
			r.Fits()
			r.Holds("No range is given yet.", "r runs without one")
			r.Press("r")
			r.Sees("Two stages keep 99%")
			r.Until("the report is drawn", func() bool { return !strings.Contains(r.View(), "drawing …") })
			r.Fits()
			r.Holds("Two stages keep 99% of NDCG@10", "Most surprising:", "m shows the whole")
			if strings.Contains(r.View(), "lines 1 to") {
				t.Errorf("the first page doesn't fit:\n%s", r.View())
			}
			r.Press("m")
			r.Until("the report is drawn", func() bool { return !strings.Contains(r.View(), "drawing …") })
			r.Fits()
			r.Holds("Yours beside the reference")
		})
	}
}

func TestARunSaysHowFarItIsAndCanBeCanceled(t *testing.T) {
	r := skipped(t, 76, 19)
	r.Lab.Release = make(chan struct{})
	r.Press("r")
	r.Sees("running: building the index 3 of 7")
	r.Fits()
	if r.Does("r") != "" || r.Does("c") != "cancel" {
		t.Errorf("while it runs r does %q and c %q", r.Does("r"), r.Does("c"))
	}
	r.Press("c")
	r.Until("stopped", func() bool { return !r.S.LabRuns() && !strings.Contains(r.View(), "building") })
}

func TestAFailureStaysUntilTheNextRun(t *testing.T) {
	r := skipped(t, 76, 19)
	r.Lab.Err = errors.New("no memory for the index")
	r.Press("r")
	r.Sees("The lab failed: no memory for the index")
	r.Fits()
	r.Lab.Err = nil
	r.Press("r")
	r.Sees("Two stages keep")
	if strings.Contains(r.View(), "failed") {
		t.Error("the failure of the run before is still shown")
	}
}

func TestTheReferencesReportIsOneKeyAway(t *testing.T) {
	r := ran(t, 76, 60)
	if r.Does("o") != "" {
		t.Error("the first page offers the reference's report")
	}
	r.Press("m")
	r.Sees("The report of yours")
	r.Press("o")
	r.Sees("The report of the reference")
	r.Sees("The reference's own headline")
	r.Press("o")
	r.Sees("The report of yours")
}

func TestAnXRayTellsWhereTheItemWasLost(t *testing.T) {
	r := ran(t, 76, 60)
	r.Press("x")
	r.Sees("This run has queries 1 to 40.")
	r.Sees("number of a query:")
	r.Type("41")
	r.Press("enter")
	r.Sees("there is no query 41: this run has 40")
	r.Sees("number of a query: 41")
	r.Press("backspace", "backspace")
	r.Type("seventeen")
	r.Press("enter")
	r.Sees("isn't the number of a query")
	r.Press("ctrl+u")
	r.Type("#17")
	r.Press("enter")
	r.Sees("X-ray of query 17")
	r.Sees("it ranks 431st, outside K = 200")
}

func TestANewRunForgetsTheXRayOfTheOneBefore(t *testing.T) {
	r := ran(t, 76, 60)
	r.Press("x")
	r.Type("3")
	r.Press("enter")
	r.Sees("X-ray of query 3")
	r.Press("f", "enter")
	r.Until("gone", func() bool { return !strings.Contains(r.View(), "X-ray") })
}

func TestAHiddenFaultIsNamedOnce(t *testing.T) {
	r := skipped(t, 76, 60)
	if r.Does("d") != "" {
		t.Error("there is nothing to name")
	}
	r.Press("f")
	r.Sees("fault (mystery draws one): mystery")
	r.Press("enter")
	r.Sees("A fault may be hidden")
	r.Press("d")
	r.Sees("One of: encoder-mismatch, popularity, none.")
	r.Type("gremlins")
	r.Press("enter")
	r.Sees(`"gremlins" isn't a fault of this world`)
	r.Sees("the cause: gremlins")
	r.Press("ctrl+u")
	r.Type("none")
	r.Press("enter")
	r.Sees("You named none: right. It was none.")
	if r.Does("d") != "" {
		t.Error("it can be named again")
	}
}

func TestARunAsksBeforeItClosesARange(t *testing.T) {
	for _, key := range []string{"r", "f"} {
		r := sessiontest.Open(t, framework.Architecture)
		predicting := false
		p := labs.New(r.S, labs.Options{Predict: func() tea.Cmd { predicting = true; return nil }})
		r.Show(p, 76, 19)
		r.Press(key)
		r.Sees("No range is given yet")
		r.Press("esc")
		if p.IsModal() || r.S.LabRuns() || len(r.S.OpenPredictions()) == 0 {
			t.Fatalf("%s: esc doesn't leave everything as it was", key)
		}
		r.Press(key, "z")
		if p.IsModal() || r.S.LabRuns() {
			t.Errorf("%s: another key is taken as yes", key)
		}
		r.Press(key, "p")
		if !predicting || r.S.LabRuns() {
			t.Errorf("%s: p doesn't lead to the range", key)
		}
	}
}

func TestWhatWasPredictedIsBesideTheResult(t *testing.T) {
	r, _ := open(t, 76, 60)
	asked := sessiontest.Case(t).Step(framework.Architecture).Lab.Predict[0]
	r.Run(r.S.Do(rehearse.Predict{Prediction: asked.ID, Low: 0.1, High: 0.9}))
	r.SkipPredictions()
	r.Press("r")
	r.Sees("inside")
	r.Holds(asked.Ask, "you said", "the result is 0.42 times:")
	axis := ""
	for line := range strings.Lines(r.View()) {
		if strings.Contains(line, "├") {
			axis = line
		}
	}
	low, result, high := strings.Index(axis, "["), strings.Index(axis, "●"), strings.Index(axis, "]")
	if low < 0 || result < low || high < result {
		t.Errorf("the result 0.42 isn't drawn between 0.1 and 0.9: %q", axis)
	}
}

func TestAnotherStepHasItsOwnReport(t *testing.T) {
	r := ran(t, 76, 60)
	r.Run(r.S.Do(rehearse.Enter{Step: framework.Data}))
	r.Resize(76, 60)
	if strings.Contains(r.View(), "Two stages keep") {
		t.Error("the report of the step before is shown")
	}
}
