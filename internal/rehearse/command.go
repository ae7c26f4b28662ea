// Package rehearse is the interview's rules, once. A Command comes in; events, words to show and effects go out. It does
// no I/O itself: a user interface (screens, plain lines, SSH) performs the effects outside its update loop and feeds what
// they bring back in as commands. So a whole session replays in a test.
package rehearse

import (
	"dryrun/framework"
	"dryrun/internal/report"
)

// Command is one thing a candidate does, or one thing that an effect brought back.
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
	// Decide commits to an option of a decision; Pass passes it over.
	Decide struct {
		Decision, Option string
		Skip             bool
	}
	// Sketch reads a whiteboard line: `photo -> encoder -> hnsw k=200 -> trees -> top 20`.
	Sketch struct{ Line string }
	// Predict commits to an 80% range; Pass passes it over.
	Predict struct {
		Prediction string
		Low, High  float64
		Skip       bool
	}
	// Run runs the step's lab with the candidate's decisions beside the reference's.
	Run struct{ Fault string }
	// LabDone and LabFailed bring back a RunLab effect. One of a run that isn't current is dropped.
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
	// XRay asks where a query's best positive was lost (1-based, as shown); XRayDone brings the answer back.
	XRay     struct{ Query int }
	XRayDone struct {
		Result report.XRay
		Err    error
	}
	// Hint shows the next hint, Reveal the reference, Probe asks the next probe or follow-up.
	Hint   struct{}
	Reveal struct{}
	Probe  struct{}
	// Mark gives a criterion the candidate's own mark.
	Mark struct {
		Criterion string
		Mark      framework.Mark
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
	// Stored and StoreFailed bring back an Append or a SaveDraft. What failed is offered again with the next thing that
	// the candidate does.
	Stored      struct{ Effect Effect }
	StoreFailed struct {
		Effect Effect
		Err    error
	}
)

// LabResult is what a run brought: the candidate's pipeline, the reference's where it differs, and the value of each
// prediction of the step.
type LabResult struct {
	Yours     *report.Step
	Reference *report.Step // nil where both are the same pipeline
	Results   map[string]float64
}

// Effect is work for the user interface to perform, outside Update and View.
type Effect interface{ effect() }

// The effects.
type (
	// Append stores events. The state already has them. A session has one Append under way at a time: events that
	// come while it is wait for its Stored, so that a log on disk never has a gap.
	Append struct {
		Session string
		Events  []framework.Event
	}
	// SaveDraft stores the unsaved text, overwriting the one before. Drafts may be coalesced, the last one may not be
	// lost. At Resume a draft older than the answer at its place is dropped.
	SaveDraft struct {
		Session string
		framework.Draft
	}
	// RunLab runs Yours and, where it differs, Reference, and each prediction's own setting. Fault is put into Yours
	// alone: the reference stays healthy beside it, and so do the predictions.
	RunLab struct {
		Run         int
		Step        framework.StepID
		Seed        int64
		Fault       string                      // "", a fault's id, or Mystery
		Yours       map[string]string           // knobs that the candidate set, over the case's demo
		Reference   map[string]string           // knobs of the reference, over the case's demo; usually none
		Same        bool                        // both are one pipeline
		Predictions map[string]PredictionTarget // by prediction id
	}
	// RunXRay looks for the best positive of one query, on the candidate's pipeline.
	RunXRay struct {
		Seed  int64
		Fault string
		Knobs map[string]string
		Query int // 0-based
	}
	// CancelRun cancels the context of run Run.
	CancelRun struct{ Run int }
)

// Mystery is the fault that the lab draws and keeps to itself, to be diagnosed.
const Mystery = "mystery"

// PredictionTarget is the number that a prediction is about: a metric or timing under the reference's knobs and these.
type PredictionTarget struct {
	Knobs  map[string]string
	Metric string
}

// Line is something that is said or shown, in order.
type Line struct {
	Who  Who
	Text string
}

// Who says a line.
type Who string

// Who may speak.
const (
	ByInterviewer Who = "interviewer"
	ByScope       Who = "scope"
	ByCoach       Who = "coach"
	ByTutor       Who = "" // dryrun itself
)

// Outcome is what a command led to.
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
