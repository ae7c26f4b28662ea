package storetest

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/store"
)

// Store is everything that is asked of a store of sessions.
type Store interface {
	Append(ctx context.Context, session string, events []framework.Event) error
	SaveDraft(ctx context.Context, session string, d framework.Draft) error
	Beat(ctx context.Context, session string, at time.Time) error
	Session(ctx context.Context, id string) (framework.Log, error)
	Sessions(ctx context.Context) ([]framework.Summary, error)
}

// Contract checks that a store keeps what the rules of a rehearsal rest on: an append may be repeated, can't be
// contradicted, and the second of two writers gets ErrOtherWriter. open returns an empty store.
func Contract(t *testing.T, open func(t *testing.T) Store) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s Store)
	}{
		{"a session comes back as it was written", roundTrip},
		{"an append may be repeated", repeatedAppend},
		{"an append can't contradict what is stored", conflictingAppend},
		{"of many writers of one event, one wins and the others get an error", oneWriterWins},
		{"a log has no gap, begins with Started and folds", validLog},
		{"a draft is overwritten and gives way to its answer", overwrittenDrafts},
		{"the list is the fold of the logs, the last changed first", listSessions},
		{"a session is found by the beginning of its id", findByPrefix},
		{"a canceled write stores nothing", canceledWrite},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// startTime has nanoseconds: a store keeps all of a time.
var startTime = time.Date(2026, 3, 1, 9, 30, 0, 123456789, time.UTC)

// Started is the first event of a session for tests.
func Started(id string) framework.Event {
	return framework.Event{Seq: 1, At: startTime, Body: framework.Started{
		Session: id, Mode: framework.Practice, CaseID: "visual-search", Title: "Visual search", Case: "version: 1\n", Minutes: 45,
	}}
}

// After is an event at seq, seq seconds into the session.
func After(seq int, b framework.Body) framework.Event {
	return at(seq, seq, b)
}

func at(seq, seconds int, b framework.Body) framework.Event {
	return framework.Event{Seq: seq, At: startTime.Add(time.Duration(seconds) * time.Second), Body: b}
}

func mustAppend(t *testing.T, s Store, id string, events ...framework.Event) {
	t.Helper()
	if err := s.Append(t.Context(), id, events); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, s Store, id string) framework.Log {
	t.Helper()
	log, err := s.Session(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func roundTrip(t *testing.T, s Store) {
	events := []framework.Event{
		Started("abcd2345"),
		After(2, framework.StepEntered{Step: framework.Data}),
		After(3, framework.Answered{Step: framework.Data, Text: "clicks \x1b[31mlie\x00 ½ 東京\n"}),
		After(4, framework.Predicted{Step: framework.Data, Prediction: "p", Low: 0.1, High: 1e300}),
		After(5, framework.StepDone{Step: framework.Data}),
	}
	mustAppend(t, s, "abcd2345", events[:2]...)
	mustAppend(t, s, "abcd2345", events[2:]...)
	if err := s.Beat(t.Context(), "abcd2345", startTime.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	want := framework.Log{ID: "abcd2345", Events: events, Alive: startTime.Add(time.Minute)}
	if got := mustRead(t, s, "abcd2345"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func repeatedAppend(t *testing.T, s Store) {
	events := []framework.Event{Started("s"), After(2, framework.Hinted{Step: framework.Data, N: 1})}
	mustAppend(t, s, "s", events...)
	mustAppend(t, s, "s", events...)
	mustAppend(t, s, "s", append(events[1:], After(3, framework.Paused{}))...)
	if got := mustRead(t, s, "s").Events; len(got) != 3 {
		t.Errorf("got %+v", got)
	}
}

func conflictingAppend(t *testing.T, s Store) {
	mustAppend(t, s, "s", Started("s"), After(2, framework.Paused{}))
	for name, theirs := range map[string][]framework.Event{
		"another body": {After(2, framework.Hinted{Step: framework.Data, N: 2}), After(3, framework.Ended{})},
		"another time": {{Seq: 2, At: startTime, Body: framework.Paused{}}},
		"another case": {{Seq: 1, At: startTime, Body: framework.Started{Session: "s", CaseID: "feed"}}},
	} {
		if err := s.Append(t.Context(), "s", theirs); !errors.Is(err, framework.ErrOtherWriter) {
			t.Errorf("%s: %v, want framework.ErrOtherWriter", name, err)
		}
	}
	if got := mustRead(t, s, "s").Events; len(got) != 2 || got[1].Body != (framework.Paused{}) {
		t.Errorf("the losing append left a trace: %+v", got)
	}
}

func oneWriterWins(t *testing.T, s Store) {
	mustAppend(t, s, "s", Started("s"))
	const writers = 8
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			errs[i] = s.Append(context.Background(), "s", []framework.Event{After(2, framework.Hinted{Step: framework.Data, N: i})})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, framework.ErrOtherWriter):
			t.Errorf("a losing writer gets %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d writers stored the same event", won)
	}
}

func validLog(t *testing.T, s Store) {
	refused := func(what string, err error) {
		t.Helper()
		if err == nil || errors.Is(err, framework.ErrOtherWriter) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("a log that doesn't begin with Started", s.Append(t.Context(), "s", []framework.Event{After(1, framework.Paused{})}))
	mustAppend(t, s, "s", Started("s"))
	refused("a gap", s.Append(t.Context(), "s", []framework.Event{After(3, framework.Paused{})}))
	refused("a gap within an append", s.Append(t.Context(), "s", []framework.Event{After(2, framework.Paused{}), After(4, framework.Ended{})}))
	refused("an event after the end", s.Append(t.Context(), "s", []framework.Event{After(2, framework.Ended{}), After(3, framework.Paused{})}))
	refused("a heartbeat of a session that doesn't exist", s.Beat(t.Context(), "nobody", startTime))
	refused("a draft of a session that doesn't exist", s.SaveDraft(t.Context(), "nobody", framework.Draft{Text: "x", At: startTime}))
	if got := mustRead(t, s, "s").Events; len(got) != 1 {
		t.Errorf("what was refused left a trace: %+v", got)
	}
}

func overwrittenDrafts(t *testing.T, s Store) {
	mustAppend(t, s, "s", Started("s"))
	save := func(to, text string, seconds int) framework.Draft {
		t.Helper()
		place := framework.Place{Step: framework.Data, To: to}
		d := framework.Draft{Place: place, Text: text, At: startTime.Add(time.Duration(seconds) * time.Second)}
		if err := s.SaveDraft(t.Context(), "s", d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	save("", "fir", 1)
	probe := save("probe", "other", 2)
	whole := save("", "first words", 3)
	if got := mustRead(t, s, "s").Drafts; !reflect.DeepEqual(got, []framework.Draft{probe, whole}) {
		t.Fatalf("got %+v, want the one typed last at the end", got)
	}
	mustAppend(t, s, "s", at(2, 3, framework.Answered{Step: framework.Data, Text: "first words"}))
	if got := mustRead(t, s, "s").Drafts; !reflect.DeepEqual(got, []framework.Draft{probe}) {
		t.Errorf("got %+v", got)
	}
	later := save("probe", "typed after the answer, whose append is late", 9)
	mustAppend(t, s, "s", at(3, 8, framework.Answered{Step: framework.Data, To: "probe", Text: "other"}))
	if got := mustRead(t, s, "s").Drafts; !reflect.DeepEqual(got, []framework.Draft{later}) {
		t.Errorf("an answer took the place of a draft typed after it: %+v", got)
	}
}

func listSessions(t *testing.T, s Store) {
	mustAppend(t, s, "a", Started("a"), After(2, framework.StepEntered{Step: framework.Data}),
		at(3, 20, framework.Answered{Step: framework.Data, Text: "the last answer"}))
	mustAppend(t, s, "b", Started("b"), After(2, framework.StepEntered{Step: framework.Model}),
		After(3, framework.StepDone{Step: framework.Model}), at(4, 40, framework.Ended{}))
	if err := s.Beat(t.Context(), "a", startTime.Add(30*time.Second)); err != nil {
		t.Fatal(err)
	}
	ended := startTime.Add(40 * time.Second)
	a := framework.Summary{
		ID: "a", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Step: framework.Data, Steps: 7,
		Created: startTime, Updated: startTime.Add(20 * time.Second), Running: true, Elapsed: 28 * time.Second, Text: "the last answer",
	}
	b := framework.Summary{
		ID: "b", CaseID: "visual-search", Title: "Visual search", Mode: framework.Practice, Step: framework.Model, StepsDone: 1, Steps: 7,
		Created: startTime, Updated: ended, Ended: &ended, Elapsed: time.Second,
	}
	check := func(want ...framework.Summary) {
		t.Helper()
		if got, err := s.Sessions(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
		}
	}
	check(b, a)
	d := framework.Draft{Place: framework.Place{Step: framework.Data}, Text: "still typing", At: startTime.Add(25 * time.Second)}
	if err := s.SaveDraft(t.Context(), "a", d); err != nil {
		t.Fatal(err)
	}
	a.Text = "still typing"
	check(b, a)
	mustAppend(t, s, "a", at(4, 50, framework.Paused{}))
	a.Updated, a.Running, a.Elapsed = startTime.Add(50*time.Second), false, 48*time.Second
	check(a, b)
}

func findByPrefix(t *testing.T, s Store) {
	for _, id := range []string{"ab", "abc", "x%"} {
		mustAppend(t, s, id, Started(id))
	}
	for name, c := range map[string]struct{ id, want string }{
		"the whole id wins over longer ones":        {"ab", "ab"},
		"a unique beginning":                        {"abc", "abc"},
		"a percent sign is a letter like any other": {"x%", "x%"},
		"one letter is enough":                      {"x", "x%"},
	} {
		if got, err := s.Session(t.Context(), c.id); err != nil || got.ID != c.want {
			t.Errorf("%s: got %q, %v", name, got.ID, err)
		}
	}
	var many *store.AmbiguousError
	if _, err := s.Session(t.Context(), "a"); !errors.As(err, &many) || !reflect.DeepEqual(many.IDs, []string{"ab", "abc"}) {
		t.Errorf("two sessions begin with a: %v", err)
	}
	var none *store.NotFoundError
	for _, id := range []string{"", "%", "zz"} {
		if _, err := s.Session(t.Context(), id); !errors.As(err, &none) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func canceledWrite(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Append(ctx, "s", []framework.Event{Started("s")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if all, err := s.Sessions(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}
