package coach

import "dryrun/framework"

// Answer is what a candidate has said and done in a step.
type Answer struct {
	Text       string            // all that is scored, probes included
	Copied     []string          // more texts that the candidate has read: probes, for example; the case's own are known
	Released   []string          // the ids of the facts that they asked for
	Chosen     map[string]string // their option by decision
	Before     []string          // their answers to earlier steps
	Curveballs []string          // the ids of those thrown at this step: their criteria are judged too
}

// Judgment is what the coach makes of an answer.
type Judgment struct {
	Score          float64 // 0 to 4, as framework.ScoreStep gives it for the marks
	Suggestions    []framework.Suggestion
	Contradictions []Contradiction
}

// Contradiction is something in the answer that can't be right.
type Contradiction struct {
	Quote   string   // the candidate's words
	Against []string // the ids of the criteria that it contradicts
	Why     string
}
