package score_test

import (
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/pane/score"
	"dryrun/internal/tui/session/sessiontest"
)

const answer = "- the goal is a purchase within a day of the search, so we measure purchases and not clicks\n" +
	"- p99 latency of 100 ms, split between the two stages"

// open opens the pane of a step that is answered and whose reference is open.
func open(t *testing.T, w, h int) (*sessiontest.Rig, *score.Pane) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Run(r.S.Do(rehearse.Answer{Text: answer}))
	r.Run(r.S.Do(rehearse.Reveal{}))
	p := score.New(r.S)
	r.Show(p, w, h)
	return r, p
}

func TestTheCriteriaAreWholeAtEverySize(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, size.H)
			r.Fits()
			for _, c := range r.S.Rubric()[framework.Requirements] {
				r.Holds(c.Text)
				if !strings.Contains(r.View(), "▸") {
					t.Errorf("the cursor isn't on the screen:\n%s", r.View())
				}
				r.Press("i")
				r.Holds("Expected from "+string(c.Level), c.Probe, c.Stronger)
				r.Press("i", "j")
			}
			r.Press("c")
			r.Fits()
			r.Holds("Scorecard,", "1 of 7 steps answered.", "You said:")
		})
	}
}

func TestBeforeTheReferenceIsOpenItSaysWhatComesFirst(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	r.Show(score.New(r.S), 56, 15)
	r.Fits()
	r.Holds("Answer the step and open the reference (v): then you mark yourself")
	if r.Does("1") != "" {
		t.Error("it can be marked")
	}
}

func TestMarksAreGivenOneAfterTheOther(t *testing.T) {
	r, _ := open(t, 76, 60)
	criteria := r.S.Rubric()[framework.Requirements]
	r.Press("1", "h", "0")
	marks := r.S.Here().Marks["self"]
	for i, want := range []framework.Mark{framework.Full, framework.Half, framework.None} {
		if got := marks[criteria[i].ID].Mark; got != want {
			t.Errorf("criterion %d is marked %v, want %v", i+1, got, want)
		}
	}
	r.Sees("[1]")
	r.Sees("[½]")
	r.Sees("of 4")
}

func TestTheSuggestionIsTakenByEnter(t *testing.T) {
	r, _ := open(t, 76, 60)
	first := r.S.Suggestions(framework.Requirements)[0]
	r.Press("enter")
	if got := r.S.Here().Marks["self"][first.Criterion].Mark; got != first.Mark {
		t.Errorf("marked %v, suggested %v", got, first.Mark)
	}
}

func TestFinishingTakesTheSameKeyTwice(t *testing.T) {
	r, p := open(t, 76, 19)
	press := func(keys ...string) {
		for _, k := range keys {
			p.KeyPressed(k)
			r.Press(k)
		}
	}
	press("c", "f")
	r.Until("a note", func() bool { return r.Said("f again finishes") })
	press("c", "c", "f")
	if r.S.State().Ended {
		t.Fatal("finished by one key after another one")
	}
	press("f")
	if !r.S.State().Ended {
		t.Fatal("not finished")
	}
	r.Sees("This session is finished")
	if r.Does("f") != "" {
		t.Error("it can be finished again")
	}
}

func TestAnotherStepBeginsAnew(t *testing.T) {
	r, p := open(t, 76, 19)
	r.Press("c")
	r.Sees("Scorecard")
	p.Enter()
	r.Resize(76, 19)
	if strings.Contains(r.View(), "Scorecard") {
		t.Error("the scorecard is still shown")
	}
}

// lineOf is the first line of the view that holds a text.
func lineOf(r *sessiontest.Rig, text string) string {
	for line := range strings.Lines(r.View()) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

func TestTheAnswerStandsBesideTheCriteriaWithWhatAMarkRestsOn(t *testing.T) {
	for _, size := range sessiontest.Sizes() {
		t.Run(size.Screen, func(t *testing.T) {
			r, _ := open(t, size.W, size.H)
			sentences := r.S.Sentences(framework.Requirements)
			for i, c := range r.S.Rubric()[framework.Requirements] {
				found := r.S.Suggestions(framework.Requirements)[i]
				for _, sentence := range sentences {
					start := strings.Join(strings.Fields(sentence)[:3], " ")
					line := lineOf(r, start)
					if line == "" {
						t.Fatalf("%s: %q isn't on the screen:\n%s", c.ID, start, r.View())
					}
					rests := slices.Contains(found.Quotes, sentence)
					if marked := strings.Contains(line, "▌"); marked != rests {
						t.Errorf("%s: that the mark rests on %q is shown as %v, want %v", c.ID, start, marked, rests)
					}
				}
				r.Press("j")
			}
			r.Fits()
		})
	}
}

func TestTheVerdictAndTheReferencesSentenceStandAtACriterion(t *testing.T) {
	r, _ := open(t, 76, 60)
	for i, c := range r.S.Rubric()[framework.Requirements] {
		found := r.S.Suggestions(framework.Requirements)[i]
		r.Sees("Coach: " + narrate.ClaimWords(found))
		says := r.S.ReferenceSays(framework.Requirements)[c.ID]
		if says == "" || !strings.Contains(strings.Join(strings.Fields(r.S.Step().Reference), " "), strings.TrimSuffix(says, "…")) {
			t.Errorf("%s: %q isn't a sentence of the reference", c.ID, says)
		}
		r.Sees("The reference: “" + strings.Join(strings.Fields(says)[:3], " "))
		r.Press("j")
	}
}

func TestTheCandidatePicksTheSentenceThatAMarkRestsOn(t *testing.T) {
	r, p := open(t, 76, 40)
	criteria := r.S.Rubric()[framework.Requirements]
	sentences := r.S.Sentences(framework.Requirements)
	r.Press("p", "j", "enter")
	if p.IsModal() || len(r.S.Here().Marks["self"]) != 0 {
		t.Fatal("a sentence that is picked before there is a mark gives one")
	}
	r.Sees("Your next mark rests on: “" + strings.Join(strings.Fields(sentences[1])[:2], " "))
	r.Press("1")
	if got := r.S.Here().Marks["self"][criteria[0].ID]; got.Mark != framework.Full || !slices.Equal(got.Quotes, sentences[1:2]) {
		t.Errorf("marked %+v, want full on %q", got, sentences[1])
	}
	r.Press("k", "p", "k", "enter") // another sentence for a mark that is given
	if got := r.S.Here().Marks["self"][criteria[0].ID]; got.Mark != framework.Full || !slices.Equal(got.Quotes, sentences[:1]) {
		t.Errorf("marked %+v, want full on %q", got, sentences[0])
	}
	r.Press("p", "esc")
	if p.IsModal() {
		t.Error("esc doesn't leave the sentences")
	}
}

func TestTheReasonOfEachDecisionStandsUnderTheCriteria(t *testing.T) {
	r := sessiontest.Open(t, framework.Requirements)
	step := sessiontest.Case(t).Step(framework.Requirements)
	for _, d := range step.Decide {
		r.Run(r.S.Do(rehearse.Decide{Decision: d.ID, Option: d.Options[0].ID}))
	}
	r.Run(r.S.Do(rehearse.Answer{Text: answer}))
	r.Run(r.S.Do(rehearse.Reveal{}))
	r.Show(score.New(r.S), 76, 19)
	for _, d := range step.Decide {
		verdict, _ := d.Options.Verdict(d.Options[0].ID)
		r.Holds(d.Why, string(verdict))
	}
	before := r.View()
	r.Press("end")
	r.Fits()
	if r.View() == before || !strings.Contains(r.View(), "end") {
		t.Errorf("the end isn't reached:\n%s", r.View())
	}
}
