package framework

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrEnded is what Apply returns for an event after Ended.
var ErrEnded = errors.New("the session has ended")

// Fold replays a log from its first event. On an error it returns the state before the invalid event.
func Fold(events []Event) (*State, error) {
	s := New()
	for _, e := range events {
		if err := s.Apply(e); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Apply applies one event to the state. An invalid event is an error and changes nothing: a gap in Seq, a first
// event that isn't Started, a step that doesn't exist, a mark that isn't one of the three, anything after Ended.
//
// Active time runs while a step is entered and not done, and the session isn't paused. It comes from the events' own times; a
// clock that was set back adds no time, so elapsed time never decreases and never exceeds wall time.
func (s *State) Apply(e Event) error {
	if err := s.check(e); err != nil {
		return fmt.Errorf("applying event %d to the session: %w", e.Seq, err)
	}
	s.tick(e)
	s.Seq = e.Seq
	switch b := e.Body.(type) {
	case Started:
		s.Started, s.StartedAt, s.LastAt = b, e.At, e.At
	case StepEntered:
		s.step(b.Step).Entered = true
		s.Step, s.BetweenSteps = b.Step, false
	case StepDone:
		s.step(b.Step).Done = true
		s.BetweenSteps = s.BetweenSteps || b.Step == s.Step
	case Paused:
		s.Paused = true
	case Resumed:
		s.Paused = false
	case Ended:
		s.Ended = true
	case FactReleased:
		s.Facts = appendNew(s.Facts, b.Fact)
	case CurveballThrown:
		s.Curveballs = appendNew(s.Curveballs, b.Curveball)
		st := s.step(b.Step)
		st.Curveballs = appendNew(st.Curveballs, b.Curveball)
	default:
		s.applyToStep(e.Body)
	}
	return nil
}

// applyToStep applies the events that change only their step.
func (s *State) applyToStep(body Body) {
	id, _ := stepOf(body)
	st := s.step(id)
	switch b := body.(type) {
	case Asked:
		st.Questions = append(st.Questions, b)
	case Answered:
		st.answer(b)
		s.LastAnswer = Place{b.Step, b.To}
	case Decided:
		// A decision counts only if it is made without the reference: a later one doesn't replace it.
		if !st.Revealed {
			st.Decisions[b.Decision] = b
		}
	case Sketched:
		if !st.Revealed {
			st.Sketch = b
		}
	case Predicted:
		// Likewise for a range given after the number is known.
		if _, known := st.Result(b.Prediction); !known && !st.Revealed {
			st.Predictions[b.Prediction] = b
		}
	case LabRan:
		st.Runs = append(st.Runs, b)
	case Hinted:
		st.Hints = max(st.Hints, b.N)
	case Revealed:
		st.Revealed = true
	case ProbeAsked:
		st.Probes = append(st.Probes, b)
	case Diagnosed:
		st.Diagnoses = append(st.Diagnoses, b)
	case Calibrated:
		st.Calibrated = append(st.Calibrated, b)
	case Marked:
		column := st.Marks[b.By]
		if column == nil {
			column = map[string]Marked{}
			st.Marks[b.By] = column
		}
		column[b.Criterion] = b
	}
}

// answer records the text. After the reference is revealed, the scored text no longer changes.
func (st *StepState) answer(b Answered) {
	i := slices.IndexFunc(st.Answers, func(a Answer) bool { return a.To == b.To })
	if i < 0 {
		st.Answers = append(st.Answers, Answer{To: b.To})
		i = len(st.Answers) - 1
	}
	st.Answers[i].Text = b.Text
	if !st.Revealed {
		st.Answers[i].Scored = b.Text
	}
}

// Result returns the number that a prediction is about, from the first run that measured it.
func (st *StepState) Result(prediction string) (float64, bool) {
	for _, run := range st.Runs {
		if v, ok := run.Results[prediction]; ok {
			return v, true
		}
	}
	return 0, false
}

// check says why the event can't be applied, before anything is changed.
func (s *State) check(e Event) error {
	if e.Body == nil {
		return errors.New("it has no body")
	}
	if e.Seq != s.Seq+1 {
		return fmt.Errorf("expected event %d: the log has a gap or a second writer", s.Seq+1)
	}
	if s.Ended {
		return ErrEnded
	}
	started, first := e.Body.(Started)
	if first != (s.Seq == 0) {
		return fmt.Errorf("it is %s: a session begins with exactly one Started", e.Body.Kind())
	}
	for _, id := range started.Steps {
		if _, ok := StepByID(id); !ok {
			return fmt.Errorf("there is no step %q", id)
		}
	}
	if id, ok := stepOf(e.Body); ok {
		if _, known := StepByID(id); !known {
			return fmt.Errorf("there is no step %q", id)
		}
	}
	if m, ok := e.Body.(Marked); ok && m.Mark != None && m.Mark != Half && m.Mark != Full {
		return fmt.Errorf("criterion %q has the mark %v: a mark is 0, 0.5 or 1", m.Criterion, m.Mark)
	}
	return nil
}

// tick counts the time from the last event to e for the session and the step that it was spent in.
func (s *State) tick(e Event) {
	until := e.At
	if r, ok := e.Body.(Resumed); ok && r.Since.Before(until) {
		until = r.Since // after a kill: nothing is known of the session between Since and now
	}
	if s.Running() && until.After(s.LastAt) {
		d := until.Sub(s.LastAt)
		s.Elapsed += d
		s.step(s.Step).Elapsed += d
	}
	if e.At.After(s.LastAt) {
		s.LastAt = e.At
	}
}

// step returns the state of a step, kept.
func (s *State) step(id StepID) *StepState {
	st := s.Steps[id]
	if st == nil {
		st = newStepState()
		s.Steps[id] = st
	}
	return st
}

// stepOf returns the step that a body is about; ok is false for those of the whole session.
func stepOf(body Body) (id StepID, ok bool) {
	switch b := body.(type) {
	case StepEntered:
		return b.Step, true
	case Asked:
		return b.Step, true
	case Answered:
		return b.Step, true
	case Decided:
		return b.Step, true
	case Sketched:
		return b.Step, true
	case Predicted:
		return b.Step, true
	case LabRan:
		return b.Step, true
	case Hinted:
		return b.Step, true
	case Revealed:
		return b.Step, true
	case ProbeAsked:
		return b.Step, true
	case CurveballThrown:
		return b.Step, true
	case Diagnosed:
		return b.Step, true
	case Calibrated:
		return b.Step, true
	case Marked:
		return b.Step, true
	case StepDone:
		return b.Step, true
	}
	return "", false
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// BudgetOf returns a step's time limit in an interview of the given length: its minutes of 45, scaled. It is 0 for an unknown step.
func BudgetOf(id StepID, minutes int) time.Duration {
	step, ok := StepByID(id)
	if !ok || minutes <= 0 {
		return 0
	}
	return time.Duration(step.Minutes) * time.Minute * time.Duration(minutes) / Minutes
}
