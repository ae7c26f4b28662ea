package framework

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// rubric: a mid criterion of weight 4, a senior one of weight 3, a staff one of weight 1.
func rubric() []Criterion {
	return []Criterion{{ID: "m", Level: Mid, Weight: 4}, {ID: "s", Level: Senior, Weight: 3}, {ID: "t", Level: Staff, Weight: 1}}
}

func marks(m, s, t Mark) map[string]Marked {
	return map[string]Marked{"m": {Mark: m, Quotes: []string{"said"}}, "s": {Mark: s}, "t": {Mark: t, Quotes: []string{"run 1"}}}
}

func TestAStepsScoreByHand(t *testing.T) {
	got := ScoreStep(rubric(), marks(Full, Half, None))
	// Σwm = 4 + 1.5 = 5.5 of 8; mid 4/4, senior 5.5/7.
	if !near(got.Score, 2.75) || got.Band != "sound" {
		t.Errorf("score %v, band %q; want 2.75 and sound", got.Score, got.Band)
	}
	for level, want := range map[Level]float64{Mid: 1, Senior: 5.5 / 7, Staff: 5.5 / 8} {
		if !near(got.R[level], want) {
			t.Errorf("r at %s is %v, want %v", level, got.R[level], want)
		}
	}
	if empty := ScoreStep(nil, nil); empty.Score != 0 || len(empty.R) != 0 {
		t.Errorf("a step without criteria scores %+v", empty)
	}
}

func TestBandsFollowTheScoreAsShown(t *testing.T) {
	for score, want := range map[float64]string{
		0: "nothing", 0.94: "nothing", 0.95: "mentions", 2.6: "sound", 2.96: "strong", 3.9: "strong", 4: "would teach the interviewer",
	} {
		if got := BandOf(score); got != want {
			t.Errorf("band of %v is %q, want %q", score, got, want)
		}
	}
}

// mock is a finished mock in which every step has an answer, with the same marks in the column "self" except in the steps of but.
func mock(t *testing.T, steps []StepID, mark map[string]Marked, but map[StepID]map[string]Marked) (*State, map[StepID][]Criterion) {
	s := &script{t: t}
	s.at(0, Started{Mode: Mock, Steps: steps})
	rubrics := map[StepID][]Criterion{}
	for _, step := range Steps() {
		rubrics[step.ID] = rubric()
		s.at(0, Answered{Step: step.ID, Text: "words"})
		use := mark
		if m, ok := but[step.ID]; ok {
			use = m
		}
		for id, m := range use {
			m.Step, m.Criterion, m.By = step.ID, id, "self"
			s.at(0, m)
		}
	}
	return s.fold(), rubrics
}

func TestALevelNeedsAHireAtEveryLevelBelow(t *testing.T) {
	cases := []struct {
		name     string
		marks    map[string]Marked
		level    Level
		verdicts [3]Verdict // mid, senior, staff
	}{
		{"everything is met", marks(Full, Full, Full), Staff, [3]Verdict{StrongHire, StrongHire, StrongHire}},
		{"only the mid criteria are met: 4/7 and 4/8", marks(Full, None, None), Mid, [3]Verdict{StrongHire, LeanHire, LeanNoHire}},
		{"half of the senior one: 5.5/7 and 5.5/8", marks(Full, Half, None), Senior, [3]Verdict{StrongHire, Hire, LeanHire}},
		{"senior without mid: 5/7 and 6/8 are hires, mid's half isn't", marks(Half, Full, Full), "", [3]Verdict{LeanNoHire, Hire, Hire}},
		{"nothing is met", marks(None, None, None), "", [3]Verdict{NoHire, NoHire, NoHire}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			st, rubrics := mock(t, nil, c.marks, nil)
			card := Score(st, rubrics, "self")
			if card.Level != c.level || card.NoVerdict != "" {
				t.Errorf("level %q (%s), want %q", card.Level, card.NoVerdict, c.level)
			}
			for i, level := range Levels() {
				if card.Verdicts[level] != c.verdicts[i] {
					t.Errorf("%s: %s at C %.3f, want %s", level, card.Verdicts[level], card.C[level], c.verdicts[i])
				}
			}
		})
	}
}

func TestWeakStepsCapTheVerdict(t *testing.T) {
	none := marks(None, None, None)
	for weak, want := range map[int]Verdict{0: StrongHire, 1: LeanHire, 2: LeanNoHire} {
		but := map[StepID]map[string]Marked{}
		for _, s := range []StepID{Features, Data}[:weak] {
			but[s] = none
		}
		st, rubrics := mock(t, nil, marks(Full, Full, Full), but)
		if got := Score(st, rubrics, "self").Verdicts[Senior]; got != want {
			t.Errorf("%d weak steps: %s, want %s", weak, got, want)
		}
	}
}

func TestThresholdsIncludeTheirOwnValue(t *testing.T) {
	for c, want := range map[float64]Verdict{
		.85: StrongHire, .849: Hire, .70: Hire, .699: LeanHire, .55: LeanHire, .549: LeanNoHire, .40: LeanNoHire, .399: NoHire,
	} {
		if got := verdictOf(c, 0); got != want {
			t.Errorf("C of %v: %s, want %s", c, got, want)
		}
	}
	if got := verdictOf(.9, 3); got != LeanNoHire {
		t.Errorf("three weak steps: %s", got)
	}
	if got := verdictOf(.1, 1); got != NoHire {
		t.Errorf("a cap must not lift: %s", got)
	}
	if got := verdictOf(.1+.2+.4, 0); got != Hire { // 0.7000000000000001 or just below, either way
		t.Errorf("a sum of .70: %s", got)
	}
}

func TestUnsupportedMarksCountAsZeroInTheSupportedScore(t *testing.T) {
	st, rubrics := mock(t, nil, marks(Full, Full, Full), nil) // the senior mark has no quotes
	card := Score(st, rubrics, "self")
	if !near(card.Overall, 4) || !near(card.Supported.Overall, 4*5.0/8) {
		t.Errorf("overall %v, supported %v; want 4 and 2.5", card.Overall, card.Supported.Overall)
	}
	if peer := Score(st, rubrics, "peer"); peer.Overall != 0 {
		t.Errorf("the peer's column has %v from another's marks", peer.Overall)
	}
}

func TestUnansweredStepsCountInAMockAndNotInPractice(t *testing.T) {
	for mode, want := range map[Mode]float64{Mock: 4 * (15.0 + 10) / 100, Practice: 4} {
		s := &script{t: t}
		s.at(0, Started{Mode: mode})
		rubrics := map[StepID][]Criterion{}
		for _, step := range Steps() {
			rubrics[step.ID] = rubric()[:1]
			s.at(0, Marked{Step: step.ID, Criterion: "m", By: "self", Mark: Full})
		}
		s.at(0, Answered{Step: Data, Text: "words"}, Answered{Step: Features, Text: "words"},
			Revealed{Model}, Answered{Step: Model, Text: "written after the reference"}, Answered{Step: Serving, Text: "  \n"})
		card := Score(s.fold(), rubrics, "self")
		if !near(card.Overall, want) || card.Answered != 2 || card.Total != 7 {
			t.Errorf("%s: %v, %d of %d; want %v, 2 of 7", mode, card.Overall, card.Answered, card.Total, want)
		}
		if (card.NoVerdict == "") != (mode == Mock) {
			t.Errorf("%s: no verdict because %q", mode, card.NoVerdict)
		}
	}
}

func TestAOneStepMockGivesItsScoreAndNoVerdict(t *testing.T) {
	st, rubrics := mock(t, []StepID{Evaluation}, marks(Full, Half, None), nil)
	card := Score(st, rubrics, "self")
	if !near(card.Overall, 2.75) || card.NoVerdict == "" || card.Verdicts != nil || card.Level != "" || len(card.Steps) != 1 {
		t.Errorf("%+v", card)
	}
}

func TestMissingCriteriaAreSortedByMissingWeight(t *testing.T) {
	var ids []string
	for _, c := range Missing(rubric(), marks(Half, None, None), Senior) {
		ids = append(ids, c.ID)
	}
	if got := fmt.Sprint(ids); got != "[s m]" { // 3 missing against 2; the staff criterion isn't asked of a senior
		t.Errorf("missing %s", got)
	}
}

func TestWeightsAndMinutesAddUp(t *testing.T) {
	minutes, weights := 0, 0
	for i, s := range Steps() {
		minutes += s.Minutes
		weights += s.Weight
		if s.N != i+1 {
			t.Errorf("%s is number %d at place %d", s.ID, s.N, i+1)
		}
	}
	if minutes != Minutes-5 || weights != 100 {
		t.Errorf("%d minutes, weights of %d", minutes, weights)
	}
}

func TestIntervalScoreByHand(t *testing.T) {
	cases := []struct {
		name string
		r    Range
		want float64
	}{
		{"inside: the width", Range{Low: .90, High: .97, Result: .95}, .07},
		{"above: the width and ten times the miss", Range{Low: .90, High: .97, Result: .991}, .07 + 10*.021},
		{"below", Range{Low: 2, High: 3, Result: 1}, 1 + 10},
		{"on the edge", Range{Low: 2, High: 3, Result: 3}, 1},
		{"a log scale", Range{Low: 10, High: 1000, Result: 100, Log: true}, math.Log(100)},
		{"a log scale, twice too high", Range{Low: 10, High: 20, Result: 40, Log: true}, math.Ln2 + 10*math.Ln2},
		{"a log scale and a result that has none", Range{Low: 1, High: 2, Result: 0, Log: true}, math.Inf(1)},
	}
	for _, c := range cases {
		if got := c.r.Score(); got != c.want && !near(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCalibrationIsTheShareOfRangesThatContainTheResult(t *testing.T) {
	s := &script{t: t}
	s.at(0, Started{},
		Predicted{Step: Data, Prediction: "in", Low: 0, High: 1}, Predicted{Step: Data, Prediction: "out", Low: 2, High: 3},
		Predicted{Step: Data, Prediction: "passed", Skipped: true}, Predicted{Step: Data, Prediction: "not-run", Low: 1, High: 2},
		Predicted{Step: Model, Prediction: "ratio", Low: 1, High: math.E},
		LabRan{Step: Data, Results: map[string]float64{"in": .5, "out": 4, "passed": 1}},
		LabRan{Step: Model, Results: map[string]float64{"ratio": 2}})
	ranges := Ranges(s.fold(), func(_ StepID, id string) bool { return id == "ratio" })
	got := Calibrate(ranges)
	if got.Total != 3 || got.Covered != 2 || !near(got.Share, 2.0/3) || !near(got.Linear, (1+11)/2.0) || !near(got.Log, 1) {
		t.Errorf("%+v", got)
	}
	if none := Calibrate(nil); none != (Calibration{}) {
		t.Errorf("nothing calibrates to %+v", none)
	}
}

func TestRangesAreCheckedBeforeTheyAreCommitted(t *testing.T) {
	if err := CheckRange(1, 2, true); err != nil {
		t.Error(err)
	}
	for _, r := range []struct {
		low, high float64
		log       bool
	}{{2, 1, false}, {math.NaN(), 1, false}, {0, math.Inf(1), false}, {0, 1, true}} {
		if CheckRange(r.low, r.high, r.log) == nil {
			t.Errorf("%+v was accepted", r)
		}
	}
}

func TestEveryStepHasAGuideOfOnePage(t *testing.T) {
	for _, s := range Steps() {
		g := Guide(s.ID)
		if n := len(strings.Fields(g)); n < 250 || n > 400 {
			t.Errorf("the guide of %s has %d words", s.ID, n)
		}
		for _, part := range []string{"What it is for", "Numbers to know", "Green flags", "Red flags", "What each level adds", "deep"} {
			if !strings.Contains(g, part) {
				t.Errorf("the guide of %s lacks %q", s.ID, part)
			}
		}
	}
	for _, part := range []string{"ML task", "metrics right here", "Leading", "you were wrong"} {
		if !strings.Contains(Guide(Requirements), part) {
			t.Errorf("the first guide lacks %q", part)
		}
	}
	// The guides serve every kind of case, not retrieval alone.
	for _, kind := range []string{"fraud", "boxes", "Classif", "RAG", "imes"} {
		if !strings.Contains(Guide(Model)+Guide(Evaluation), kind) {
			t.Errorf("the guides of model and evaluation say nothing of %q", kind)
		}
	}
	if Guide("deploy") != "" || Guide("../score") != "" {
		t.Error("there is a guide of no step")
	}
}
