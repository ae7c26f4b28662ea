package rehearse

import (
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
)

// StepResult is the result of a step. It has a field for each part of the debrief.
type StepResult struct {
	Step     framework.Step
	Level    framework.Level // the session's
	Answered bool
	// Hidden says that the mode hides the result: only Step, Level, Answered and ToDo are filled in.
	Hidden bool
	// Revealed says that the reference has been opened or the session has ended. Until then, interfaces don't
	// show the verdicts on decisions or the unasked facts, which would give answers away.
	Revealed     bool
	Scores       StepScores
	Criteria     []CriterionResult // in the order of the case, those of curveballs last
	Decisions    []DecisionResult
	Predictions  []PredictionResult
	UnaskedFacts []casestudies.Fact    // never asked for, critical ones first; Matters says what they would have changed
	Followups    []FollowupResult      // those that were asked
	Missing      []framework.Criterion // expected at Level or below and not fully met; heaviest first
	NextLevel    string                // what an answer at the next level adds, in a sentence; "" if there is none
	Quote        string                // a line of the candidate's own words
	ToDo         string                // the next thing to do, in a sentence
}

// StepScores are a step's scores by each column of marks.
type StepScores struct {
	Self      framework.StepScore // by the candidate's own marks
	Supported framework.StepScore // the same, with marks that no words support set to 0
	Coach     framework.StepScore // by the coach's suggestions
}

// Marked is how many criteria the candidate has marked.
func (r StepResult) Marked() int {
	return count(r.Criteria, func(c CriterionResult) bool { return c.Marked })
}

// Committed is how many decisions the candidate has committed to.
func (r StepResult) Committed() int {
	return count(r.Decisions, func(d DecisionResult) bool { return d.Chosen != "" })
}

// Best is how many decisions are the best option.
func (r StepResult) Best() int {
	return count(r.Decisions, func(d DecisionResult) bool { return d.Verdict == casestudies.Best })
}

func count[T any](of []T, is func(T) bool) int {
	n := 0
	for _, x := range of {
		if is(x) {
			n++
		}
	}
	return n
}

// SessionResult is the result of a session.
type SessionResult struct {
	Session string // its id
	Title   string // of the case
	Ended   bool
	Hidden  bool // by the mode: below, only ToDo is filled in
	Began   time.Time
	Steps   []StepLine
	Card    framework.Scorecard // by the candidate's own marks
	Other   OtherResults
	Level   framework.Level             // the session's
	Met     map[framework.Level]float64 // share of what each level asks of the marked steps, by the candidate's own marks
	Quote   string                      // a line of the candidate's own words
	ToDo    string                      // the next thing to do, in a sentence
}

// OtherResults are reported next to the score, each on its own scale.
type OtherResults struct {
	Decisions []DecisionResult   // those committed, in steps whose reference is open
	Asked     []casestudies.Fact // in the order in which they were asked for
	Missed    []casestudies.Fact // never asked for, critical ones first; only once a reference is open
	Ranges    framework.Calibration
	Diagnoses []framework.Diagnosed
}

// StepLine is one step of a session's result.
type StepLine struct {
	framework.Step
	Score  framework.StepScore
	Marked bool // by the candidate
	Spent  time.Duration
	Plan   time.Duration
	Adds   string // what an answer at the next level adds, in a sentence; "" where nothing is marked
}

// CriterionResult is one criterion with its marks.
type CriterionResult struct {
	framework.Criterion
	Self        framework.Mark
	Marked      bool // by the candidate
	Suggestion  framework.Suggestion
	Rests       []string // what the candidate's mark rests on
	Reference   string   // the sentence of the reference that speaks to it most; "" while the reference is closed
	Unsupported bool     // a mark above 0 that no words of the answer support
}

// DecisionResult is one decision: what was chosen, how good that is, and why.
type DecisionResult struct {
	casestudies.Decision
	Chosen   string // "" where nothing was
	Skipped  bool
	Verdict  casestudies.Verdict // of Chosen; "" where nothing was
	Best     string              // the best option
	FirstRun string              // the option of the step's first run, if it was another one
}

// PredictionResult is one range and the measured value.
type PredictionResult struct {
	casestudies.Prediction
	Low, High float64
	Committed bool // a range was committed
	Skipped   bool
	Known     bool // a run has measured the value
	Truth     float64
	Inside    bool
}

// FollowupResult is a follow-up that was asked, with both answers.
type FollowupResult struct {
	casestudies.Followup
	YourAnswer string // the candidate's answer, "" if there is none
}
