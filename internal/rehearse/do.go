package rehearse

import (
	"errors"
	"fmt"

	"dryrun/framework"
)

// Do takes one command. An error is misuse, in words for the candidate; then nothing has changed. The outcome's effects
// are to be performed in order, and what they bring back is the interface's next command.
func (s *Session) Do(cmd Command) (Outcome, error) {
	s.out = Outcome{}
	err := s.allowed(cmd)
	if err == nil {
		err = s.handle(cmd)
	}
	if err != nil {
		s.out = Outcome{}
		return Outcome{}, err
	}
	if _, failed := cmd.(StoreFailed); !failed { // not at once: the disk is as full as it was
		s.flush()
	}
	return s.takeOutcome(), nil
}

// allowed refuses what the session as a whole isn't ready for.
func (s *Session) allowed(cmd Command) error {
	switch cmd.(type) {
	case Stored, StoreFailed, LabDone, LabFailed, XRayDone:
		return nil
	}
	switch {
	case !s.writes():
		return errors.New("you read this session along: only its candidate writes in it")
	case s.state.Ended:
		return errors.New("this session has ended: start another, or review it")
	case s.log.readOnlyReason != "":
		return errors.New(s.log.readOnlyReason)
	case s.state.Paused:
		switch cmd.(type) {
		case Draft, Answer, Cancel, Continue, End:
			return nil
		}
		return errors.New("the session is paused: continue it first")
	}
	return nil
}

func (s *Session) handle(cmd Command) error {
	switch cmd := cmd.(type) {
	case Enter:
		return s.enter(cmd.Step)
	case Ask:
		return s.ask(cmd.Text)
	case Draft:
		return s.draft(cmd.To, cmd.Text)
	case Answer:
		return s.answer(cmd.To, cmd.Text)
	case Decide:
		return s.decide(cmd)
	case Sketch:
		return s.sketch(cmd.Line)
	case Predict:
		return s.predict(cmd)
	case Run:
		return s.start(cmd.Fault)
	case LabDone:
		return s.labDone(cmd)
	case LabFailed:
		return s.labFailed(cmd)
	case Cancel:
		return s.cancel()
	case XRay:
		return s.startXRay(cmd.Query)
	case XRayDone:
		return s.xrayDone(cmd)
	case Hint:
		return s.hint()
	case Reveal:
		return s.reveal()
	case Probe:
		return s.probe()
	case Mark:
		return s.mark(cmd)
	case Diagnose:
		return s.diagnose(cmd.Fault)
	case Done:
		return s.done()
	case Next:
		return s.next()
	case Pause:
		return s.record(framework.Paused{})
	case Continue:
		return s.resume()
	case End:
		return s.end()
	case Stored:
		s.onStored(cmd.Effect)
		return nil
	case StoreFailed:
		s.onStoreFailed(cmd.Effect, cmd.Err)
		return nil
	}
	return fmt.Errorf("there is no command %T", cmd)
}
