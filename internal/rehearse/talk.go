package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dryrun/framework"
)

// maxTextBytes bounds what one answer or question may hold, in bytes: some twenty pages.
const maxTextBytes = 64 << 10

func checkText(what, text string) error {
	if len(text) > maxTextBytes {
		return fmt.Errorf("%s is %d KB long: at most %d KB fit", what, len(text)>>10, maxTextBytes>>10)
	}
	return nil
}

// ask puts a clarifying question to the interviewer; a good one releases a fact into the scope.
func (s *Session) ask(text string) error {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" {
		return errors.New("ask what? The question is empty")
	}
	if err := checkText("the question", text); err != nil {
		return err
	}
	id, reply := s.deps.Coach.Reply(s.cs, s.state.Facts, text)
	fact := s.cs.Fact(id)
	bodies := []framework.Body{framework.Asked{Step: s.state.Step, Text: text, Reply: reply}}
	fresh := fact != nil && !slices.Contains(s.state.Facts, id)
	if fresh {
		bodies = append(bodies, framework.FactReleased{Fact: id})
	}
	if err := s.record(bodies...); err != nil {
		return err
	}
	s.say(ByInterviewer, reply)
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
	return fmt.Errorf("nobody has asked %q in this step", to)
}

// draft keeps what is being typed. It is saved by an effect, and never an event.
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
	if a, stands := s.stepState().Answer(to); stands && a.Text == text {
		delete(s.drafts, p) // typed back to what stands
	}
	return nil
}

func (s *Session) keepDraft(p framework.Place, text string, at time.Time) {
	d := framework.Draft{Place: p, Text: text, At: at}
	s.drafts[p] = d
	s.effect(SaveDraft{s.state.Started.Session, d})
}

// answer commits a text. An empty one takes an earlier answer back; where there is none, it is a slip.
func (s *Session) answer(to, text string) error {
	if err := s.checkAsked(to); err != nil {
		return err
	}
	if err := checkText("the answer", text); err != nil {
		return err
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	p := framework.Place{Step: s.state.Step, To: to}
	if _, stands := s.stepState().Answer(to); !stands && strings.TrimSpace(text) == "" {
		return errors.New("the answer is empty: write a line first")
	}
	changed, err := s.commit(p, text)
	if err != nil || !changed {
		return err
	}
	if s.stepState().Revealed {
		s.tutorSays("Saved, and not scored: the reference was open.")
	}
	return nil
}

// commit makes a text the answer. The draft goes first to the store, with the same text: were the program killed
// between the two, an older draft would come back over the answer.
func (s *Session) commit(p framework.Place, text string) (changed bool, err error) {
	old, stands := s.state.StepState(p.Step).Answer(p.To)
	if stands && old.Text == text {
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
			if _, stands := s.state.StepState(id).Answer(to); !stands {
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

// probe asks about the criterion with the most weight missing, then the follow-ups in their order.
func (s *Session) probe() error {
	st, step := s.stepState(), s.Step()
	if _, ok := st.Answer(""); !ok {
		return errors.New("answer first: a probe asks about what you've said")
	}
	var asked []string
	for _, p := range st.Probes {
		asked = append(asked, p.ID)
	}
	criteria := s.criteria(s.state.Step)
	var id, text string
	if pick := s.deps.Coach.Probe(criteria, scoredText(st), s.sourceTexts(s.state.Step), asked); pick != "" {
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
		s.say(ByInterviewer, "I have nothing more to ask here.")
		return nil
	}
	if err := s.record(framework.ProbeAsked{Step: s.state.Step, ID: id, Text: text}); err != nil {
		return err
	}
	s.say(ByInterviewer, text)
	return nil
}
