package rehearse_test

import (
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/rehearse"
)

// hideableParts is each part with a look at what a session shows of it, and a command that asks for it where there is one.
func hideableParts() map[rehearse.Part]struct {
	shows func(s *rehearse.Session) bool
	asks  rehearse.Command
} {
	type look = struct {
		shows func(s *rehearse.Session) bool
		asks  rehearse.Command
	}
	result := func(s *rehearse.Session) rehearse.StepResult { return s.Debrief(framework.Evaluation) }
	return map[rehearse.Part]look{
		rehearse.Hints:       {asks: rehearse.Hint{}},
		rehearse.Reference:   {asks: rehearse.Reveal{}},
		rehearse.Suggestions: {shows: func(s *rehearse.Session) bool { return len(s.Suggestions(framework.Evaluation)) > 0 }},
		rehearse.LabResults:  {asks: rehearse.Run{}},
		rehearse.Scores: {
			func(s *rehearse.Session) bool { return len(result(s).Criteria) > 0 },
			rehearse.Mark{Criterion: "stages-separately", Mark: framework.Full},
		},
		rehearse.FactCount: {shows: func(s *rehearse.Session) bool { return len(result(s).UnaskedFacts) > 0 }},
	}
}

func TestAMockHidesEveryPartUntilItsEnd(t *testing.T) {
	for part, p := range hideableParts() {
		t.Run(string(part), func(t *testing.T) {
			steps := []framework.StepID{framework.Data, framework.Evaluation}
			x := begin(t, rehearse.Options{Mode: framework.Mock, Steps: steps, Step: framework.Evaluation})
			x.do(rehearse.Answer{Text: "I'd measure recall of retrieval and NDCG of the ranker."}, rehearse.Done{})
			if p.asks != nil {
				x.refused(p.asks, "this is a mock: you get "+string(part))
			}
			if !x.s.Hidden(part) || p.shows != nil && p.shows(x.s) {
				t.Error("it is shown though one step isn't done")
			}
			x.do(rehearse.Enter{Step: framework.Data}, rehearse.Done{}, rehearse.Enter{Step: framework.Evaluation})
			if x.s.Hidden(part) || p.shows != nil && !p.shows(x.s) {
				t.Error("it is hidden though every step is done")
			}
			if p.asks != nil {
				x.do(p.asks)
			}
		})
	}
}

func TestPracticeHidesNothing(t *testing.T) {
	for part, p := range hideableParts() {
		x := begin(t, rehearse.Options{Step: framework.Evaluation})
		x.do(rehearse.Answer{Text: "I'd measure recall of retrieval and NDCG of the ranker."})
		if x.s.Hidden(part) || p.shows != nil && !p.shows(x.s) {
			t.Errorf("%s is hidden", part)
		}
		if p.asks != nil {
			x.do(p.asks)
		}
	}
}

// A mode may hide one part and no other, until the step is done.
func TestAModeHidesOnlyThePartsThatItNames(t *testing.T) {
	for part, p := range hideableParts() {
		mode := rehearse.Mode{
			ID: framework.Practice, Writers: []rehearse.Role{rehearse.Candidate},
			Hides: map[rehearse.Part]rehearse.Until{part: rehearse.StepDone},
		}
		x := begin(t, rehearse.Options{Step: framework.Evaluation})
		rehearse.SetMode(x.s, mode)
		x.do(rehearse.Answer{Text: "I'd measure recall of retrieval and NDCG of the ranker."})
		for other := range hideableParts() {
			if x.s.Hidden(other) != (other == part) {
				t.Errorf("the mode hides %s, and %s is hidden: %t", part, other, x.s.Hidden(other))
			}
		}
		if p.shows != nil && p.shows(x.s) {
			t.Errorf("%s is shown", part)
		}
		if p.asks != nil {
			x.refused(p.asks, "when this step is done")
		}
		x.do(rehearse.Done{})
		if x.s.Hidden(part) || p.shows != nil && !p.shows(x.s) {
			t.Errorf("the step is done, and %s is hidden", part)
		}
	}
}

func TestAReaderSeesTheSessionAndCannotChangeIt(t *testing.T) {
	x := begin(t, rehearse.Options{Step: framework.Evaluation})
	x.do(rehearse.Answer{Text: "recall and NDCG"})
	d := deps(x.clock)
	d.Role = rehearse.Reader
	s, out, err := rehearse.Resume(d, x.stored())
	if err != nil || len(out.Effects) > 0 {
		t.Fatalf("a reader stores %v, %v", out.Effects, err)
	}
	if got := s.Text(""); got != "recall and NDCG" {
		t.Errorf("it reads %q", got)
	}
	if _, err := s.Do(rehearse.Hint{}); err == nil || !strings.Contains(err.Error(), "only its candidate") {
		t.Errorf("got %v", err)
	}
}
