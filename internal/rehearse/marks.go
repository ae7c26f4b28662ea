package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dryrun/framework"
)

// The columns of marks that a session fills itself. They are never mixed.
const (
	bySelf  = "self"
	byCoach = "coach"
)

// cachedSuggestions are the coach's suggestions for a text. They are valid until the text or the rubric changes.
type cachedSuggestions struct {
	text     string
	criteria int
	probes   int
	marks    []framework.Suggestion
}

// Suggestions returns the coach's suggestion for each criterion of a step, in the rubric's order; nil while the mode
// hides them. They depend only on text that is scored: text committed before the reference was opened.
func (s *Session) Suggestions(step framework.StepID) []framework.Suggestion {
	if _, ok := framework.StepByID(step); !ok || s.hiddenIn(step, Suggestions) {
		return nil
	}
	st := s.state.StepState(step)
	text, criteria := scoredText(st), s.criteria(step)
	if c, ok := s.suggestionCache[step]; ok && c.text == text && c.criteria == len(criteria) && c.probes == len(st.Probes) {
		return c.marks
	}
	marks := s.deps.Coach.Suggest(criteria, text, s.sourceTexts(step))
	s.suggestionCache[step] = cachedSuggestions{text: text, criteria: len(criteria), probes: len(st.Probes), marks: marks}
	return marks
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

// sourceTexts are the texts that the candidate read. The coach doesn't count words copied from them.
func (s *Session) sourceTexts(step framework.StepID) []string {
	content := s.cs.Step(step)
	texts := append([]string{s.cs.Brief, content.Prompt, content.Reference}, content.Hints...)
	for _, p := range s.state.StepState(step).Probes {
		texts = append(texts, p.Text)
	}
	for _, id := range s.state.StepState(step).Curveballs {
		if ball := s.cs.Curveball(id); ball != nil {
			texts = append(texts, ball.Says)
		}
	}
	return texts
}

// mark gives a criterion the candidate's own mark. Its quotes are the words that the coach found; without any, the mark is
// kept and shown as unsupported.
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
		m.Quotes = slices.Clone(s.suggestion(s.state.Step, cmd.Criterion).Quotes)
	}
	if err := s.record(m); err != nil {
		return err
	}
	if cmd.Mark > framework.None && len(m.Quotes) == 0 {
		s.tutorSays("Nothing in your answer supports this mark, so it is shown as unsupported.")
	}
	return s.recordSupport(s.state.Step)
}

// recordSupport updates the coach's marks, and the quotes that support the candidate's marks, to the text that is scored.
func (s *Session) recordSupport(step framework.StepID) error {
	var bodies []framework.Body
	marks := s.state.StepState(step).Marks
	for _, found := range s.Suggestions(step) {
		m := framework.Marked{Step: step, Criterion: found.Criterion, By: byCoach, Mark: found.Mark, Quotes: slices.Clone(found.Quotes)}
		if old, ok := marks[byCoach][found.Criterion]; !ok || old.Mark != m.Mark || !slices.Equal(old.Quotes, m.Quotes) {
			bodies = append(bodies, m)
		}
		if own, ok := marks[bySelf][found.Criterion]; ok && own.Mark > framework.None && !slices.Equal(own.Quotes, found.Quotes) {
			own.Quotes = slices.Clone(found.Quotes)
			bodies = append(bodies, own)
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
		out[x.Criterion] = framework.Marked{Criterion: x.Criterion, By: byCoach, Mark: x.Mark, Quotes: x.Quotes}
	}
	return out
}
