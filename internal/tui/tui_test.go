package tui

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/teatest"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session/sessiontest"
)

func plain(s string) string { return ansi.Strip(s) }

// fits checks what every screen owes the terminal: its size, a title, a help line.
func (d *driver) fits(where string) {
	d.t.Helper()
	view := d.root.View()
	lines := strings.Split(view, "\n")
	if len(lines) != d.h {
		d.t.Errorf("%s at %dx%d: %d lines", where, d.w, d.h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n > d.w {
			d.t.Errorf("%s at %dx%d: line %d is %d wide: %q", where, d.w, d.h, i+1, n, l)
		}
	}
	if !strings.Contains(lines[0], "dryrun") {
		d.t.Errorf("%s at %dx%d: no title in %q", where, d.w, d.h, lines[0])
	}
	if last := plain(lines[len(lines)-1]); !strings.Contains(last, "all keys") {
		d.t.Errorf("%s at %dx%d: no help line in %q", where, d.w, d.h, last)
	}
}

func sizes() [][2]int { return [][2]int{{60, 20}, {80, 24}, {100, 30}, {200, 60}} }

func sessions() []framework.Summary {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	return []framework.Summary{
		{
			ID: "abc", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Created: at, Updated: at,
			Step: framework.Data, Elapsed: 12 * time.Minute, Text: "we sample negatives from the same shop",
		},
		{
			ID: "old", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Created: at, Updated: at, Ended: &at,
			Step: framework.Serving,
		},
	}
}

func TestEveryScreenFitsEverySize(t *testing.T) {
	for _, size := range sizes() {
		w, h := size[0], size[1]
		t.Run(fmt.Sprintf("%dx%d", w, h), func(t *testing.T) {
			d := drive(t, setup{theme: "dark", w: w, h: h, saved: sessions()})
			d.sees("Not finished")
			d.sees("step 3 of 7")
			d.fits("home")
			d.press("v")
			d.sees("finished")
			d.fits("review")

			d = practising(t, w, h, framework.Architecture)
			d.until("a step and a clock", func() bool {
				top := strings.SplitN(plain(d.root.View()), "\n", 2)[0]
				return strings.Contains(top, "2 of 7") && strings.Contains(top, "00:00:00")
			})
			d.fits("brief")
			d.press("f5")
			d.fits("asking")
			d.press("esc")
			for _, pane := range []string{"Answer", "Decide", "Lab", "Reference", "Score"} {
				d.press("tab")
				d.sees("[" + pane + "]")
				d.fits(pane)
			}
			d.press("s")
			d.sees("Go to a step")
			d.fits("steps")
			d.press("esc", "?")
			d.sees("Keys of this screen")
			d.press("x")
			d.press("f3", "f3")
			d.sees("Two stages keep 99%")
			d.fits("lab")
			d.press("v")
			d.fits("confirming")
			d.press("y")
			d.until("the reference", func() bool { return d.root.screen.(interface{ Where() string }).Where() != "" })
			d.fits("reference")
		})
	}
}

func TestATerminalTooSmallIsToldWhatIsNeeded(t *testing.T) {
	d := practising(t, 80, 24, "")
	for _, size := range [][2]int{{59, 24}, {80, 19}, {30, 8}, {6, 1}} {
		d.resize(size[0], size[1])
		lines := strings.Split(d.root.View(), "\n")
		if len(lines) != 1 || ansi.StringWidth(lines[0]) > size[0] || !strings.Contains(lines[0], "60") {
			t.Errorf("%dx%d shows %q", size[0], size[1], lines)
		}
	}
	d.resize(80, 24)
	d.sees("[Brief]")
	d.fits("after it grew again")
}

func TestAFirstRunNamesOneThingToDo(t *testing.T) {
	d := drive(t, setup{theme: "dark", w: 80, h: 24})
	d.sees("Press enter to begin with Visual search")
	d.press("enter")
	d.sees("[Brief]")
	d.sees("People see a thing on the street")
}

func TestTheFilterNarrowsAndAnEmptyOneSaysHowToGoOn(t *testing.T) {
	d := drive(t, setup{theme: "dark", w: 80, h: 24, saved: sessions()})
	d.sees("Not finished")
	d.press("/")
	d.write("zzzqqq?")
	d.sees("Nothing matches")
	d.press("esc")
	d.sees("Not finished")
}

func TestAskingReleasesAFactIntoTheScope(t *testing.T) {
	d := practising(t, 100, 30, "")
	d.press("a")
	d.write("how many listings are in the catalogue?")
	d.press("enter")
	d.sees("200M listings")
	d.sees("You: how many listings")
	d.press("f5")
	d.write("what is the colour of the sky")
	d.press("enter")
	d.sees("I have no answer to that")
}

func TestDecideThenPredictThenRunShowsYoursBesideTheReference(t *testing.T) {
	d := practising(t, 100, 40, framework.Architecture)
	d.press("tab", "tab")
	d.sees("[Decide]")
	for range sessiontest.Case(t).Step(framework.Architecture).Decide {
		d.press("a")
	}
	d.until("decided", func() bool { return strings.Contains(d.store.kinds(), "Decided") })
	d.press("enter")
	d.write("low?")
	d.press("enter")
	d.sees("isn't a number")
	for range "low?" {
		d.press("backspace")
	}
	d.write("0.1 0.9")
	d.press("enter")
	d.until("predicted", func() bool { return strings.Contains(d.store.kinds(), "Predicted") })
	d.press("f3", "f3")
	d.sees("Two stages keep 99%")
	d.press("m")
	d.sees("Yours beside the reference")
	d.sees("Two stages keep 99% of NDCG@10")
	d.sees("inside")
	d.sees("0.991")
	d.press("x")
	d.write("17")
	d.press("enter")
	d.sees("X-ray of query 17")
	d.sees("it ranks 431st, outside K = 200")
}

func TestADigitOnAPredictionBeginsItsRange(t *testing.T) {
	d := practising(t, 100, 40, framework.Evaluation)
	d.press("tab", "tab")
	d.sees("judged grades")
	d.seesNot("judged-grades")
	d.write("5")
	if frame.TakesText(d.root.screen) {
		t.Error("a digit on a decision opened a field")
	}
	for range sessiontest.Case(t).Step(framework.Evaluation).Decide {
		d.press("j")
	}
	d.write(".5 25")
	d.press("enter")
	d.sees("0.50 to 25 times")
	d.until("predicted", func() bool { return strings.Contains(d.store.kinds(), "Predicted") })
}

func TestTheWhiteboardDrawsBoxes(t *testing.T) {
	d := practising(t, 100, 40, framework.Architecture)
	d.press("tab", "tab", "w")
	d.write("photo -> encoder -> hnsw k=200")
	d.press("enter")
	d.sees("│ photo │ → │ encoder │")
}

// The lab's parser takes both arrows, and what it has read is what is drawn.
func TestTheWhiteboardDrawsTheBoxesThatWereRead(t *testing.T) {
	d := practising(t, 100, 40, framework.Architecture)
	d.press("tab", "tab", "w")
	d.write("photo  → encoder -> hnsw k=200")
	d.press("enter")
	d.sees("also decides k:")
	d.sees("│ photo │ → │ encoder │ → │ hnsw k=200 │")
}

func TestAResultOfACancelledRunIsDropped(t *testing.T) {
	d := practising(t, 80, 24, framework.Architecture)
	d.lab.Release = make(chan struct{})
	d.press("f3", "f3")
	d.sees("building the index 3 of 7")
	d.press("c")
	d.until("stopped", func() bool { return !strings.Contains(d.root.View(), "building the index") })
	close(d.lab.Release)
	d.seesNot("Two stages keep")
	if strings.Contains(d.store.kinds(), "LabRan") {
		t.Error("a cancelled run was recorded")
	}
	d.press("f3", "f3")
	d.sees("Two stages keep")
}

func TestALabThatFailsSaysSoUntilTheNextRun(t *testing.T) {
	d := practising(t, 80, 24, framework.Architecture)
	d.lab.Err = errors.New("no memory for the index")
	d.press("f3", "f3")
	d.sees("The lab failed: no memory for the index")
	d.press("tab", "shift+tab")
	d.sees("The lab failed: no memory for the index")
	d.lab.Err = nil
	d.press("f3", "f3")
	d.sees("Two stages keep")
	d.seesNot("The lab failed")
}

func TestRevealAsksOnceAndThenMarksAreGiven(t *testing.T) {
	d := practising(t, 100, 40, framework.Requirements)
	d.press("enter")
	d.write("- the goal is a purchase within a day of the search, so we measure purchases and not clicks\n" +
		"- p99 latency of 100 ms, split between the two stages\n")
	d.press("esc", "v")
	d.sees("Open it now?")
	d.press("n")
	if strings.Contains(d.store.kinds(), "Revealed") {
		t.Fatal("opened without a yes")
	}
	d.press("v", "y")
	d.until("opened", func() bool { return strings.Contains(d.store.kinds(), "Revealed") })
	d.press("tab")
	d.sees("Mark your own answer")
	d.press("1", "h", "0", "enter", "enter", "enter", "enter")
	d.until("marked", func() bool { return strings.Count(d.store.kinds(), "Marked") >= 4 })
	d.sees("[1]")
	d.sees("[½]")
	d.sees("of 4,")
	d.press("i")
	d.sees("An interviewer would probe")
	d.press("c")
	d.sees("Scorecard")
	d.sees("1 of 7 steps answered")
	d.sees("You said: ")
	d.press("n")
	d.sees("step 2 of 7")
	d.press("shift+tab", "c")
	d.sees("Scorecard")
	d.sees("You said: ") // though this step has no words
}

func TestStepsAreReachedByTheListAndByNext(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("n")
	d.sees("step 2 of 7")
	d.press("s", "7")
	d.sees("step 7 of 7")
	d.press("n")
	d.sees("Scorecard")
}

func TestASessionIsFinishedByTwoKeysAndThenOnlyReads(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("s", "7", "n")
	d.sees("Scorecard")
	d.press("f")
	d.sees("f again finishes")
	d.press("f")
	d.until("ended", func() bool { return strings.HasSuffix(d.store.kinds(), "Ended") })
	d.sees("This session is finished")
	d.press("esc", "enter")
	d.sees("nothing more can be written")
	if frame.TakesText(d.root.screen) {
		t.Error("it still takes text")
	}
	d.press("q")
	d.until("leaving", func() bool { return d.quit })
	if said := d.root.farewell(); !strings.Contains(said, "dryrun review s1") || strings.Contains(said, "dryrun practice") {
		t.Errorf("on leaving a finished session it says %q", said)
	}
	if kinds := d.store.kinds(); !strings.HasSuffix(kinds, "Ended") {
		t.Errorf("stored: %s", kinds)
	}
}

func TestALongQuestionScrollsFromItsFirstLine(t *testing.T) {
	d := practising(t, 60, 20, "")
	d.sees("lines 1 to")
	first := d.root.View()
	d.press("pgdown")
	if d.root.View() == first {
		t.Error("it doesn't scroll")
	}
	d.press("tab", "enter")
	d.write("the field is on the screen")
	d.sees("the field is on the screen")
}

func TestTheClockIsComputedNotCounted(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.clock.Forward(83 * time.Minute)
	d.sees("01:23:00")
}

func TestSuspendedTimeIsNoActiveTime(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.clock.Forward(time.Minute)
	d.send(tea.KeyMsg{Type: tea.KeyCtrlZ})
	d.until("paused", func() bool { return strings.Contains(d.store.kinds(), "Paused") })
	d.clock.Forward(time.Hour)
	d.send(tea.ResumeMsg{})
	d.until("gone on", func() bool { return strings.Contains(d.store.kinds(), "Resumed") })
	d.clock.Forward(time.Minute)
	d.sees("00:02:00")
}

func TestAMysteryIsNamedOnce(t *testing.T) {
	d := practising(t, 100, 40, framework.Architecture)
	d.press("tab", "tab", "tab", "f", "r")
	d.sees("mystery")
	d.press("enter")
	d.sees("A fault may be hidden")
	d.press("d")
	d.write("none")
	d.press("enter")
	d.sees("You named none: right")
}

// One smoke test of the whole program, with its own loop and renderer.
func TestTheProgramRunsAndLeaves(t *testing.T) {
	d := drive(t, setup{theme: "none", w: 80, h: 24})
	m := newRoot(t.Context(), d.root.o, d.root.theme)
	tm := teatest.NewTestModel(t, m, teatest.WithInitialTermSize(80, 24))
	teatest.WaitFor(t, tm.Output(), func(b []byte) bool { return bytes.Contains(b, []byte("Press enter to begin")) })
	tm.Send(tea.KeyMsg{Type: tea.KeyEnter})
	teatest.WaitFor(t, tm.Output(), func(b []byte) bool { return bytes.Contains(b, []byte("[Brief]")) })
	tm.Send(tea.KeyMsg{Type: tea.KeyCtrlC})
	tm.WaitFinished(t, teatest.WithFinalTimeout(10*time.Second))
	if kinds := d.store.kinds(); !strings.HasSuffix(kinds, "Paused") {
		t.Errorf("stored: %s", kinds)
	}
	if said := m.farewell(); !strings.Contains(said, "dryrun practice visual-search") {
		t.Errorf("on exit: %q", said)
	}
}
