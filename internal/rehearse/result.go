package rehearse

import (
	"dryrun/casestudies"
	"dryrun/framework"
)

// StepResult is what there is to say about a step: the debrief after it and the result at the end.
type StepResult struct {
	Step     framework.Step
	Answered bool
	// KeptBack says that the mode keeps the result back: only Step, Answered, Level and To are filled in.
	KeptBack bool
	// Revealed says that the reference has been opened or the session has ended: until then the case's opinion of the
	// decisions and the facts that nobody asked for would give answers away, and isn't told.
	Revealed  bool
	Self      framework.StepScore // by the candidate's own marks
	Supported framework.StepScore // the same, with marks that rest on nothing set to 0
	Coach     framework.StepScore // by the coach's suggestions; zero while they are hidden
	Marked    int                 // criteria with a mark of the candidate's own
	Criteria  []CriterionResult   // in the order of the case, those of thrown curveballs last

	Decisions   []DecisionResult
	Best        int // decisions that are best, of those committed to
	Committed   int
	Predictions []PredictionResult
	Unasked     []casestudies.Fact // never asked for, critical ones first: what they'd have changed is in Matters
	Followups   []FollowupResult   // those that were asked
	Pitfalls    []casestudies.Pitfall

	Level framework.Level
	Owes  []framework.Criterion // expected at Level or below, and not fully there; heaviest first
	Next  string                // the next level in a sentence; "" where there is none
	Quote string                // a line of the candidate's own words
	To    string                // the next thing to do, in a sentence
}

// SessionResult is what there is to say about a whole session.
type SessionResult struct {
	Session  string // its id
	Title    string // of the case
	Ended    bool
	KeptBack bool // by the mode: nothing below but To is filled in
	Steps    []StepLine
	Card     framework.Scorecard // by the candidate's own marks
	Quote    string              // a line of the candidate's own words
	To       string              // the next thing to do, in a sentence
}

// StepLine is one step of a session's result.
type StepLine struct {
	framework.Step
	Score  framework.StepScore
	Marked bool // by the candidate
}

// CriterionResult is one criterion with its marks.
type CriterionResult struct {
	framework.Criterion
	Self        framework.Mark
	Marked      bool // by the candidate
	Suggestion  framework.Suggestion
	Unsupported bool // a mark above 0 that rests on no words
}

// DecisionResult is one decision: what was chosen, how good that is, and why.
type DecisionResult struct {
	casestudies.Decision
	Chosen  string // "" where nothing was
	Passed  bool
	Verdict casestudies.Verdict // of Chosen; "" where nothing was
	Best    string              // the best option
	Changed string              // what the first run ran, where that was another option
}

// PredictionResult is one range beside the truth.
type PredictionResult struct {
	casestudies.Prediction
	Low, High float64
	Given     bool // a range was committed
	Passed    bool
	Known     bool // a run has brought the truth
	Truth     float64
	Inside    bool
	Score     float64 // the interval score, on the scale of the prediction; lower is better. Only with Given and Known
}

// FollowupResult is a follow-up that was asked, with both answers.
type FollowupResult struct {
	casestudies.Followup
	Yours string
}
