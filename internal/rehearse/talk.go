package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dryrun/framework"
)

// maxTextBytes is the limit on one answer or question: about twenty pages.
const maxTextBytes = 64 << 10

func checkText(what, text string) error {
	if len(text) > maxTextBytes {
		return fmt.Errorf("%s is %d KB long: the limit is %d KB", what, len(text)>>10, maxTextBytes>>10)
	}
	return nil
}

// ask asks the interviewer a clarifying question. A good one releases a fact into the scope.
func (s *Session) ask(text string) error {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" {
		return errors.New("the question is empty: type what you want to ask")
	}
	if err := checkText("the question", text); err != nil {
		return err
	}
	reply := s.deps.Coach.Reply(s.cs, s.state.Facts, s.pending, text)
	fact := s.cs.Fact(reply.Fact)
	bodies := []framework.Body{framework.Asked{Step: s.state.Step, Text: text, Reply: reply.Text}}
	fresh := fact != nil && !slices.Contains(s.state.Facts, reply.Fact)
	if fresh {
		bodies = append(bodies, framework.FactReleased{Fact: reply.Fact})
	}
	if err := s.record(bodies...); err != nil {
		return err
	}
	s.pending = reply.Facts
	s.say(ByInterviewer, reply.Text)
	if fresh {
		s.say(ByScope, "+ "+strings.TrimSpace(fact.Short))
	}
	return nil
}

// checkAsked checks that the current step has a question called to.
func (s *Session) checkAsked(to string) error {
	st := s.stepState()
	probed := func(p framework.ProbeAsked) bool { return p.ID == to }
	if to == "" || slices.Contains(st.Curveballs, to) || slices.ContainsFunc(st.Probes, probed) {
		return nil
	}
	return fmt.Errorf("this step has no question %q", to)
}

// draft records what is being typed. An effect saves it; it isn't an event.
func (s *Session) draft(to, text string) error {
	if err := s.checkAsked(to); err != nil {
		return err
	}
	if err := checkText("the answer", text); err != nil {
		return err
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if text == s.Text(to) {
		return nil
	}
	p := framework.Place{Step: s.state.Step, To: to}
	s.keepDraft(p, text, s.draftTime())
	if a, answered := s.stepState().Answer(to); answered && a.Text == text {
		delete(s.drafts, p) // the same as the answer again
	}
	return nil
}

func (s *Session) keepDraft(p framework.Place, text string, at time.Time) {
	d := framework.Draft{Place: p, Text: text, At: at}
	s.drafts[p] = d
	s.effect(SaveDraft{s.state.Started.Session, d})
}

// answer commits a text. An empty text withdraws an earlier answer; it is an error if there is none.
func (s *Session) answer(to, text string) error {
	if err := s.checkAsked(to); err != nil {
		return err
	}
	if err := checkText("the answer", text); err != nil {
		return err
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	p := framework.Place{Step: s.state.Step, To: to}
	if _, answered := s.stepState().Answer(to); !answered && strings.TrimSpace(text) == "" {
		return errors.New("the answer is empty: write a line first")
	}
	changed, err := s.commit(p, text)
	if err != nil || !changed {
		return err
	}
	if s.stepState().Revealed {
		s.tutorSays("Saved, but not scored: the reference was open.")
	}
	return nil
}

// commit makes a text the answer. It first saves the same text as the draft: otherwise, if the program were killed between
// the two, an older draft would replace the answer.
func (s *Session) commit(p framework.Place, text string) (changed bool, err error) {
	old, answered := s.state.StepState(p.Step).Answer(p.To)
	if answered && old.Text == text {
		if _, typed := s.drafts[p]; typed {
			s.keepDraft(p, text, s.draftTime())
			delete(s.drafts, p)
		}
		return false, nil
	}
	s.keepDraft(p, text, s.now())
	delete(s.drafts, p)
	if err := s.record(framework.Answered{Step: p.Step, To: p.To, Text: text}); err != nil {
		return false, err
	}
	if len(s.state.StepState(p.Step).Marks[bySelf]) > 0 {
		err = s.recordSupport(p.Step)
	}
	return true, err
}

// commitDrafts commits what was typed in a step.
func (s *Session) commitDrafts(id framework.StepID) error {
	var tos []string
	for p := range s.drafts {
		if p.Step == id {
			tos = append(tos, p.To)
		}
	}
	slices.Sort(tos)
	for _, to := range tos {
		p := framework.Place{Step: id, To: to}
		if strings.TrimSpace(s.drafts[p].Text) == "" {
			if _, answered := s.state.StepState(id).Answer(to); !answered {
				delete(s.drafts, p)
				continue
			}
		}
		if _, err := s.commit(p, s.drafts[p].Text); err != nil {
			return err
		}
	}
	return nil
}

// probe asks about the criterion with the most missing weight, and then the follow-ups in order.
func (s *Session) probe() error {
	st, step := s.stepState(), s.Step()
	if _, ok := st.Answer(""); !ok {
		return errors.New("answer first: a probe asks about your answer")
	}
	var asked []string
	for _, p := range st.Probes {
		asked = append(asked, p.ID)
	}
	criteria := s.criteria(s.state.Step)
	var id, text string
	if pick := s.deps.Coach.Probe(s.cs, s.state.Step, s.answerTo(s.state.Step), asked); pick != "" {
		if i := slices.IndexFunc(criteria, func(c framework.Criterion) bool { return c.ID == pick }); i >= 0 && !slices.Contains(asked, pick) {
			id, text = pick, criteria[i].Probe
		}
	}
	for i := 0; id == "" && i < len(step.Followups); i++ {
		if f := step.Followups[i]; !slices.Contains(asked, f.ID) {
			id, text = f.ID, f.Ask
		}
	}
	if id == "" {
		s.say(ByInterviewer, "I have no more questions about this step.")
		return nil
	}
	if err := s.record(framework.ProbeAsked{Step: s.state.Step, ID: id, Text: text}); err != nil {
		return err
	}
	s.say(ByInterviewer, text)
	return nil
}
