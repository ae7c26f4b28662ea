// Package rehearse holds the rules of the interview. A Command comes in; events, lines to show and effects go out. It does no
// I/O itself: a user interface (screens, plain lines, SSH) performs the effects outside its update loop and feeds their
// results back in as commands. So a test can replay a whole session.
package rehearse

import (
	"errors"
	"fmt"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/report"
)

// Command is one action of the candidate, or the result of one effect.
type Command interface{ command() }

// The commands. Those without a Step act on the session's current step.
type (
	// Enter goes to a step; any step may come first.
	Enter struct{ Step framework.StepID }
	// Ask asks the interviewer a clarifying question.
	Ask struct{ Text string }
	// Draft replaces the unsaved text of an answer (To as in framework.Answered). It is saved within a second.
	Draft struct{ To, Text string }
	// Answer commits the text of an answer.
	Answer struct{ To, Text string }
	// Decide commits to an option of a decision; Skip skips it.
	Decide struct {
		Decision, Option string
		Skip             bool
	}
	// Sketch parses a whiteboard line: `photo -> encoder -> hnsw k=200 -> trees -> top 20`.
	Sketch struct{ Line string }
	// Predict commits to an 80% range; Skip skips it.
	Predict struct {
		Prediction string
		Low, High  float64
		Skip       bool
	}
	// Run runs the step's lab with the candidate's decisions beside the reference's.
	Run struct{ Fault string }
	// LabDone and LabFailed are the results of a RunLab effect. Those of a run that isn't current are ignored.
	LabDone struct {
		Run    int
		Result LabResult
	}
	LabFailed struct {
		Run int
		Err error
	}
	// Cancel stops the current run.
	Cancel struct{}
	// XRay asks where the pipeline lost a query's best match (1-based, as shown). XRayDone is the result.
	XRay     struct{ Query int }
	XRayDone struct {
		Result report.XRay
		Err    error
	}
	// Hint shows the next hint, Reveal the reference, Probe asks the next probe or follow-up.
	Hint   struct{}
	Reveal struct{}
	Probe  struct{}
	// Mark gives a criterion the candidate's own mark. Quote is the sentence of their answer that it rests on; "" leaves that to
	// the coach.
	Mark struct {
		Criterion string
		Mark      framework.Mark
		Quote     string
	}
	// Diagnose names the cause of a hidden fault.
	Diagnose struct{ Fault string }
	// Done finishes the step; Next finishes it and goes to the one after it.
	Done struct{}
	Next struct{}
	// Pause stops the clock, Continue starts it again, End closes the session.
	Pause    struct{}
	Continue struct{}
	End      struct{}
	// Stored and StoreFailed are the results of an Append or a SaveDraft. The next command retries what failed.
	Stored      struct{ Effect Effect }
	StoreFailed struct {
		Effect Effect
		Err    error
	}
)

// LabResult is the result of a run: the report of the candidate's pipeline, the reference's if it differs, the verdicts on both
// and on each decision that was run, and the value of each of the step's predictions.
type LabResult struct {
	Yours      *report.Step
	Reference  *report.Step       // nil if both are the same pipeline
	Comparison *report.Comparison // of yours with the reference, or with a wrong choice if both are the same; nil if nothing ran beside
	Decisions  []DecisionVerdict
	Results    map[string]float64
}

// Effect is work for the user interface to perform, outside Update and View.
type Effect interface{ effect() }

// The effects.
type (
	// Append stores events that the state already has. A session has at most one Append in flight: later events wait for
	// its Stored, so a log on disk never has a gap.
	Append struct {
		Session string
		Events  []framework.Event
	}
	// SaveDraft stores unsaved text, overwriting the previous draft. Drafts may be coalesced, but the last one must be
	// stored. Resume ignores a draft that is older than the answer at its place.
	SaveDraft struct {
		Session string
		framework.Draft
	}
	// RunLab runs Yours, Reference if it differs, the decisions, and the setting of each prediction. Only Yours has the fault:
	// the reference and the predictions run without it, and a decision with what its options stand for.
	RunLab struct {
		Run         int
		Step        framework.StepID
		Seed        int64
		Fault       string                            // "", a fault's id, or Mystery
		Yours       map[string]string                 // the candidate's knobs, which override the case's demo
		Reference   map[string]string                 // the reference's knobs, which override the case's demo; usually none
		Same        bool                              // both are the same pipeline
		Decisions   []DecisionRun                     // what the step's decisions do, one by one
		Predictions map[string]casestudies.Prediction // by id
	}
	// RunXRay follows one query's best match through the candidate's pipeline.
	RunXRay struct {
		Seed  int64
		Fault string
		Knobs map[string]string
		Query int // 0-based
	}
	// CancelRun cancels the context of run Run.
	CancelRun struct{ Run int }
)

// Mystery is a fault that the lab picks at random and doesn't name; the candidate diagnoses it.
const Mystery = "mystery"

// Line is one line of the conversation.
type Line struct {
	Who  Who
	Text string
}

// Who says a line.
type Who string

// The speakers.
const (
	ByInterviewer Who = "interviewer"
	ByScope       Who = "scope"
	ByCoach       Who = "coach"
	ByTutor       Who = "" // dryrun itself
)

// Outcome is the result of a command.
type Outcome struct {
	Lines   []Line
	Effects []Effect
}

func (Enter) command()       {}
func (Ask) command()         {}
func (Draft) command()       {}
func (Answer) command()      {}
func (Decide) command()      {}
func (Sketch) command()      {}
func (Predict) command()     {}
func (Run) command()         {}
func (LabDone) command()     {}
func (LabFailed) command()   {}
func (Cancel) command()      {}
func (XRay) command()        {}
func (XRayDone) command()    {}
func (Hint) command()        {}
func (Reveal) command()      {}
func (Probe) command()       {}
func (Mark) command()        {}
func (Diagnose) command()    {}
func (Done) command()        {}
func (Next) command()        {}
func (Pause) command()       {}
func (Continue) command()    {}
func (End) command()         {}
func (Stored) command()      {}
func (StoreFailed) command() {}

func (Append) effect()    {}
func (SaveDraft) effect() {}
func (RunLab) effect()    {}
func (RunXRay) effect()   {}
func (CancelRun) effect() {}

// Do executes one command. If it returns an error, whose text is for the candidate, nothing has changed. The caller performs
// the outcome's effects in order and passes their results to Do as commands.
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
	if _, failed := cmd.(StoreFailed); !failed { // an immediate retry would fail again
		s.flush()
	}
	return s.takeOutcome(), nil
}

// allowed checks whether the session accepts the command in its current state.
func (s *Session) allowed(cmd Command) error {
	switch cmd.(type) {
	case Stored, StoreFailed, LabDone, LabFailed, XRayDone:
		return nil
	}
	switch {
	case !s.writes():
		return errors.New("you have this session open as a reader: only its candidate can change it")
	case s.state.Ended:
		return errors.New("this session has ended: start another one, or review it")
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
	return fmt.Errorf("running a command: unknown type %T", cmd)
}
