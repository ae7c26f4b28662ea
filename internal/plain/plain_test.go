package plain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/store/storetest"
)

// fakeLab is a lab that finishes at once.
type fakeLab struct{ ran []rehearse.RunLab }

func (b *fakeLab) Run(_ context.Context, r rehearse.RunLab, progress func(report.Progress)) (rehearse.LabResult, error) {
	b.ran = append(b.ran, r)
	progress(report.Progress{What: "building the index"})
	progress(report.Progress{What: "building the index", Done: 1, Of: 2})
	progress(report.Progress{What: "resampling AUC"})
	progress(report.Progress{What: "building the index", Done: 1, Of: 2})
	results := map[string]float64{}
	for id := range r.Predictions {
		results[id] = 0.5
	}
	return rehearse.LabResult{Yours: &report.Step{
		Step: string(r.Step), Headline: "The run's headline",
		Metrics: map[string]float64{"stage1_recall_at_k": 0.5},
		Blocks: []report.Block{{
			Kind: report.Funnel, Title: "The funnel", Alt: "Half survive.",
			Rows: []report.Row{{report.Text("corpus"), report.Num(10)}, {report.Text("stage 1"), report.Num(5)}},
		}},
	}, Results: results}, nil
}

func (b *fakeLab) XRay(context.Context, rehearse.RunXRay) (report.XRay, error) {
	return report.XRay{}, errors.New("no such query")
}

// anyKnobs accepts every knob.
type anyKnobs struct{}

func (anyKnobs) Check(*casestudies.Case, map[string]string) error { return nil }
func (anyKnobs) Sketch(*casestudies.Case, string) ([]string, map[string]string, error) {
	return []string{"photo", "trees"}, map[string]string{"ranker": "trees"}, nil
}
func (anyKnobs) Mystery(*casestudies.Case, int64) string { return "none" }

func (anyKnobs) Faults(*casestudies.Case) []string { return []string{"leakage"} }

type fixedClock struct{ now time.Time }

func (c *fixedClock) Now() time.Time { return c.now }

// converse runs a conversation of the given lines and returns what was said.
func converse(t *testing.T, step framework.StepID, script ...string) (string, *storetest.Memory, *rehearse.Session) {
	t.Helper()
	store := &storetest.Memory{}
	said, s, err := converseWith(t, store, step, script...)
	if err != nil {
		t.Fatal(err)
	}
	return said, store, s
}

// converseWith is talk with a store that may fail.
func converseWith(t *testing.T, store *storetest.Memory, step framework.StepID, script ...string) (string, *rehearse.Session, error) {
	t.Helper()
	c, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	clock := &fixedClock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s, opening, err := rehearse.New(rehearse.Deps{
		Coach: coach.New(), Knobs: anyKnobs{}, Clock: clock,
	}, rehearse.Options{ID: "s1", Case: c, Step: step, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	in := strings.NewReader(strings.Join(script, "\n") + "\n")
	err = Walk(t.Context(), s, opening, Options{In: in, Out: &out, Clock: clock, Store: store, Lab: &fakeLab{}})
	return out.String(), s, err
}

func TestAWholeStepInLines(t *testing.T) {
	said, store, s := converse(t, framework.Evaluation,
		"/ask what counts as a relevant result, the exact product or something similar?",
		"/ask how many people work on the team",
		"/answer",
		"- measure each stage apart: recall@200 of retrieval against an exact scan, NDCG@10 for the ranker",
		"- A/B test by shopper on purchases, about 200k searches an arm, guardrail p99",
		".",
		"/decide", "judged grades", "each shopper", "online winner",
		"/predict", "oops", "2 6",
		"/run",
		"/reveal", "y",
		"/mark", "h", "", "w", "", "", "", "", "1",
		"/next", "/end",
	)
	for _, want := range []string{
		"step 6 of 7: Evaluation",
		"Scope: ", "Exact first",
		"assumption",
		"1 of 3", "isn't a number",
		"building the index",
		"The run's headline",
		"corpus: 10",
		"Reference: The decision is whether",
		"1 of 7", "coach:",
		"Decisions: 3 of 3 best",
		"step 7 of 7",
		"Scorecard", "You said: ", "\ndryrun review s1",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the conversation never says %q", want)
		}
	}
	if n := strings.Count(said, "The run's headline"); n != 1 {
		t.Errorf("the headline is said %d times, want once", n)
	}
	if strings.ContainsRune(said, '\x1b') {
		t.Error("plain mode wrote a control sequence")
	}
	folded, err := framework.Fold(store.Events("s1"))
	if err != nil {
		t.Fatalf("the stored log doesn't fold: %v", err)
	}
	if folded.Seq != s.State().Seq || !folded.Ended {
		t.Errorf("stored up to %d and ended %t, want %d and ended", folded.Seq, folded.Ended, s.State().Seq)
	}
	if len(folded.StepState(framework.Evaluation).Marks["self"]) != 7 {
		t.Errorf("%d marks stored, want 7", len(folded.StepState(framework.Evaluation).Marks["self"]))
	}
	if t.Failed() {
		t.Log(said)
	}
}

func TestAFullDiskIsReportedOnceAndNothingIsCalledSaved(t *testing.T) {
	script := []string{"/answer"}
	for range 30 {
		script = append(script, "a line of the answer")
	}
	script = append(script, ".", "/quit", "/quit")
	store := &storetest.Memory{}
	store.Fail(-1, errors.New("the disk is full"))
	said, s, err := converseWith(t, store, framework.Data, script...)
	if err == nil || strings.Contains(said, "Everything is saved") || s.InStore() {
		t.Errorf("nothing could be stored; the error is %v, and it said:\n%s", err, said)
	}
	if n := strings.Count(said, "disk is full"); n != 1 {
		t.Errorf("why it isn't saved is said %d times, want once", n)
	}
	if !strings.Contains(said, "Free some disk space, then type /quit again") {
		t.Error("leaving didn't wait for the disk")
	}

	store = &storetest.Memory{}
	store.Fail(5, errors.New("the disk is full"))
	said, s, err = converseWith(t, store, framework.Data, script...)
	if err != nil || !s.InStore() || !strings.Contains(said, "Everything is saved again.") {
		t.Errorf("after the disk had space again: %v:\n%s", err, said)
	}
	if folded, err := framework.Fold(store.Events("s1")); err != nil || folded.Seq != s.State().Seq {
		t.Errorf("the stored log doesn't hold the session: %v", err)
	}
}

func TestAResumedSessionRepeatsThePrompt(t *testing.T) {
	first, store, _ := converse(t, framework.Data)
	prompt := "You have text-search logs, seller photos"
	if n := strings.Count(first, prompt); n != 1 {
		t.Fatalf("a new session asks %d times, want once:\n%s", n, first)
	}
	clock := &fixedClock{time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC)}
	s, opening, err := rehearse.Resume(rehearse.Deps{
		Coach: coach.New(), Knobs: anyKnobs{}, Clock: clock,
	}, framework.Log{Events: store.Events("s1"), Alive: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Walk(t.Context(), s, opening, Options{
		In: strings.NewReader(""), Out: &out, Clock: clock, Store: store, Lab: &fakeLab{},
	}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), prompt); n != 1 {
		t.Errorf("resumed, it asks %d times, want once:\n%s", n, out.String())
	}
}

func TestALineOverTheLimitIsRejected(t *testing.T) {
	long := strings.Repeat("x", 60<<10)
	said, _, s := converse(t, framework.Data, "/answer", "first", long, long, "last", ".")
	if !strings.Contains(said, "That line wasn't kept") {
		t.Error("a line that didn't fit was passed over in silence")
	}
	if got, want := s.Text(""), "first\n"+long+"\nlast"; got != want {
		t.Errorf("the answer has %d bytes and ends in %q; want %d", len(got), got[max(0, len(got)-10):], len(want))
	}
}

func TestARunPrintsItsMostImportantResultsFirst(t *testing.T) {
	said, _, _ := converse(t, framework.Evaluation, "/predict", "2 6", "/run")
	said = strings.Join(strings.Fields(said), " ")
	at := 0
	for _, want := range []string{
		"running: building the index … resampling AUC", "The run's headline",
		"yours: 2 to 6 times; result: 0.50 times; the result is: outside, below", "nothing to compare", "The funnel.",
		"stage 1 recall@K: 0.500",
	} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("%q isn't said, or not after what comes before it, in:\n%s", want, said)
		}
		at += i
	}
	if n := strings.Count(said, "building the index"); n != 1 {
		t.Errorf("a phase is said %d times, want once", n)
	}
}

func TestALongNoteIsTruncated(t *testing.T) {
	if got := firstReasons("no a; no b; no c; no d; no e"); got != "no a; no b; no c; and 2 more (w shows all)" {
		t.Errorf("got %q", got)
	}
	if got := firstReasons("no a; no b; no c"); got != "no a; no b; no c" {
		t.Errorf("got %q", got)
	}
}

func TestEveryTypedLineIsSavedAsADraft(t *testing.T) {
	_, store, s := converse(t, framework.Requirements, "/answer", "first line", "second line")
	if saved := store.Saved(); len(saved) < 2 || saved[0].Text != "first line" || saved[1].Text != "first line\nsecond line" {
		t.Errorf("drafts %+v, want one a line", saved)
	}
	if got := s.Text(""); got != "first line\nsecond line" {
		t.Errorf("the input ended in an answer and its text is %q", got)
	}
}

func TestInvalidInputGetsAHelpfulMessage(t *testing.T) {
	said, _, _ := converse(t, framework.Data,
		"hello", "/nosuch", "/sketsh photo", "/dedide", "/s",
		"/xray many", "/go nowhere", "/hint", "/time", "/sketch photo -> trees", "/diagnose rain")
	for _, want := range []string{
		"Start a line with a command", "no command /nosuch", "There is no command /sketsh. Did you mean /sketch?", "Did you mean /decide?",
		"/s could be /scope or /sketch or /score or /steps.", "Which query", "no step nowhere", "Hint 1 of 3",
		"Time: 0:00 of 5:00",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("never says %q in:\n%s", want, said)
		}
	}
}

func TestLongAndInvalidLinesAreHandled(t *testing.T) {
	in := readLines(strings.NewReader(strings.Repeat("x", 3*maxLineBytes) + "\nnext \x1b[31m\xff\n"))
	defer close(in.stop)
	first, err := in.read(t.Context())
	if err != nil || !first.truncated || len(first.text) != maxLineBytes {
		t.Errorf("a line of %d bytes, cut %t, %v; want %d, cut", len(first.text), first.truncated, err, maxLineBytes)
	}
	second, err := in.read(t.Context())
	if err != nil || strings.ContainsRune(second.text, '\x1b') || !strings.HasPrefix(second.text, "next ") {
		t.Errorf("second line %q, %v", second.text, err)
	}
	if _, err := in.read(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("after the last line: %v, want the end", err)
	}
}

func TestARunAsksForTheRangeThatItWouldClose(t *testing.T) {
	said, _, s := converse(t, framework.Evaluation, "/run", "5 7", "/quit")
	if p := s.State().StepState(framework.Evaluation).Predictions["peeking"]; p.Low != 5 || p.High != 7 {
		t.Errorf("predicted %+v", p)
	}
	if !strings.Contains(said, "Before the run") || !strings.Contains(said, "The run's headline") {
		t.Errorf("said:\n%s", said)
	}
	said, _, s = converse(t, framework.Evaluation, "/run", "/hint", "/run", "-", "/quit")
	if len(s.State().StepState(framework.Evaluation).Runs) != 1 || !strings.Contains(said, "Hint 1") {
		t.Errorf("a command doesn't leave the question, or a dash doesn't run; said:\n%s", said)
	}
}

func TestLettersMeanTheOptionsAsTheyWereShown(t *testing.T) {
	said, _, s := converse(t, framework.Evaluation, "/decide", "b", "a", "-", "/quit")
	for i, place := range []int{1, 0} {
		d := s.Step().Decide[i]
		want := s.Offered(d)[place].ID
		if got := s.State().StepState(framework.Evaluation).Decisions[d.ID].Option; got != want {
			t.Errorf("%s is decided as %q, want %q", d.ID, got, want)
		}
		shown := string(rune('a'+place)) + ") " + casestudies.OptionWords(want)
		if !strings.Contains(strings.Join(strings.Fields(said), " "), shown) {
			t.Errorf("%q isn't shown", shown)
		}
	}
}
