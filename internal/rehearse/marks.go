package rehearse

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"dryrun/framework"
	"dryrun/internal/coach"
)

// The columns of marks that a session fills itself. They are never mixed.
const (
	bySelf  = "self"
	byCoach = "coach"
)

// judged is what the coach made of an answer. It is valid until the answer changes.
type judged struct {
	answer   coach.Answer
	judgment coach.Judgment
}

// Judgment returns what the coach makes of a step's answer; the zero one while the mode hides it. It depends only on what is
// scored: text and decisions committed before the reference was opened.
func (s *Session) Judgment(step framework.StepID) coach.Judgment {
	if _, ok := framework.StepByID(step); !ok || s.hiddenIn(step, Suggestions) {
		return coach.Judgment{}
	}
	return s.judge(step)
}

// judge is Judgment whatever the mode hides.
func (s *Session) judge(step framework.StepID) coach.Judgment {
	answer := s.answerTo(step)
	if known, ok := s.judged[step]; ok && reflect.DeepEqual(known.answer, answer) {
		return known.judgment
	}
	j := s.deps.Coach.Judge(s.cs, step, answer)
	s.judged[step] = judged{answer, j}
	return j
}

// Suggestions returns the coach's suggestion for each criterion of a step, in the rubric's order; nil while the mode hides
// them.
func (s *Session) Suggestions(step framework.StepID) []framework.Suggestion {
	return s.Judgment(step).Suggestions
}

// answerTo is what the candidate has said and done in a step, as the coach reads it.
func (s *Session) answerTo(step framework.StepID) coach.Answer {
	st := s.state.StepState(step)
	a := coach.Answer{
		Text: scoredText(st), Released: slices.Clone(s.state.Facts), Chosen: map[string]string{}, Curveballs: slices.Clone(st.Curveballs),
	}
	for _, p := range st.Probes {
		a.Copied = append(a.Copied, p.Text)
	}
	for id, d := range st.Decisions {
		if !d.Skipped {
			a.Chosen[id] = d.Option
		}
	}
	for _, earlier := range s.state.StepIDs() {
		if earlier == step {
			break
		}
		if text := scoredText(s.state.StepState(earlier)); text != "" {
			a.Before = append(a.Before, text)
		}
	}
	return a
}

// Sentences are those of what is scored in a step, in order: a mark rests on some of them.
func (s *Session) Sentences(step framework.StepID) []string {
	return coach.Sentences(scoredText(s.state.StepState(step)))
}

// ReferenceSays returns the sentence of the reference that speaks to each criterion of a step most; nil while it is closed.
func (s *Session) ReferenceSays(step framework.StepID) map[string]string {
	st := s.state.StepState(step)
	if !st.Revealed && !s.state.Ended {
		return nil
	}
	if known, ok := s.referenceSays[step]; ok {
		return known
	}
	says := s.deps.Coach.Nearest(s.cs, step, st.Curveballs, s.cs.Step(step).Reference)
	s.referenceSays[step] = says
	return says
}

// suggestion returns the coach's suggestion for one criterion; the zero one if there is none.
func (s *Session) suggestion(step framework.StepID, criterion string) framework.Suggestion {
	for _, x := range s.Suggestions(step) {
		if x.Criterion == criterion {
			return x
		}
	}
	return framework.Suggestion{Criterion: criterion}
}

// scoredText is all of a step's text that is scored, the answer to the prompt first.
func scoredText(st *framework.StepState) string {
	var parts []string
	for _, first := range []bool{true, false} {
		for _, a := range st.Answers {
			if (a.To == "") == first && strings.TrimSpace(a.Scored) != "" {
				parts = append(parts, a.Scored)
			}
		}
	}
	return strings.Join(parts, "\n\n")
}

// mark gives a criterion the candidate's own mark. It rests on the sentence that they picked, or else on what the coach found;
// without either, the mark is kept and shown as unsupported.
func (s *Session) mark(cmd Mark) error {
	if err := s.hiddenError(Scores); err != nil {
		return err
	}
	if cmd.Mark != framework.None && cmd.Mark != framework.Half && cmd.Mark != framework.Full {
		return fmt.Errorf("a mark is 0, half or 1, not %g", float64(cmd.Mark))
	}
	if !slices.ContainsFunc(s.criteria(s.state.Step), func(c framework.Criterion) bool { return c.ID == cmd.Criterion }) {
		return fmt.Errorf("this step has no criterion %q", cmd.Criterion)
	}
	if !s.stepState().HasAnswer() {
		if len(s.stepState().Answers) > 0 {
			return errors.New("there is nothing to mark: you opened the reference before you answered")
		}
		return errors.New("answer first: there is nothing to mark yet")
	}
	m := framework.Marked{Step: s.state.Step, Criterion: cmd.Criterion, By: bySelf, Mark: cmd.Mark}
	if cmd.Mark > framework.None {
		m.Quotes = support(s.suggestion(s.state.Step, cmd.Criterion))
		if cmd.Quote != "" {
			if !says(scoredText(s.stepState()), cmd.Quote) {
				return errors.New("the picked sentence isn't in your answer: pick one of its sentences")
			}
			m.Quotes = []string{cmd.Quote}
		}
	}
	if err := s.record(m); err != nil {
		return err
	}
	if cmd.Mark > framework.None && len(m.Quotes) == 0 {
		s.tutorSays("Nothing in your answer supports this mark, so it is shown as unsupported.")
	}
	return s.recordSupport(s.state.Step)
}

// support is the words that support a mark of the candidate: those that the coach's own mark rests on.
func support(found framework.Suggestion) []string {
	if found.Mark == framework.None {
		return nil
	}
	return slices.Clone(found.Quotes)
}

// says reports whether a text has a quote, however its lines are broken.
func says(text, quote string) bool {
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.Contains(flat(text), strings.TrimSuffix(flat(quote), "…"))
}

// recordSupport updates the coach's marks, and the quotes that support the candidate's marks, to the text that is scored.
func (s *Session) recordSupport(step framework.StepID) error {
	var bodies []framework.Body
	marks := s.state.StepState(step).Marks
	text := scoredText(s.state.StepState(step))
	for _, found := range s.Suggestions(step) {
		m := markOf(found)
		m.Step = step
		old, ok := marks[byCoach][found.Criterion]
		if !ok || old.Mark != m.Mark || old.Claim != m.Claim || !slices.Equal(old.Quotes, m.Quotes) {
			bodies = append(bodies, m)
		}
		own, ok := marks[bySelf][found.Criterion]
		gone := func(quote string) bool { return !says(text, quote) }
		if ok && own.Mark > framework.None && (len(own.Quotes) == 0 || slices.ContainsFunc(own.Quotes, gone)) {
			if quotes := support(found); !slices.Equal(own.Quotes, quotes) {
				own.Quotes = quotes
				bodies = append(bodies, own)
			}
		}
	}
	return s.record(bodies...)
}

// Scorecard scores the session by the candidate's own marks.
func (s *Session) Scorecard() framework.Scorecard {
	return framework.Score(s.state, s.Rubric(), bySelf)
}

// CoachScorecard scores it by the coach's suggestions, zero while the mode hides them.
func (s *Session) CoachScorecard() framework.Scorecard {
	column := *s.state
	column.Steps = make(map[framework.StepID]*framework.StepState, len(s.state.Steps))
	for id, st := range s.state.Steps {
		copied := *st
		copied.Marks = map[string]map[string]framework.Marked{byCoach: asMarks(s.Suggestions(id))}
		column.Steps[id] = &copied
	}
	return framework.Score(&column, s.Rubric(), byCoach)
}

func asMarks(suggestions []framework.Suggestion) map[string]framework.Marked {
	out := make(map[string]framework.Marked, len(suggestions))
	for _, x := range suggestions {
		out[x.Criterion] = markOf(x)
	}
	return out
}

// markOf is a suggestion as a mark of the coach's column.
func markOf(x framework.Suggestion) framework.Marked {
	return framework.Marked{Criterion: x.Criterion, By: byCoach, Mark: x.Mark, Claim: x.Claim, Quotes: slices.Clone(x.Quotes)}
}
