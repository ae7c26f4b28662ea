package framework

import (
	"strings"
	"testing"
	"time"
)

func TestASummaryTruncatesALongAnswerAndCountsTheTimeBeforeAKill(t *testing.T) {
	begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(seq int, b Body) Event {
		return Event{Seq: seq, At: begun.Add(time.Duration(seq) * time.Minute), Body: b}
	}
	st, err := Fold([]Event{
		at(1, Started{Session: "s", CaseID: "feed", Steps: []StepID{Data, Model}}),
		at(2, StepEntered{Step: Data}),
		at(3, Answered{Step: Data, Text: "the prompt's answer"}),
		at(4, Answered{Step: Data, To: "probe", Text: strings.Repeat("é", 5000)}),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := st.Summary()
	if !strings.HasPrefix(got.Text, "éé") || len([]rune(got.Text)) > 1000 {
		t.Errorf("the text begins %.10q and has %d runes", got.Text, len([]rune(got.Text)))
	}
	if got.Steps != 2 || got.StepsDone != 0 || !got.Open() || !got.Running {
		t.Errorf("%+v", got)
	}
	killed := got.With("typed since", begun.Add(10*time.Minute))
	if killed.Elapsed != 8*time.Minute || killed.Text != "typed since" {
		t.Errorf("alive until 10 minutes in: %s, %q", killed.Elapsed, killed.Text)
	}
	if paused := (Summary{Elapsed: time.Minute}).With("", begun.Add(time.Hour)); paused.Elapsed != time.Minute {
		t.Errorf("a stopped clock counted %s", paused.Elapsed)
	}
}
