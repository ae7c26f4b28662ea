package narrate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

var update = flag.Bool("update", false, "write the golden files")

// listing writes blocks without any layout: a line a note, and a line a row with its cells apart.
func listing(blocks []report.Block) string {
	var b strings.Builder
	for _, x := range blocks {
		fmt.Fprintf(&b, "%s %q", x.Kind, x.Title)
		if x.Text != "" {
			fmt.Fprintf(&b, ": %s", x.Text)
		}
		if x.Alt != "" {
			fmt.Fprintf(&b, " (%s)", x.Alt)
		}
		if len(x.Columns) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(x.Columns, " | "))
		}
		b.WriteString("\n")
		for _, row := range x.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, c.String())
			}
			fmt.Fprintf(&b, "  %s\n", strings.Join(cells, " | "))
		}
	}
	return b.String()
}

func golden(t *testing.T, name string, blocks []report.Block) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	got := listing(blocks)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; look at it and run with -update:\n%s", name, got)
	}
}

// marked is a step that was answered, marked in part, run and revealed.
func marked() rehearse.StepResult {
	step, _ := framework.StepByID(framework.Architecture)
	criterion := func(text string) framework.Criterion { return framework.Criterion{Text: text} }
	return rehearse.StepResult{
		Step: step, Answered: true, Revealed: true, Level: framework.Senior,
		Scores: rehearse.StepScores{
			Self: framework.StepScore{Score: 2.93, Band: "sound"}, Supported: framework.StepScore{Score: 1.96}, Coach: framework.StepScore{Score: 3},
		},
		Criteria: []rehearse.CriterionResult{
			{
				Criterion: criterion("Names the ceiling."), Self: framework.Full, Marked: true, Unsupported: true,
				Suggestion: framework.Suggestion{Mark: framework.Half},
			},
			{Criterion: criterion("Sets a budget."), Self: framework.Half, Marked: true, Suggestion: framework.Suggestion{Mark: framework.Full}},
			{Criterion: criterion("Says what is cached.")},
		},
		Decisions: []rehearse.DecisionResult{
			{Decision: casestudies.Decision{Ask: "Which index?", Why: "A scan takes 40 ms."}, Chosen: "exact", Verdict: "poor", Best: "hnsw"},
			{Decision: casestudies.Decision{Ask: "Which ranker?"}, Chosen: "trees", Verdict: casestudies.Best, Best: "trees", FirstRun: "logistic"},
			{Decision: casestudies.Decision{Ask: "How many?"}, Skipped: true},
			{Decision: casestudies.Decision{Ask: "Never reached?"}},
		},
		Predictions: []rehearse.PredictionResult{
			{
				Prediction: casestudies.Prediction{Ask: "How much faster?", Metric: "speedup"}, Committed: true, Known: true, Low: 2, High: 30,
				Truth: 31.2,
			},
			{
				Prediction: casestudies.Prediction{Ask: "What p99?", Metric: "p99_ms"}, Committed: true, Known: true, Low: 1, High: 3, Truth: 1.96,
				Inside: true,
			},
			{Prediction: casestudies.Prediction{Ask: "What recall?", Metric: "recall_at_10"}, Committed: true, Low: 0.5, High: 0.75},
			{Prediction: casestudies.Prediction{Ask: "What size?", Metric: "index_mb"}, Skipped: true, Known: true, Truth: 10.4},
			{Prediction: casestudies.Prediction{Ask: "Never given?"}},
		},
		UnaskedFacts: []casestudies.Fact{
			{Short: "200M listings", Matters: "A scan is too slow."},
			{Short: "p99 100 ms"},
			{Short: "18 months of logs"},
			{Short: "two regions"},
		},
		Followups: []rehearse.FollowupResult{
			{Followup: casestudies.Followup{Ask: "What if K doubles?", Answer: "Recall grows little."}, YourAnswer: "It costs time."},
			{Followup: casestudies.Followup{Ask: "And if it halves?", Answer: "The ceiling falls."}},
		},
		Missing:   []framework.Criterion{criterion("One."), criterion("Two."), criterion("Three."), criterion("Four.")},
		NextLevel: "Says what peeking does.", Quote: "exact first, and why", ToDo: "Next: 3 of 7, Data.",
	}
}

func TestAStepsResult(t *testing.T) {
	golden(t, "step", StepResult(marked()))
	golden(t, "marks", Marks(marked()))
}

func TestTheCasesOpinionWaitsUntilTheReferenceIsOpen(t *testing.T) {
	r := marked()
	r.Revealed = false
	got := listing(StepResult(r))
	for _, opinion := range []string{"best", "poor", "hnsw", "A scan takes", "Never asked", "200M listings", "Recall grows"} {
		if strings.Contains(got, opinion) {
			t.Errorf("%q is shown:\n%s", opinion, got)
		}
	}
	if !strings.Contains(got, "Which index? | exact\n") {
		t.Errorf("what was chosen isn't shown:\n%s", got)
	}
}

func TestAnUnmarkedStepHasNoScoreOfItsOwn(t *testing.T) {
	r := marked()
	for i := range r.Criteria {
		r.Criteria[i].Marked = false
	}
	got := listing(StepResult(r))
	if strings.Contains(got, "2.9") || strings.Contains(got, "missing") || !strings.Contains(got, "Answered, not marked. Coach: 3.0 of 4.") {
		t.Errorf("%s", got)
	}
	if len(Marks(r)) != 0 {
		t.Errorf("marks of an unmarked step: %v", Marks(r))
	}
	r.Answered = false
	if got := listing(StepResult(r)); !strings.Contains(got, "Not answered") {
		t.Errorf("%s", got)
	}
}

func TestAResultThatIsKeptBackSaysSoAndNothingElse(t *testing.T) {
	step, _ := framework.StepByID(framework.Data)
	got := listing(StepResult(rehearse.StepResult{
		Step: step, Answered: true, Hidden: true, ToDo: "You get the result at the end of the mock.",
	}))
	if want := "note \"Data\": Answered.\nnote \"Now\": You get the result at the end of the mock.\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	hidden := rehearse.SessionResult{Title: "Visual search", Hidden: true, ToDo: "You get the result at the end of the mock."}
	got = listing(Scorecard(hidden, nil))
	if want := "note \"Scorecard\": Visual search\nnote \"Now\": You get the result at the end of the mock.\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// session is a scorecard of three steps: marked, answered, and neither.
func session() rehearse.SessionResult {
	line := func(id framework.StepID, score framework.StepScore, marked bool) rehearse.StepLine {
		step, _ := framework.StepByID(id)
		return rehearse.StepLine{Step: step, Score: score, Marked: marked, Spent: 4 * time.Minute, Plan: 5 * time.Minute}
	}
	return rehearse.SessionResult{
		Title: "Visual search", Quote: "exact first, and why", ToDo: "Rehearse another step.", Level: framework.Senior,
		Met: map[framework.Level]float64{framework.Mid: .8, framework.Senior: .62, framework.Staff: .4},
		Steps: []rehearse.StepLine{
			line(framework.Requirements, framework.StepScore{Answered: true, Score: 2.93, Band: "sound"}, true),
			line(framework.Data, framework.StepScore{Answered: true}, false),
			line(framework.Model, framework.StepScore{}, false),
		},
		Other: rehearse.OtherResults{
			Decisions: marked().Decisions[:2], Asked: marked().UnaskedFacts[:1], Missed: marked().UnaskedFacts[1:],
			Ranges:    framework.Calibration{Total: 3, Covered: 2, Linear: 0.21, LinearCount: 2, Log: 1.386, LogCount: 1},
			Diagnoses: []framework.Diagnosed{{Correct: true}, {}},
		},
		Card: framework.Scorecard{
			Overall: 2.93, Answered: 2, Total: 3, NoVerdict: "practice scores each step and gives no verdict",
			Supported: &framework.Scorecard{Overall: 2.1},
		},
	}
}

func TestAScorecard(t *testing.T) {
	earlier := session()
	earlier.Began = time.Date(2026, 1, 12, 9, 0, 0, 0, time.Local)
	earlier.Steps[0].Score.Score = 1.5
	golden(t, "scorecard", Scorecard(session(), &earlier))
	mock := session()
	mock.Card.NoVerdict, mock.Card.Level = "", framework.Mid
	mock.Card.Verdicts = map[framework.Level]framework.Verdict{
		framework.Mid: framework.Hire, framework.Senior: framework.LeanNoHire, framework.Staff: framework.NoHire,
	}
	golden(t, "verdict", Scorecard(mock, nil))
}

func TestASessionWithoutMarksHasNoScore(t *testing.T) {
	r := session()
	r.Steps = r.Steps[1:]
	if got := listing(Scorecard(r, nil)); strings.Contains(got, "of 4") || !strings.Contains(got, "no criterion is marked yet") {
		t.Errorf("%s", got)
	}
}

func TestAnXRayOfEveryLoss(t *testing.T) {
	x := report.XRay{Query: 16, Request: "a dark photo of a bag", ItemWords: "the striped bag", K: 200, Top: 20, Depth: 20_000}
	var blocks []report.Block
	for _, c := range []struct {
		loss         report.Loss
		rank1, rank2 int
		instead      string
	}{
		{report.LostByIndex, 0, 0, ""},
		{report.LostByStageOne, 0, 0, "a dark shoe"},
		{report.LostByStageOne, 431, 0, "a dark shoe"},
		{report.LostBySearch, 12, 0, "a dark shoe"},
		{report.LostByStageTwo, 12, 33, "a striped cup"},
		{report.NotLost, 12, 3, ""},
	} {
		x.Loss, x.Rank1, x.Rank2, x.WonBy, x.WonReason = c.loss, c.rank1, c.rank2, c.instead, ""
		if c.instead != "" {
			x.WonReason = "both are dark."
		}
		blocks = append(blocks, XRay(x)...)
	}
	golden(t, "xray", blocks)
}

// higher says that all but times and sizes are better when higher.
