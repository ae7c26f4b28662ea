package rehearse

import (
	"fmt"
	"slices"

	"dryrun/framework"
)

// Part is something that a mode may keep back.
type Part string

// What a mode may keep back.
const (
	Hints       Part = "the hints"
	Reference   Part = "the reference"
	Suggestions Part = "the suggestions"
	LabResults  Part = "the lab's results"
	Scores      Part = "the scores"
	FactCount   Part = "the number of facts"
)

// Until is how long a mode keeps a part back.
type Until int

// How long a part is kept back. A session that has ended keeps nothing back.
const (
	Shown        Until = iota // it isn't kept back
	StepDone                  // until the step is done
	AllStepsDone              // until every step of the session is done
)

// Role is who sits at a terminal of a session. A peer of a pair and the members of a group that watch over SSH are readers:
// they see the same state, and the rules take no command from them.
type Role int

// The roles.
const (
	Candidate Role = iota // whoever began the session
	Reader
)

// Mode is a way to rehearse: what it keeps back and until when, its clock, its interruptions, and who may write.
type Mode struct {
	ID         framework.Mode
	Hides      map[Part]Until
	Timed      bool   // each step has a box of minutes to be kept
	Interrupts bool   // curveballs come unasked
	Writers    []Role // whose commands are taken
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
		return Mode{}, fmt.Errorf("there is no mode %q: it is practice or mock", id)
	}
	return modes[i], nil
}

// writes says whether the rules take commands from whoever sits here.
func (s *Session) writes() bool { return slices.Contains(s.mode.Writers, s.deps.Role) }

// Hidden says whether the mode still keeps a part of the current step back.
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

// hiddenError is the error for a command whose result the mode still keeps back.
func (s *Session) hiddenError(p Part) error {
	if !s.Hidden(p) {
		return nil
	}
	verb, until := "wait", "for its end"
	if p == Reference || p == FactCount {
		verb = "waits"
	}
	if s.mode.Hides[p] == StepDone {
		until = "until this step is done"
	}
	return fmt.Errorf("this is a %s: %s %s %s", s.mode.ID, p, verb, until)
}
