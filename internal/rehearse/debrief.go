package rehearse

import (
	"fmt"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/framework"
)

// Debrief returns the result of a step: its scores, decisions and ranges, the facts that nobody asked for, what is missing at
// the session's level, and what to do next. If the mode hides scores, it returns only whether the step is answered.
func (s *Session) Debrief(step framework.StepID) StepResult {
	info, ok := framework.StepByID(step)
	if !ok {
		return StepResult{}
	}
	st := s.state.StepState(step)
	r := StepResult{Step: info, Answered: st.HasAnswer(), Level: s.state.Started.Level}
	if s.hiddenIn(step, Scores) {
		r.Hidden, r.ToDo = true, s.hiddenUntil()
		return r
	}
	r.Revealed = st.Revealed || s.state.Ended
	content := s.cs.Step(step)
	self := s.Scorecard()
	r.Scores = StepScores{scoreOf(self, step), scoreOf(*self.Supported, step), scoreOf(s.CoachScorecard(), step)}
	r.Criteria = s.criterionResults(step)
	r.Decisions = s.decisions(step)
	r.Predictions = s.predictions(step)
	if !s.hiddenIn(step, FactCount) {
		r.UnaskedFacts = s.unasked()
	}
	for _, f := range content.Followups {
		if slices.ContainsFunc(st.Probes, func(p framework.ProbeAsked) bool { return p.ID == f.ID }) {
			r.Followups = append(r.Followups, FollowupResult{Followup: f, YourAnswer: s.TextOf(step, f.ID)})
		}
	}
	s.compareWithLevels(step, &r)
	r.Quote = quoteFrom(r.Criteria, scoredText(st))
	r.ToDo = s.toDo(step, r)
	return r
}

// hiddenUntil says when the mode shows the result.
func (s *Session) hiddenUntil() string {
	return fmt.Sprintf("You get the result at the end of the %s.", s.mode.ID)
}

// Result returns the result of the whole session.
func (s *Session) Result() SessionResult {
	r := SessionResult{
		Session: s.state.Started.Session, Title: s.cs.Title, Ended: s.state.Ended, Began: s.state.StartedAt, Level: s.state.Started.Level,
	}
	if s.Hidden(Scores) {
		r.Hidden, r.ToDo = true, s.hiddenUntil()
		return r
	}
	r.Card = s.Scorecard()
	for _, score := range r.Card.Steps {
		r.Steps = append(r.Steps, s.stepLine(score))
	}
	r.Met = met(r.Steps)
	r.Other = s.otherResults()
	r.Quote = s.quote()
	r.ToDo = s.sessionToDo(r)
	return r
}

// stepLine is a step of the session's result.
func (s *Session) stepLine(score framework.StepScore) StepLine {
	step, _ := framework.StepByID(score.Step)
	st := s.state.StepState(step.ID)
	line := StepLine{
		Step: step, Score: score, Marked: len(st.Marks[bySelf]) > 0, Spent: st.Elapsed,
		Plan: framework.BudgetOf(step.ID, s.state.Started.Minutes),
	}
	if line.Marked {
		line.Adds = s.Debrief(step.ID).NextLevel
	}
	return line
}

// met is the share of what each level asks of the marked steps, weighted by step.
func met(steps []StepLine) map[framework.Level]float64 {
	out := map[framework.Level]float64{}
	for _, level := range framework.Levels() {
		var sum, weights float64
		for _, s := range steps {
			if r, asked := s.Score.R[level]; asked && s.Marked {
				sum += float64(s.Weight) * r
				weights += float64(s.Weight)
			}
		}
		if weights > 0 {
			out[level] = sum / weights
		}
	}
	return out
}

// sessionToDo is the next thing to do, for somebody who looks at the scorecard.
func (s *Session) sessionToDo(r SessionResult) string {
	if !s.state.Ended {
		if next := s.Debrief(s.state.Step).ToDo; next != lastStepDone {
			return next
		}
		for _, line := range r.Steps {
			switch {
			case !line.Score.Answered && !s.state.StepState(line.ID).Revealed:
				return fmt.Sprintf("Answer %d of 7, %s.", line.N, line.Title)
			case line.Score.Answered && !line.Marked:
				return fmt.Sprintf("Mark yourself in %d of 7, %s.", line.N, line.Title)
			}
		}
	}
	weakest := -1
	for i, line := range r.Steps {
		if line.Marked && (weakest < 0 || line.Score.Score < r.Steps[weakest].Score.Score) {
			weakest = i
		}
	}
	if weakest < 0 {
		return "Rehearse another step."
	}
	return fmt.Sprintf("Rehearse %s again: it is your weakest step.", r.Steps[weakest].Title)
}

// otherResults aggregates the decisions, ranges and diagnoses of the session.
func (s *Session) otherResults() OtherResults {
	open := false // a reference
	b := OtherResults{Ranges: framework.Calibrate(framework.Ranges(s.state, s.isLog))}
	for _, id := range s.state.StepIDs() {
		st := s.state.StepState(id)
		b.Diagnoses = append(b.Diagnoses, st.Diagnoses...)
		if !st.Revealed && !s.state.Ended {
			continue
		}
		open = true
		for _, d := range s.decisions(id) {
			if d.Chosen != "" {
				b.Decisions = append(b.Decisions, d)
			}
		}
	}
	for _, id := range s.state.Facts {
		if f := s.cs.Fact(id); f != nil {
			b.Asked = append(b.Asked, *f)
		}
	}
	if open && !s.Hidden(FactCount) {
		b.Missed = s.unasked()
	}
	return b
}

// isLog says whether a prediction is scored on a log scale.
func (s *Session) isLog(step framework.StepID, prediction string) bool {
	return slices.ContainsFunc(s.cs.Step(step).Lab.Predict, func(p casestudies.Prediction) bool {
		return p.ID == prediction && p.Scale == "log"
	})
}

func scoreOf(card framework.Scorecard, step framework.StepID) framework.StepScore {
	for _, score := range card.Steps {
		if score.Step == step {
			return score
		}
	}
	return framework.StepScore{Step: step}
}

func (s *Session) criterionResults(step framework.StepID) []CriterionResult {
	marks := s.state.StepState(step).Marks[bySelf]
	says := s.ReferenceSays(step)
	var out []CriterionResult
	for _, c := range s.criteria(step) {
		m, marked := marks[c.ID]
		out = append(out, CriterionResult{
			Criterion: c, Self: m.Mark, Marked: marked, Suggestion: s.suggestion(step, c.ID), Rests: m.Quotes, Reference: says[c.ID],
			Unsupported: m.Mark > framework.None && len(m.Quotes) == 0,
		})
	}
	return out
}

func (s *Session) decisions(step framework.StepID) []DecisionResult {
	st := s.state.StepState(step)
	var out []DecisionResult
	for _, d := range s.cs.Step(step).Decide {
		chosen := st.Decisions[d.ID]
		r := DecisionResult{Decision: d, Chosen: chosen.Option, Skipped: chosen.Skipped}
		r.Best = d.Options.Best()
		r.Verdict, _ = d.Options.Verdict(r.Chosen)
		if d.Knob != "" && r.Chosen != "" && len(st.Runs) > 0 {
			if first, ok := st.Runs[0].Knobs[d.Knob]; ok && first != r.Chosen {
				r.FirstRun = first
			}
		}
		out = append(out, r)
	}
	return out
}

func (s *Session) predictions(step framework.StepID) []PredictionResult {
	st := s.state.StepState(step)
	var out []PredictionResult
	for _, p := range s.cs.Step(step).Lab.Predict {
		said, given := st.Predictions[p.ID]
		r := PredictionResult{Prediction: p, Low: said.Low, High: said.High, Committed: given && !said.Skipped, Skipped: said.Skipped}
		r.Truth, r.Known = st.Result(p.ID)
		if r.Committed && r.Known {
			r.Inside = framework.Range{Low: r.Low, High: r.High, Result: r.Truth}.Covers()
		}
		out = append(out, r)
	}
	return out
}

// unasked returns the facts that nobody asked for, the critical ones first.
func (s *Session) unasked() []casestudies.Fact {
	var critical, others []casestudies.Fact
	for _, f := range s.cs.Facts {
		switch {
		case slices.Contains(s.state.Facts, f.ID):
		case f.Critical:
			critical = append(critical, f)
		default:
			others = append(others, f)
		}
	}
	return append(critical, others...)
}

// compareWithLevels fills in what the answer is missing at the session's level, and the stronger version of its heaviest
// criterion that is met. Until the candidate gives marks, it uses the coach's suggestions.
func (s *Session) compareWithLevels(step framework.StepID, r *StepResult) {
	if !r.Answered {
		return
	}
	marks := s.state.StepState(step).Marks[bySelf]
	if r.Marked() == 0 {
		marks = asMarks(s.Suggestions(step))
	}
	criteria := s.criteria(step)
	r.Missing = framework.Missing(criteria, marks, r.Level)
	var heaviest framework.Criterion
	for _, c := range criteria {
		if marks[c.ID].Mark == framework.Full && c.Weight > heaviest.Weight && c.Stronger != "" {
			heaviest = c
		}
	}
	if heaviest.Stronger == "" && len(r.Missing) > 0 {
		heaviest = r.Missing[0]
	}
	r.NextLevel = heaviest.Stronger
}

// quote returns a line of the candidate's own words for the session's result: from the current step, or else from the first
// answered one. It is "" if there is none.
func (s *Session) quote() string {
	for _, step := range append([]framework.StepID{s.state.Step}, s.state.StepIDs()...) {
		if quote := s.Debrief(step).Quote; quote != "" {
			return quote
		}
	}
	return ""
}

// maxQuoteRunes is the length at which a quoted line is truncated, in runes.
const maxQuoteRunes = 160

// quoteFrom picks a line of the candidate's own words: one that supports the heaviest criterion, or else the first line.
func quoteFrom(criteria []CriterionResult, text string) string {
	weight, quote := 0, ""
	for _, c := range criteria {
		if len(c.Suggestion.Quotes) > 0 && c.Weight > weight {
			weight, quote = c.Weight, c.Suggestion.Quotes[0]
		}
	}
	if quote == "" {
		for line := range strings.Lines(text) {
			if quote = strings.TrimLeft(strings.TrimSpace(line), "-*• "); quote != "" {
				break
			}
		}
	}
	if runes := []rune(quote); len(runes) > maxQuoteRunes {
		cut := maxQuoteRunes
		for cut > maxQuoteRunes/2 && runes[cut] != ' ' {
			cut--
		}
		quote = string(runes[:cut]) + " …"
	}
	return quote
}

// lastStepDone is what to do after the last step.
const lastStepDone = "That was the last step: look at the scorecard."

// toDo returns the next thing to do, as a sentence.
func (s *Session) toDo(step framework.StepID, r StepResult) string {
	st := s.state.StepState(step)
	open := func(p PredictionResult) bool { return !p.Committed && !p.Skipped && len(st.Runs) == 0 && !st.Revealed }
	undecided := func(d DecisionResult) bool { return d.Chosen == "" && !d.Skipped && !st.Revealed }
	switch {
	case s.state.Ended && r.Answered && len(r.Missing) > 0:
		return "Answer the probe aloud: " + r.Missing[0].Probe
	case s.state.Ended:
		return "Rehearse another step."
	case len(st.Answers) == 0 && !st.Revealed:
		return "Answer the prompt."
	case slices.ContainsFunc(r.Decisions, undecided):
		return "Commit to the decisions."
	case slices.ContainsFunc(r.Predictions, open):
		return "Give a range for the lab's number."
	case len(st.Runs) == 0:
		return "Run the lab."
	case !st.Revealed:
		return "Open the reference and compare."
	case r.Answered && r.Marked() < len(r.Criteria):
		return "Mark yourself."
	}
	ids := s.state.StepIDs()
	for i, id := range ids {
		if id == step && i+1 < len(ids) {
			next, _ := framework.StepByID(ids[i+1])
			return fmt.Sprintf("Next: %d of 7, %s.", next.N, next.Title)
		}
	}
	return lastStepDone
}
