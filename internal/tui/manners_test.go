package tui

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session/sessiontest"
)

func TestInATextFieldEveryCharacterIsText(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("enter")
	d.write("q? 12 hello\nnot asked: why /?")
	d.sees("q? 12 hello")
	d.sees("not asked: why /?")
	if !frame.TakesText(d.root.screen) {
		t.Error("the field was left while typing")
	}
	d.until("the draft is saved", func() bool { return d.store.draft("requirements/") == "q? 12 hello\nnot asked: why /?" })
	d.press("esc")
	d.until("the answer is stored", func() bool { return strings.Contains(d.store.kinds(), "Answered") })
}

// Keys that come faster than they are read come as one message.
func TestFastTypingIsTheSameAsSlow(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("enter")
	for _, word := range []string{"end", " ", "f2", " ", "esc", " ", "tab up ctrl+c"} {
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(word)})
	}
	d.sees("end f2 esc tab up ctrl+c")
	d.press("esc")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ahow many listings")})
	d.sees("ask: how many listings")
}

func TestPasteUndoAndWideCharacters(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("enter")
	d.write("keep")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(" 日本語 pasted\nin two lines"), Paste: true})
	d.sees("日本語 pasted")
	d.fits("wide characters")
	d.press("ctrl+_")
	d.until("undone", func() bool { return !strings.Contains(d.root.View(), "pasted") })
	d.sees("keep")
	d.write("!")
	d.sees("keep!")
}

func TestCtrlCSavesAndLeaves(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("enter")
	d.write("half a thought")
	d.press("ctrl+c")
	d.until("leaving", func() bool { return d.quit })
	kinds := d.store.kinds()
	if !strings.Contains(kinds, "Answered") || !strings.HasSuffix(kinds, "Paused") {
		t.Errorf("stored: %s", kinds)
	}
}

func TestLeavingWaitsForADiskThatIsFull(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.until("begun", func() bool { return strings.Contains(d.store.kinds(), "Started") })
	d.press("enter")
	d.write("not lost")
	d.store.fail(errors.New("the disk is full"))
	d.press("ctrl+c")
	d.sees("the disk is full")
	if d.quit {
		t.Fatal("it left without saving")
	}
	d.store.fail(nil)
	d.press("ctrl+c")
	d.until("leaving", func() bool { return d.quit })
	if err := frame.Flush(t.Context(), d.root.screen); err != nil {
		t.Fatal(err)
	}
	if kinds := d.store.kinds(); !strings.Contains(kinds, "Answered") || !strings.HasSuffix(kinds, "Paused") {
		t.Errorf("stored: %s", kinds)
	}
}

// The program may be killed by a signal between a key and its saving: Run calls Flush.
func TestFlushSavesWhatNoMessageWillSaveAnyMore(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.until("begun", func() bool { return strings.Contains(d.store.kinds(), "Started") })
	// From here on the driver performs no command, as a program that has stopped.
	m := d.root.screen
	m.Update(sessiontest.Key("enter"))
	for _, r := range "unsaved" {
		m.Update(sessiontest.Key(string(r)))
	}
	if err := frame.Flush(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := d.store.draft("requirements/"); got != "unsaved" {
		t.Errorf("the draft is %q", got)
	}
	if kinds := d.store.kinds(); !strings.HasSuffix(kinds, "Paused") {
		t.Errorf("stored: %s", kinds)
	}
}

func TestAFailureToSaveStaysUntilItIsRead(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.until("begun", func() bool { return strings.Contains(d.store.kinds(), "Started") })
	d.store.fail(errors.New("the disk is full"))
	d.press("f4")
	d.sees("the disk is full")
	d.press("j", "tab", "tab")
	d.sees("the disk is full")
	d.fits("with a failure")
	d.store.fail(nil)
	d.press("esc")
	d.until("it has been read", func() bool { return !strings.Contains(d.root.View(), "the disk is full") })
	d.press("f4")
	d.until("both hints are stored", func() bool { return strings.Count(d.store.kinds(), "Hinted") == 2 })
}

func TestWithoutColourNoColourIsWritten(t *testing.T) {
	colours := regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m`)
	d := drive(t, setup{theme: "none", w: 100, h: 30, start: Start{Case: sessiontest.Case(t), Step: framework.Architecture}})
	d.sees("[Brief]")
	check := func(where string) {
		t.Helper()
		if got := colours.FindString(d.root.View()); got != "" {
			t.Errorf("%s writes %q", where, got)
		}
	}
	check("brief")
	for range 5 {
		d.press("tab")
		check("a pane")
	}
	d.press("f3", "f3")
	d.sees("Two stages keep")
	d.press("x")
	d.write("3")
	d.press("enter")
	d.sees("X-ray of query 3")
	check("lab")
	d.press("v", "y")
	d.sees("I")
	check("reference")
}

func TestALateReplyAboutTheBackgroundIsNotText(t *testing.T) {
	drop := dropLateReply()
	pass := func(msg tea.Msg) bool { return drop(nil, msg) != nil }
	alt := func(r rune) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: true} }
	if pass(alt(']')) || pass(sessiontest.Key("11;rgb:1e1e/1e1e/1e1e")) || pass(alt('\\')) {
		t.Error("a reply reaches the screens")
	}
	if !pass(sessiontest.Key("a")) || !pass(sessiontest.Key("11;")) {
		t.Error("text is swallowed")
	}
	if pass(alt(']')) || !pass(sessiontest.Key("hello")) || !pass(sessiontest.Key("11")) {
		t.Error("text after a lone alt+] is swallowed")
	}
}

func TestHomeGoesOnWithASession(t *testing.T) {
	d := drive(t, setup{theme: "dark", w: 80, h: 24, saved: sessions()})
	d.sees("“we sample negatives from the same shop”")
	d.press("enter")
	d.sees("[Brief]")
}

// Text in a stored session may be anybody's.
func TestNoControlSequenceOfAStrangerReachesTheTerminal(t *testing.T) {
	evil := "\x1b]52;c;cm0gLXJm\x07\x1b[2J\u009b31m visible"
	saved := sessions()
	saved[0].Title, saved[0].Text = evil, evil
	d := drive(t, setup{theme: "dark", w: 80, h: 24, saved: saved})
	d.sees("visible")
	d.lab.Err = errors.New(evil)
	d.press("enter")
	d.sees("[Brief]")
	d.press("f3", "f3")
	d.sees("The lab failed")
	for _, bad := range []string{"\x1b]", "\x1b[2J", "\u009b", "\x07"} {
		if strings.Contains(d.root.View(), bad) {
			t.Errorf("%q reaches the terminal", bad)
		}
	}
}

func TestAFieldNamesAKeyThatIsntText(t *testing.T) {
	d := practising(t, 100, 30, "")
	d.sees("? all keys")
	d.press("a")
	d.sees("F8 all keys")
	d.seesNot("? all keys")
	d.seesNot("? keys")
}

func TestAWideHomeTellsWhatIsChosen(t *testing.T) {
	d := drive(t, setup{theme: "dark", w: 120, h: 36, saved: sessions()})
	d.sees("You wrote last")
	d.sees("▸ 3 Data")
	d.fits("home with a session")
	d.press("end")
	d.sees("People see a thing on the street")
	d.sees("Tags: ")
	d.sees("7 Serving and monitoring    6 min")
	d.sees("Last session ")
	d.fits("home with a case")
	d.resize(80, 24)
	d.seesNot("Tags: ")
}

func TestAPasteOfManyLinesShowsItsEnd(t *testing.T) {
	d := practising(t, 80, 24, "")
	d.press("enter")
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("line %d of a paste", i))
	}
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Join(lines, "\n")), Paste: true})
	d.sees("line 199 of a paste")
	d.press("esc", "a")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Join(lines, "\n")), Paste: true})
	d.sees("line 199 of a paste")
}
