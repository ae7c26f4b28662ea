// Package framework is the interview's structure and its arithmetic: the seven steps with their guides, criteria and
// levels, the events that a session is a log of and the one function that folds them into its state, what is stored and
// listed of a session, scoring, and the clock. It is pure: no files, no terminal, no global state.
//
// A drill of cards isn't a session of steps: it has no current step, no reference that ends the scoring, and it covers many
// cases. Its events (a card shown, a grade given) will have their own fold here, which computes when each
// card is due; the two logs share Event, the clock and the store, and nothing else.
package framework

import (
	"fmt"
	"strconv"
	"strings"
)

// StepID names a step, everywhere the same: code, YAML, screens, documentation.
type StepID string

// The seven steps, in order.
const (
	Requirements StepID = "requirements"
	Architecture StepID = "architecture"
	Data         StepID = "data"
	Features     StepID = "features"
	Model        StepID = "model"
	Evaluation   StepID = "evaluation"
	Serving      StepID = "serving"
)

// Step is one of the seven steps.
type Step struct {
	N        int // 1 to 7
	ID       StepID
	Title    string
	Short    string // for the step rail
	Question string // the question it answers
	Minutes  int    // of an interview of Minutes
	Weight   int    // percent of the overall score
}

// Minutes is the length that the steps' minutes are parts of; five of them are left for curveballs and closing.
const Minutes = 45

// Steps returns the seven steps in order. The caller owns the slice.
func Steps() []Step {
	return []Step{
		{1, Requirements, "Clarify requirements", "Requirements", "What are we building, for whom, under which limits?", 5, 15},
		{2, Architecture, "Two-stage architecture", "Architecture", "How does a request become an answer in time?", 5, 15},
		{3, Data, "Data", "Data", "What do we learn from, and what does it hide?", 5, 15},
		{4, Features, "Features", "Features", "How does raw input become numbers?", 5, 10},
		{5, Model, "Model", "Model", "Which models, losses and training, and why these?", 8, 15},
		{6, Evaluation, "Evaluation", "Evaluation", "How do we know that it works, offline and online?", 6, 15},
		{7, Serving, "Serving and monitoring", "Serving", "How does it run, and how do we see it decay?", 6, 15},
	}
}

// StepByID returns the step called id; ok is false if there is none.
func StepByID(id StepID) (Step, bool) {
	for _, s := range Steps() {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// StepsNamed returns the steps that a word may mean, ignoring case: the one with that number or id, or else those whose ids
// begin with the word.
func StepsNamed(word string) []Step {
	word = strings.ToLower(strings.TrimSpace(word))
	var begin []Step
	for _, s := range Steps() {
		if string(s.ID) == word || strconv.Itoa(s.N) == word {
			return []Step{s}
		}
		if word != "" && strings.HasPrefix(string(s.ID), word) {
			begin = append(begin, s)
		}
	}
	return begin
}

// Level is from which seniority a criterion is expected.
type Level string

// The levels, lowest first.
const (
	Mid    Level = "mid"
	Senior Level = "senior"
	Staff  Level = "staff"
)

// Levels returns the levels, lowest first.
func Levels() []Level { return []Level{Mid, Senior, Staff} }

// Rank returns 1 for mid, 2 for senior, 3 for staff, and 0 for anything else.
func (l Level) Rank() int {
	for i, x := range Levels() {
		if l == x {
			return i + 1
		}
	}
	return 0
}

// Criterion is one observable thing that a strong answer does.
type Criterion struct {
	ID       string     `yaml:"id" json:"id" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)*$,maxLength=64"`
	Text     string     `yaml:"text" json:"text"`
	Level    Level      `yaml:"level" json:"level" jsonschema:"enum=mid,enum=senior,enum=staff"`
	Weight   int        `yaml:"weight" json:"weight" jsonschema:"minimum=1,maximum=5"`
	Evidence [][]string `yaml:"evidence" json:"evidence" jsonschema:"minItems=1"` // groups of alternatives: every group must be met
	Probe    string     `yaml:"probe" json:"probe"`
	Stronger string     `yaml:"stronger" json:"stronger"`

	Says  []string `yaml:"says" json:"says,omitempty" jsonschema:"maxItems=12"`  // short statements that would earn it
	Facts []string `yaml:"facts" json:"facts,omitempty" jsonschema:"maxItems=6"` // to find these facts out by asking earns it
	Omits bool     `yaml:"omits" json:"omits,omitempty"`                         // it is about leaving something out, so a denial can earn it
}

// Mode is a way to rehearse.
type Mode string

// The modes of a session.
const (
	Practice Mode = "practice"
	Mock     Mode = "mock"
)

// Mark is the mark of a criterion: 0, ½ or 1.
type Mark float64

// The three marks.
const (
	None Mark = 0
	Half Mark = 0.5
	Full Mark = 1
)

func (m Mark) String() string {
	switch m {
	case None:
		return "0"
	case Half:
		return "half"
	case Full:
		return "1"
	}
	return fmt.Sprintf("%g", float64(m))
}

// Suggestion is a coach's mark for a criterion with the words of the answer that support it.
type Suggestion struct {
	Criterion string
	Mark      Mark
	Claim     Claim
	Quotes    []string // the candidate's words that the mark rests on
	Nearest   []string // at most two of the candidate's sentences that lie nearest, whatever the mark
	Note      string   // what is missing for more: "no words on why"
}

// Claim is what an answer says about a criterion.
type Claim string

// What an answer can say about a criterion: it claims it and gives the reason, it has the words without the claim, it claims
// the opposite, or it says nothing.
const (
	Argued       Claim = "argued"
	Mentioned    Claim = "mentioned"
	Contradicted Claim = "contradicted"
	NoClaim      Claim = "none"
)
