package session_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
	"dryrun/internal/tui/session/sessiontest"
)

func left(r *sessiontest.Rig) bool {
	for _, msg := range r.Sent {
		if _, ok := msg.(frame.Left); ok {
			return true
		}
	}
	return false
}

func TestAResultOfACanceledRunIsDropped(t *testing.T) {
	r := sessiontest.Open(t, framework.Architecture)
	r.Lab.Release = make(chan struct{})
	r.StartLab()
	r.Until("progress", func() bool { return strings.Contains(r.S.LabProgress(), "building the index 3 of 7") })
	r.Run(r.S.Do(rehearse.Cancel{}))
	close(r.Lab.Release)
	r.StartLab() // its result comes after that of the canceled run
	r.Until("the second run", func() bool { return !r.S.LabRuns() })
	r.Until("it is stored", func() bool { return strings.Contains(r.Store.Kinds("s1"), "LabRan") })
	if n := strings.Count(r.Store.Kinds("s1"), "LabRan"); n != 1 || r.S.LabError() != nil {
		t.Errorf("%d runs are stored, the last failed with %v", n, r.S.LabError())
	}
}

func TestALabThatFailsIsNotASessionThatFails(t *testing.T) {
	r := sessiontest.Open(t, framework.Architecture)
	r.Lab.Err = errors.New("no memory")
	r.StartLab()
	r.Until("it failed", func() bool { return r.S.LabError() != nil })
	if r.Said("no memory") {
		t.Error("a failure of the lab is told as one of the program")
	}
	r.Lab.Err = nil
	r.StartLab()
	if r.S.LabError() != nil {
		t.Error("the error of the run before is kept")
	}
}

func TestTheProgressOfALongRunSaysForHowLong(t *testing.T) {
	r := sessiontest.Open(t, framework.Architecture)
	r.Lab.Release = make(chan struct{})
	r.StartLab()
	r.Clock.Forward(12 * time.Second)
	r.Until("a tick", func() bool { return strings.HasSuffix(r.S.LabProgress(), "· 12 s") })
}

func TestMessagesOfAnotherSessionAreDropped(t *testing.T) {
	a, b := sessiontest.Open(t, framework.Architecture), sessiontest.Open(t, framework.Architecture)
	var msgs []tea.Msg
	var collect func(cmd tea.Cmd)
	collect = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			for _, c := range msg {
				collect(c)
			}
		default:
			msgs = append(msgs, msg)
		}
	}
	started, err := a.S.StartLab("")
	if err != nil {
		t.Fatal(err)
	}
	collect(started)
	for _, msg := range msgs {
		if cmd := b.S.Update(msg); cmd != nil {
			t.Errorf("%T of another session sets something going", msg)
		}
	}
	if yours, _ := b.S.Report(framework.Architecture); yours != nil {
		t.Error("it has the report of another session")
	}
}

func TestDraftsAreSavedOnceTypingPauses(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Until("begun", func() bool { return strings.Contains(r.Store.Kinds("s1"), "Started") })
	for _, text := range []string{"a", "ab", "abc"} {
		r.Run(r.S.Do(rehearse.Draft{Text: text}))
	}
	r.Until("saved", func() bool { return len(r.Store.Saved()) > 0 })
	if saved := r.Store.Saved(); len(saved) != 1 || saved[0].Text != "abc" {
		t.Errorf("saved %v", saved)
	}
}

func TestLeavingWaitsUntilEverythingIsStored(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Run(r.S.Do(rehearse.Draft{Text: "half a thought"}))
	r.Run(r.S.Leave(frame.Left{}))
	r.Until("left", func() bool { return left(r) })
	if kinds := r.Store.Kinds("s1"); !strings.HasSuffix(kinds, "Paused") {
		t.Errorf("stored: %s", kinds)
	}
	if saved := r.Store.Saved(); len(saved) != 1 || saved[0].Text != "half a thought" {
		t.Errorf("saved %v", saved)
	}
}

func TestLeavingThatCannotSaveSaysSoAndGoesTheSecondTime(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Until("begun", func() bool { return strings.Contains(r.Store.Kinds("s1"), "Started") && r.S.InStore() })
	r.Store.Fail(-1, errors.New("the disk is full"))
	r.Run(r.S.Leave(frame.Left{}))
	r.Until("told", func() bool { return r.Said("the disk is full") })
	if left(r) || r.S.Leaving() {
		t.Fatal("it left without saving")
	}
	r.Run(r.S.Leave(frame.Left{}))
	r.Until("left", func() bool { return left(r) })
}

func TestFlushStoresWhatNoCommandWillStore(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Until("begun", func() bool { return strings.Contains(r.Store.Kinds("s1"), "Started") && r.S.InStore() })
	r.S.Do(rehearse.Answer{Text: "committed"}) // its command is never run
	r.S.Do(rehearse.Draft{Text: "committed, and more"})
	if err := r.S.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kinds := r.Store.Kinds("s1"); !strings.HasSuffix(kinds, "Answered Paused") {
		t.Errorf("stored: %s", kinds)
	}
	if saved := r.Store.Saved(); len(saved) == 0 || saved[len(saved)-1].Text != "committed, and more" {
		t.Errorf("saved %v", saved)
	}
}

func TestTheClockIsComputedAndStandsStillWhilePaused(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Clock.Forward(83 * time.Minute)
	r.Until("a tick", func() bool { return r.S.Elapsed() == 83*time.Minute })
	if got := r.S.StepClock(framework.Requirements); got != "83m of 5m" {
		t.Errorf("the step's clock shows %q", got)
	}
	r.Run(r.S.Update(frame.Suspending{}))
	r.Clock.Forward(time.Hour)
	r.Run(r.S.Update(tea.ResumeMsg{}))
	r.Clock.Forward(time.Minute)
	r.Until("a tick", func() bool { return r.S.Elapsed() == 84*time.Minute })
}

func TestMisuseIsANoteAndChangesNothing(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Run(r.S.Do(rehearse.Probe{}))
	r.Until("a note", func() bool { return r.Said("answer first") })
	if len(r.S.Transcript()) > 0 {
		t.Errorf("said: %v", r.S.Transcript())
	}
}

func TestTheConversationComesBackWithAResumedSession(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	heard := 0
	r.S.OnTranscript(func() { heard++ })
	r.Run(r.S.Do(rehearse.Ask{Text: "how many listings are in the catalogue?"}))
	r.Run(r.S.Do(rehearse.Hint{}))
	if heard != 2 {
		t.Errorf("heard %d times", heard)
	}
	again := r.Again()
	if got := again.Transcript(); len(got) != 3 || got[0].Who != session.You || got[2].Who != rehearse.ByCoach {
		t.Errorf("the conversation came back as %v", got)
	}
}

func TestATextIsRenderedOnceAWidth(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	works := map[int]int{}
	get := func(w int) []string {
		return r.S.Rendered("text", w, func() []string { works[w]++; return []string{"drawn"} }, []string{"meanwhile"})
	}
	for _, w := range []int{40, 60} {
		if got := get(w)[0]; got != "meanwhile" {
			t.Fatalf("before it is drawn it shows %q", got)
		}
		r.Run(r.S.Render())
		get(w)
		r.Run(r.S.Render()) // it is under way
		r.Until("drawn", func() bool { return get(w)[0] == "drawn" })
	}
	if works[40] != 1 || works[60] != 1 {
		t.Errorf("drawn %v times by width", works)
	}
}

func TestMarkdownIsReadableUntilItIsRendered(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	if got := strings.Join(r.S.Prose("some **bold** text", 40), " "); got != "some **bold** text" {
		t.Errorf("at first it shows %q", got)
	}
	r.Run(r.S.Render())
	r.Until("rendered", func() bool { return !strings.Contains(strings.Join(r.S.Prose("some **bold** text", 40), " "), "**") })
	if got := r.S.Prose("  ", 40); got != nil {
		t.Errorf("nothing is shown as %q", got)
	}
}
