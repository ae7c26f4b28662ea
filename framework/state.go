package framework

import (
	"slices"
	"time"
)

// State is the current state of a session: the fold of its events. Only Apply changes it.
type State struct {
	Started      Started
	StartedAt    time.Time // when the session began
	Seq          int       // of the last event
	LastAt       time.Time // of the last event; never goes back
	Step         StepID    // where the candidate is
	Steps        map[StepID]*StepState
	Facts        []string // released, in order
	Curveballs   []string // curveballs, in order
	BetweenSteps bool     // Step is done and no other was entered: the clock is stopped
	LastAnswer   Place    // of the last answer
	Paused       bool
	Ended        bool

	Elapsed time.Duration // active time up to At: the sum of the steps'
}

// StepState is one step of a session.
type StepState struct {
	Entered     bool
	Done        bool
	Elapsed     time.Duration // active time up to State.At
	Questions   []Asked
	Answers     []Answer
	Decisions   map[string]Decided
	Sketch      Sketched
	Predictions map[string]Predicted
	Runs        []LabRan
	Hints       int
	Revealed    bool
	Probes      []ProbeAsked
	Curveballs  []string
	Diagnoses   []Diagnosed
	Calibrated  []Calibrated
	Marks       map[string]map[string]Marked // by column ("self", "coach", "peer"), then criterion
}

// Answer is the text for the prompt (To is "") or for a probe, follow-up or curveball.
type Answer struct {
	To     string
	Text   string // the current text
	Scored string // the text when the reference was revealed; before that, Text
}

// New returns the state before any event.
func New() *State { return &State{Steps: map[StepID]*StepState{}} }

// StepState returns the state of a step, never nil. For a step without events it returns a new empty state
// and doesn't store it, so concurrent readers may share a State.
func (s *State) StepState(id StepID) *StepState {
	if st := s.Steps[id]; st != nil {
		return st
	}
	return newStepState()
}

func newStepState() *StepState {
	return &StepState{Decisions: map[string]Decided{}, Predictions: map[string]Predicted{}, Marks: map[string]map[string]Marked{}}
}

// StepIDs returns the steps of the session, in order.
func (s *State) StepIDs() []StepID {
	var ids []StepID
	for _, step := range Steps() {
		if len(s.Started.Steps) == 0 || slices.Contains(s.Started.Steps, step.ID) {
			ids = append(ids, step.ID)
		}
	}
	return ids
}

// Running says whether active time counts: a step is entered and not done, and the session is neither paused nor ended.
func (s *State) Running() bool { return s.Step != "" && !s.BetweenSteps && !s.Paused && !s.Ended }

// Now returns the session's and the current step's active time at t, which is not before the last event.
func (s *State) Now(t time.Time) (session, step time.Duration) {
	session = s.Elapsed
	if st := s.Steps[s.Step]; st != nil {
		step = st.Elapsed
	}
	if s.Running() && t.After(s.LastAt) {
		session += t.Sub(s.LastAt)
		step += t.Sub(s.LastAt)
	}
	return session, step
}

// Answer returns the answer to To ("" for the prompt) and whether there is one.
func (st *StepState) Answer(to string) (Answer, bool) {
	for _, a := range st.Answers {
		if a.To == to {
			return a, true
		}
	}
	return Answer{}, false
}
