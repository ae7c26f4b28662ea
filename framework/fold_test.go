package framework

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var startTime = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// script builds a log: it numbers bodies and sets their times in seconds after the start.
type script struct {
	t      *testing.T
	events []Event
}

func (s *script) at(seconds int, bodies ...Body) *script {
	for _, b := range bodies {
		s.events = append(s.events, Event{Seq: len(s.events) + 1, At: startTime.Add(time.Duration(seconds) * time.Second), Body: b})
	}
	return s
}

func (s *script) fold() *State {
	s.t.Helper()
	st, err := Fold(s.events)
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

func TestActiveTimeGoesToTheStepItWasSpentIn(t *testing.T) {
	s := &script{t: t}
	s.at(0, Started{Mode: Mock, Minutes: 45}).
		at(10, StepEntered{Data}).
		at(40, StepEntered{Model}).
		at(60, Paused{}).
		at(500, Resumed{}).
		at(505, StepEntered{Data}).
		at(520, Asked{Step: Data, Text: "how many?"})
	st := s.fold()
	want := map[StepID]time.Duration{Data: 45 * time.Second, Model: 25 * time.Second}
	for id, d := range want {
		if got := st.StepState(id).Elapsed; got != d {
			t.Errorf("%s took %v, want %v", id, got, d)
		}
	}
	if st.Elapsed != 70*time.Second {
		t.Errorf("session took %v, want 70s", st.Elapsed)
	}
	session, step := st.Now(startTime.Add(530 * time.Second))
	if session != 80*time.Second || step != 55*time.Second {
		t.Errorf("ten seconds on: session %v, step %v; want 80s and 55s", session, step)
	}
}

func TestTimeBeforeAKillCountsUpToTheLastHeartbeat(t *testing.T) {
	s := &script{t: t}
	s.at(0, Started{}, StepEntered{Data}).
		at(10, Asked{Step: Data}).
		at(1000, Resumed{Since: startTime.Add(13 * time.Second)}).
		at(1007, Asked{Step: Data})
	if got := s.fold().Elapsed; got != 20*time.Second {
		t.Errorf("elapsed %v, want 13 s before the kill and 7 s after", got)
	}
	unknown := &script{t: t}
	unknown.at(0, Started{}, StepEntered{Data}).at(10, Asked{Step: Data}).at(1000, Resumed{})
	if got := unknown.fold().Elapsed; got != 10*time.Second {
		t.Errorf("elapsed %v, want nothing counted where the last heartbeat is unknown", got)
	}
}

func TestTheClockStopsBetweenSteps(t *testing.T) {
	s := &script{t: t}
	s.at(0, Started{}, StepEntered{Data}).at(10, StepDone{Data}).at(60, Marked{Step: Data, Criterion: "a", By: "self", Mark: Half})
	st := s.fold()
	if st.Elapsed != 10*time.Second || st.Running() {
		t.Errorf("elapsed %v, running %v: time after a step is done isn't the step's", st.Elapsed, st.Running())
	}
	s.at(70, StepEntered{Data}).at(75, StepDone{Model})
	if st = s.fold(); st.Elapsed != 15*time.Second || !st.Running() {
		t.Errorf("elapsed %v, running %v: finishing another step doesn't stop this one", st.Elapsed, st.Running())
	}
}

func TestTextAfterTheRevealIsKeptAndNotScored(t *testing.T) {
	s := &script{t: t}
	s.at(0, Started{}, StepEntered{Data}, Answered{Step: Data, Text: "first"}, Answered{Step: Data, Text: "second"},
		Decided{Step: Data, Decision: "split", Option: "time"}, Revealed{Data},
		Answered{Step: Data, Text: "copied"}, Answered{Step: Data, To: "probe", Text: "late"},
		Decided{Step: Data, Decision: "split", Option: "user"})
	step := s.fold().StepState(Data)
	if a, _ := step.Answer(""); a.Text != "copied" || a.Scored != "second" {
		t.Errorf("answer %+v, want the text copied and scored second", a)
	}
	if a, ok := step.Answer("probe"); !ok || a.Text != "late" || a.Scored != "" {
		t.Errorf("probe %+v, want it kept and nothing scored", a)
	}
	if got := step.Decisions["split"].Option; got != "time" {
		t.Errorf("decision %q, want what was committed before the reveal", got)
	}
}

func TestARangeGivenAfterTheNumberIsKnownDoesNotCount(t *testing.T) {
	s := &script{t: t}
	s.at(0, Started{}, StepEntered{Data}, Predicted{Step: Data, Prediction: "p", Low: 1, High: 2},
		LabRan{Step: Data, Results: map[string]float64{"p": 7}}, Predicted{Step: Data, Prediction: "p", Low: 6, High: 8},
		LabRan{Step: Data, Results: map[string]float64{"p": 9}})
	step := s.fold().StepState(Data)
	if p := step.Predictions["p"]; p.Low != 1 {
		t.Errorf("range %+v, want the one before the run", p)
	}
	if v, _ := step.Result("p"); v != 7 {
		t.Errorf("result %v, want the first run's", v)
	}
}

func TestInvalidEventsAreErrorsAndChangeNothing(t *testing.T) {
	good := &script{t: t}
	good.at(0, Started{}, StepEntered{Data})
	cases := map[string]Event{
		"a gap":                     {Seq: 4, At: startTime, Body: Asked{Step: Data}},
		"a second writer":           {Seq: 2, At: startTime, Body: Asked{Step: Data}},
		"a second start":            {Seq: 3, At: startTime, Body: Started{}},
		"an unknown step":           {Seq: 3, At: startTime, Body: StepEntered{"deploy"}},
		"a mark between the three":  {Seq: 3, At: startTime, Body: Marked{Step: Data, Mark: 0.7}},
		"no body":                   {Seq: 3, At: startTime},
		"an unknown step in a mark": {Seq: 3, At: startTime, Body: Marked{Step: "x"}},
	}
	for name, e := range cases {
		st, want := good.fold(), good.fold()
		if err := st.Apply(e); err == nil {
			t.Errorf("%s was accepted", name)
		}
		if !reflect.DeepEqual(st, want) {
			t.Errorf("%s changed the state though it was refused", name)
		}
	}
	if _, err := Fold([]Event{{Seq: 1, At: startTime, Body: StepEntered{Data}}}); err == nil {
		t.Error("a log that doesn't begin with Started was accepted")
	}
	good.at(5, Ended{}, Asked{Step: Data})
	if _, err := Fold(good.events); !errors.Is(err, ErrEnded) {
		t.Errorf("after the end: %v, want ErrEnded", err)
	}
}

// bodies draws any event that may follow Started.
func bodies() *rapid.Generator[Body] {
	return rapid.Custom(func(t *rapid.T) Body {
		step := rapid.SampledFrom([]StepID{Requirements, Data, Serving}).Draw(t, "step")
		text := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "text")
		since := rapid.IntRange(-50, 500).Draw(t, "since")
		return rapid.SampledFrom([]Body{
			StepEntered{step},
			StepDone{step},
			Paused{},
			Resumed{},
			Resumed{Since: startTime.Add(time.Duration(since) * time.Second)},
			Asked{Step: step, Text: text},
			FactReleased{text},
			Answered{Step: step, To: text, Text: text},
			Decided{Step: step, Decision: text},
			Sketched{Step: step, Line: text},
			Predicted{Step: step, Prediction: text},
			LabRan{Step: step, Results: map[string]float64{text: 1}},
			Hinted{step, 2},
			Revealed{step},
			ProbeAsked{Step: step, ID: text},
			CurveballThrown{step, text},
			Diagnosed{Step: step},
			Calibrated{Step: step},
			Marked{Step: step, Criterion: text, By: "self", Mark: Half},
			Ended{},
		}).Draw(t, "body")
	})
}

func logs() *rapid.Generator[[]Event] {
	return rapid.Custom(func(t *rapid.T) []Event {
		events := []Event{{Seq: 1, At: startTime, Body: Started{Mode: Practice}}}
		at := startTime
		for i, b := range rapid.SliceOfN(bodies(), 0, 30).Draw(t, "bodies") {
			at = at.Add(time.Duration(rapid.IntRange(-5, 60).Draw(t, "gap")) * time.Second) // clocks go back, too
			events = append(events, Event{Seq: i + 2, At: at, Body: b})
			if _, ended := b.(Ended); ended {
				break
			}
		}
		return events
	})
}

func TestFoldAppliesEveryEventInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := logs().Draw(t, "events")
		cut := rapid.IntRange(0, len(events)).Draw(t, "cut")
		whole, err := Fold(events)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := Fold(events[:cut])
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events[cut:] {
			if err := parts.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(whole, parts) {
			t.Fatalf("the fold of a prefix and the rest differs from the whole:\n%+v\n%+v", whole, parts)
		}
	})
}

func TestActiveTimeNeverExceedsWallTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st := New()
		var last time.Duration
		for _, e := range logs().Draw(t, "events") {
			if err := st.Apply(e); err != nil {
				t.Fatal(err)
			}
			var sum time.Duration
			for id, step := range st.Steps {
				if step.Elapsed < 0 {
					t.Fatalf("%s took %v", id, step.Elapsed)
				}
				sum += step.Elapsed
			}
			if wall := st.LastAt.Sub(st.StartedAt); st.Elapsed < last || st.Elapsed > wall || sum != st.Elapsed {
				t.Fatalf("elapsed %v after %v, wall %v, steps together %v", st.Elapsed, last, wall, sum)
			}
			last = st.Elapsed
		}
	})
}

func TestBodiesRoundTripThroughJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bodies().Draw(t, "body")
		data, err := EncodeBody(b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeBody(b.Kind(), data)
		if err != nil || !reflect.DeepEqual(b, back) {
			t.Fatalf("%#v came back as %#v (%v)", b, back, err)
		}
	})
}

func TestStepTimeLimitsScaleWithTheInterview(t *testing.T) {
	if got := BudgetOf(Model, 45); got != 8*time.Minute {
		t.Errorf("model of 45 minutes: %v", got)
	}
	if got := BudgetOf(Evaluation, 30); got != 4*time.Minute {
		t.Errorf("evaluation of 30 minutes: %v", got)
	}
	if got := BudgetOf("deploy", 45); got != 0 {
		t.Errorf("an unknown step has a limit of %v", got)
	}
	var sum time.Duration
	for _, s := range Steps() {
		sum += BudgetOf(s.ID, 90)
	}
	if sum != 80*time.Minute {
		t.Errorf("seven steps of 90 minutes take %v, want 80 with ten left for curveballs and closing", sum)
	}
}
