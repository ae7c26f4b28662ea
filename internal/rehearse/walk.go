package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dryrun/framework"
)

// enter goes to a step; the interviewer says its prompt.
func (s *Session) enter(id framework.StepID) error {
	if _, ok := framework.StepByID(id); !ok {
		return fmt.Errorf("there is no step %q", id)
	}
	if !slices.Contains(s.state.StepIDs(), id) {
		return fmt.Errorf("this session doesn't include the step %s", id)
	}
	if id != s.state.Step || s.state.BetweenSteps {
		if err := s.record(framework.StepEntered{Step: id}); err != nil {
			return err
		}
		s.lab.xray = nil
	}
	s.say(ByInterviewer, s.Step().Prompt)
	return nil
}

// done finishes the step and commits its drafts.
func (s *Session) done() error {
	if err := s.commitDrafts(s.state.Step); err != nil {
		return err
	}
	if s.stepState().Done {
		return nil
	}
	return s.record(framework.StepDone{Step: s.state.Step})
}

// next finishes the step and goes to the one after it.
func (s *Session) next() error {
	ids := s.state.StepIDs()
	at := slices.Index(ids, s.state.Step)
	if err := s.done(); err != nil {
		return err
	}
	if at+1 < len(ids) {
		return s.enter(ids[at+1])
	}
	var open []string
	for _, id := range ids {
		if step, _ := framework.StepByID(id); !s.state.StepState(id).Done {
			open = append(open, step.Short)
		}
	}
	if len(open) > 0 {
		s.tutorSays("That was the last step. Not done yet: %s.", strings.Join(open, ", "))
		return nil
	}
	s.tutorSays("That was the last step.")
	return nil
}

// resume starts the clock again after a pause.
func (s *Session) resume() error {
	if !s.state.Paused {
		return errors.New("the session isn't paused")
	}
	return s.record(framework.Resumed{Since: s.state.LastAt})
}

// end commits all drafts and closes the session.
func (s *Session) end() error {
	for _, id := range s.state.StepIDs() {
		if err := s.commitDrafts(id); err != nil {
			return err
		}
	}
	s.stop()
	return s.record(framework.Ended{})
}

// hint shows the next hint of the step.
func (s *Session) hint() error {
	if err := s.hiddenError(Hints); err != nil {
		return err
	}
	hints, n := s.Step().Hints, s.stepState().Hints+1
	if n > len(hints) {
		return fmt.Errorf("you have seen all %d hints of this step: reveal the reference, or go on", len(hints))
	}
	if err := s.record(framework.Hinted{Step: s.state.Step, N: n}); err != nil {
		return err
	}
	s.tutorSays("Hint %d of %d: %s", n, len(hints), strings.TrimSpace(hints[n-1]))
	return nil
}

// reveal opens the reference: interfaces show Step().Reference if State says Revealed. It commits the drafts first, because
// later text isn't scored.
func (s *Session) reveal() error {
	if err := s.hiddenError(Reference); err != nil {
		return err
	}
	if s.stepState().Revealed {
		return nil
	}
	if err := s.commitDrafts(s.state.Step); err != nil {
		return err
	}
	if err := s.record(framework.Revealed{Step: s.state.Step}); err != nil {
		return err
	}
	s.tutorSays("The reference is open. What you write in this step from now on is saved but not scored.")
	return nil
}
