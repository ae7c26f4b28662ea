package framework

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// Verdict is what an interviewer would write at a level.
type Verdict string

// The verdicts, best first.
const (
	StrongHire Verdict = "strong hire"
	Hire       Verdict = "hire"
	LeanHire   Verdict = "lean hire"
	LeanNoHire Verdict = "lean no hire"
	NoHire     Verdict = "no hire"
)

// thresholds is the one table of where a verdict begins, in C_L, best first; tuned on the cases' samples.
func thresholds() []threshold {
	return []threshold{{StrongHire, .85}, {Hire, .70}, {LeanHire, .55}, {LeanNoHire, .40}, {NoHire, 0}}
}

type threshold struct {
	verdict Verdict
	from    float64
}

// weakStep is the share below which a step caps the verdict: one such step at lean hire, two at lean no hire.
const weakStep = .25

// epsilon is a tolerance for rounding errors, so a share of exactly .70 is a hire.
const epsilon = 1e-9

// bands name the whole points of a step's score.
func bands() []string {
	return []string{"nothing", "mentions", "sound", "strong", "would teach the interviewer"}
}

// BandOf names a score of 0 to 4 as it is shown, to a tenth: 2.6 is sound, 2.96 is shown as 3.0 and strong.
func BandOf(score float64) string {
	shown := math.Round(score*10) / 10
	return bands()[int(min(max(shown, 0), 4))]
}

// IsHire reports whether v is a hire.
func (v Verdict) IsHire() bool { return v == StrongHire || v == Hire }

// StepScore is the score of one step under one column of marks.
type StepScore struct {
	Step     StepID            `json:"step"`
	Answered bool              `json:"answered"`
	Score    float64           `json:"score"` // 4 Σ(w m)/Σw over all criteria, 0 to 4
	Band     string            `json:"band"`
	R        map[Level]float64 `json:"r"` // r_s: Σ(w m)/Σw over the criteria at the level or below; no entry if there are none
}

// Scorecard is a session's result under one column of marks.
type Scorecard struct {
	By        string            `json:"by"`
	Steps     []StepScore       `json:"steps"`   // those of the session, in order
	Overall   float64           `json:"overall"` // by the steps' weights, 0 to 4; in practice over the answered steps alone
	Answered  int               `json:"answered"`
	Total     int               `json:"of"`
	Level     Level             `json:"level,omitempty"` // the highest at which, and at every level below which, it is a hire; "" is none
	C         map[Level]float64 `json:"c,omitempty"`
	Verdicts  map[Level]Verdict `json:"verdicts,omitempty"`
	NoVerdict string            `json:"no_verdict,omitempty"` // why there is none
	Supported *Scorecard        `json:"supported,omitempty"`  // the same with marks that rest on nothing as 0; nil in that one itself
}

// contradictionCost is what a criterion that the answer contradicts costs, as a share of its weight: as much as it would have earned.
const contradictionCost = 1.0

// ScoreStep scores one step from a column of marks by criterion. A criterion without a mark counts as 0, and one that the
// answer contradicts counts against it; no step is below 0. The caller sets Step and Answered.
func ScoreStep(criteria []Criterion, marks map[string]Marked) StepScore {
	share, _ := shareOf(criteria, marks, Staff)
	out := StepScore{Score: 4 * share, Band: BandOf(4 * share), R: map[Level]float64{}}
	for _, level := range Levels() {
		if r, ok := shareOf(criteria, marks, level); ok {
			out.R[level] = r
		}
	}
	return out
}

// shareOf is Σ(w m)/Σw over the criteria at the level or below, at least 0; ok is false if there are none.
func shareOf(criteria []Criterion, marks map[string]Marked, level Level) (share float64, ok bool) {
	var earned, all float64
	for _, c := range criteria {
		if c.Level.Rank() <= level.Rank() {
			m := marks[c.ID]
			if earned += float64(c.Weight) * float64(m.Mark); m.Claim == Contradicted {
				earned -= contradictionCost * float64(c.Weight)
			}
			all += float64(c.Weight)
		}
	}
	if all == 0 {
		return 0, false
	}
	return rounded(max(earned, 0) / all), true
}

// rounded keeps a share from being printed as 0.7000000000000001.
func rounded(share float64) float64 { return math.Round(share*1e9) / 1e9 }

// Missing returns the criteria at the level or below that aren't fully met, those that cost most first.
func Missing(criteria []Criterion, marks map[string]Marked, level Level) []Criterion {
	missingWeight := func(c Criterion) float64 { return float64(c.Weight) * (1 - float64(marks[c.ID].Mark)) }
	var missing []Criterion
	for _, c := range criteria {
		if c.Level.Rank() <= level.Rank() && missingWeight(c) > 0 {
			missing = append(missing, c)
		}
	}
	slices.SortStableFunc(missing, func(a, b Criterion) int { return cmp.Compare(missingWeight(b), missingWeight(a)) })
	return missing
}

// Score scores a session under the column by ("self", "coach", "peer"). rubric has each step's criteria, including those of
// its curveballs. Supported is the score with unsupported marks counted as 0.
func Score(st *State, rubric map[StepID][]Criterion, by string) Scorecard {
	card := scoreColumn(st, rubric, by, func(m map[string]Marked) map[string]Marked { return m })
	supported := scoreColumn(st, rubric, by, onlySupported)
	card.Supported = &supported
	return card
}

func scoreColumn(st *State, rubric map[StepID][]Criterion, by string, use func(map[string]Marked) map[string]Marked) Scorecard {
	card := Scorecard{By: by}
	for _, id := range st.StepIDs() {
		step := st.StepState(id)
		marks := use(step.Marks[by])
		answered := step.HasAnswer()
		if !answered {
			marks = nil
		}
		score := ScoreStep(rubric[id], marks)
		score.Step, score.Answered = id, answered
		card.Steps = append(card.Steps, score)
		card.Total++
		if answered {
			card.Answered++
		}
	}
	practice := st.Started.Mode == Practice
	card.Overall = overall(card.Steps, practice)
	switch {
	case practice:
		card.NoVerdict = "practice scores each step and gives no verdict"
	case card.Total == 1:
		card.NoVerdict = "one step isn't enough for a verdict"
	case card.Total < len(Steps()):
		card.NoVerdict = "a verdict needs all seven steps"
	default:
		card.judge()
	}
	return card
}

// overall is Σ(W score)/ΣW: over every step, or over the answered ones alone.
func overall(steps []StepScore, answeredOnly bool) float64 {
	var sum, weights float64
	for _, s := range steps {
		if answeredOnly && !s.Answered {
			continue
		}
		w := weightOf(s.Step)
		sum += w * s.Score
		weights += w
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}

// judge fills in C_L, the verdict at every level, and the level.
func (card *Scorecard) judge() {
	card.C, card.Verdicts = map[Level]float64{}, map[Level]Verdict{}
	hireSoFar := true
	for _, level := range Levels() {
		var sum, weights float64
		weak := 0
		for _, s := range card.Steps {
			r, ok := s.R[level]
			if !ok {
				continue // nothing was asked of this level in this step: it neither helps nor harms
			}
			sum += weightOf(s.Step) * r
			weights += weightOf(s.Step)
			if r < weakStep-epsilon {
				weak++
			}
		}
		if weights > 0 {
			card.C[level] = sum / weights
		}
		card.Verdicts[level] = verdictOf(card.C[level], weak)
		hireSoFar = hireSoFar && card.Verdicts[level].IsHire()
		if hireSoFar {
			card.Level = level
		}
	}
}

// verdictOf returns the verdict for a C_L and a number of weak steps.
func verdictOf(c float64, weak int) Verdict {
	best := StrongHire
	switch {
	case weak >= 2:
		best = LeanNoHire
	case weak == 1:
		best = LeanHire
	}
	capped := false
	for _, t := range thresholds() {
		capped = capped || t.verdict == best
		if capped && c >= t.from-epsilon {
			return t.verdict
		}
	}
	return NoHire
}

// HasAnswer says whether there is text to score: text committed before the reference was revealed.
func (st *StepState) HasAnswer() bool {
	return slices.ContainsFunc(st.Answers, func(a Answer) bool { return strings.TrimSpace(a.Scored) != "" })
}

// onlySupported drops the marks that have no quotes.
func onlySupported(marks map[string]Marked) map[string]Marked {
	kept := maps.Clone(marks)
	maps.DeleteFunc(kept, func(_ string, m Marked) bool { return len(m.Quotes) == 0 })
	return kept
}

func weightOf(id StepID) float64 {
	s, _ := StepByID(id)
	return float64(s.Weight)
}
