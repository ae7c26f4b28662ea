package rehearse

import (
	"fmt"
	"slices"

	"dryrun/framework"
)

// Part is something that a mode may hide.
type Part string

// The parts that a mode may hide.
const (
	Hints       Part = "the hints"
	Reference   Part = "the reference"
	Suggestions Part = "the suggestions"
	LabResults  Part = "the lab's results"
	Scores      Part = "the scores"
	FactCount   Part = "the number of facts"
)

// Until is how long a mode hides a part.
type Until int

// How long a part is hidden. A session that has ended hides nothing.
const (
	Shown        Until = iota // not hidden
	StepDone                  // until the step is done
	AllStepsDone              // until every step of the session is done
)

// Role is the role of a participant. The peer in a pair and the members of a group that watch over SSH are readers: they see
// the same state and can't change it.
type Role int

// The roles.
const (
	Candidate Role = iota // the one who began the session
	Reader
)

// Mode is a way to rehearse: what it hides and until when, whether steps are timed, whether it interrupts, and who may write.
type Mode struct {
	ID         framework.Mode
	Hides      map[Part]Until
	Timed      bool   // each step has a time limit
	Interrupts bool   // curveballs come without being asked for
	Writers    []Role // whose commands are accepted
}

// Modes returns the modes of a session of steps.
func Modes() []Mode {
	return []Mode{
		{ID: framework.Practice, Writers: []Role{Candidate}},
		{
			ID: framework.Mock, Timed: true, Interrupts: true, Writers: []Role{Candidate},
			Hides: map[Part]Until{
				Hints: AllStepsDone, Reference: AllStepsDone, Suggestions: AllStepsDone, LabResults: AllStepsDone,
				Scores: AllStepsDone, FactCount: AllStepsDone,
			},
		},
	}
}

func modeOf(id framework.Mode) (Mode, error) {
	modes := Modes()
	i := slices.IndexFunc(modes, func(m Mode) bool { return m.ID == id })
	if i < 0 {
		return Mode{}, fmt.Errorf("there is no mode %q: choose practice or mock", id)
	}
	return modes[i], nil
}

// writes says whether this participant may change the session.
func (s *Session) writes() bool { return slices.Contains(s.mode.Writers, s.deps.Role) }

// Hidden says whether the mode still hides a part of the current step.
func (s *Session) Hidden(p Part) bool { return s.hiddenIn(s.state.Step, p) }

// hiddenIn is Hidden for any step.
func (s *Session) hiddenIn(step framework.StepID, p Part) bool {
	if s.state.Ended {
		return false
	}
	open := func(id framework.StepID) bool { return !s.state.StepState(id).Done }
	switch s.mode.Hides[p] {
	case StepDone:
		return open(step)
	case AllStepsDone:
		return slices.ContainsFunc(s.state.StepIDs(), open)
	}
	return false
}

// hiddenError is the error of a command whose result the mode still hides.
func (s *Session) hiddenError(p Part) error {
	if !s.Hidden(p) {
		return nil
	}
	until := "at its end"
	if s.mode.Hides[p] == StepDone {
		until = "when this step is done"
	}
	return fmt.Errorf("this is a %s: you get %s %s", s.mode.ID, p, until)
}
