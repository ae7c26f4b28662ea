package rehearse_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/store"
	"dryrun/internal/store/storetest"
)

const fullAnswer = `- the business goal is a purchase within a day, success isn't clicks
- exact product first, then similar ones
- 200 million listings: a scan is out, so two stages: retrieval and a ranker
- p99 of 100 ms, split 20, 15, 15 after the network`

func TestOneStepFromPromptToNext(t *testing.T) {
	x := begin(t, rehearse.Options{Level: framework.Senior})
	x.wantLine("interviewer: People see a thing on the street")
	x.wantLine("interviewer: You have the brief.")

	x.do(rehearse.Ask{Text: "How many listings are in the catalogue?"})
	x.wantLine("scope: + 200M listings")
	x.do(rehearse.Ask{Text: "how many listings in the catalogue?"})
	x.wantLine("As I said: About 200 million active listings")
	if n := len(x.s.State().Facts); n != 1 {
		t.Fatalf("%d facts released, want 1", n)
	}
	x.do(rehearse.Ask{Text: "Who founded the company?"})
	x.wantLine("I have no answer to that.")

	x.do(rehearse.Draft{Text: fullAnswer[:30]}, rehearse.Answer{Text: fullAnswer},
		rehearse.Decide{Decision: "index-family", Option: "ivfpq"}, rehearse.Decide{Decision: "objective", Skip: true},
		rehearse.Predict{Prediction: "speedup", Low: 10, High: 30}, rehearse.Run{})
	x.wantLine("Two stages keep the quality.")
	if p := x.s.Debrief(framework.Requirements).Predictions[0]; !p.Committed || !p.Known || p.Truth != 40 || p.Inside {
		t.Fatalf("the range of 10 to 30 beside the truth: %+v", p)
	}
	x.refused(rehearse.Predict{Prediction: "speedup", Low: 39, High: 41}, "has run")
	yours, reference := x.s.Report(framework.Requirements)
	if yours == nil || reference == nil || !strings.Contains(yours.Blocks[0].Text, "engine:ivfpq") {
		t.Fatalf("the run didn't set the decision beside the reference: %+v, %+v", yours, reference)
	}
	x.do(rehearse.XRay{Query: 17})
	if found, ok := x.s.LastXRay(); !ok || found.Query != 16 || found.Loss != report.LostByStageOne {
		t.Fatalf("the x-ray of query 17 isn't kept: %+v", found)
	}

	x.do(rehearse.Hint{}, rehearse.Probe{})
	probe := x.s.State().StepState(framework.Requirements).Probes[0].ID
	x.do(rehearse.Draft{To: probe, Text: "The encoder belongs to another team, so versions."}, rehearse.Reveal{})
	if got := x.s.Text(probe); got == "" || x.s.Unsaved() != 0 {
		t.Fatalf("the reveal didn't commit the draft: %q, %d unsaved", got, x.s.Unsaved())
	}
	x.refused(rehearse.Decide{Decision: "index-family", Option: "hnsw"}, "reference is open")
	x.do(rehearse.Answer{Text: fullAnswer + "\n- the encoder has a version"})
	x.wantLine("not scored")
	x.do(rehearse.Mark{Criterion: "business-before-ml", Mark: framework.Full})
	x.do(rehearse.Mark{Criterion: "challenge-limit", Mark: framework.Half})
	x.wantLine("Nothing in your answer supports this mark")

	r := x.s.Debrief(framework.Requirements)
	if !r.Answered || r.Marked() != 2 || r.Committed() != 1 || r.Best() != 0 || len(r.UnaskedFacts) != 12 || !r.UnaskedFacts[0].Critical {
		t.Errorf("debrief: %+v", r)
	}
	whole := x.s.Result()
	b := whole.Other
	if len(b.Decisions) != 1 || b.Decisions[0].Verdict != "poor" || len(b.Asked) != 1 || len(b.Missed) != len(r.UnaskedFacts) {
		t.Errorf("decisions, and facts asked for and missed: %+v", b)
	}
	if b.Ranges.Total != 1 || b.Ranges.Covered != 0 || b.Ranges.LogCount != 1 {
		t.Errorf("beside the score: %+v", b)
	}
	if whole.Steps[0].ID != framework.Requirements || !whole.Steps[0].Marked || whole.Quote != r.Quote {
		t.Errorf("the session's result: %+v", whole)
	}
	if scores := r.Scores; scores.Supported.Score >= scores.Self.Score || scores.Coach.Score != x.s.Judgment(framework.Requirements).Score {
		t.Errorf("scores self %.2f, supported %.2f, coach %.2f", scores.Self.Score, scores.Supported.Score, scores.Coach.Score)
	}
	if d := r.Decisions[0]; d.Chosen != "ivfpq" || d.Verdict != "poor" || d.Best != "hnsw" || !r.Decisions[1].Skipped {
		t.Errorf("decisions %+v", r.Decisions)
	}
	if !strings.Contains(fullAnswer, strings.Trim(strings.Split(r.Quote, "…")[0], " ")) || r.Quote == "" {
		t.Errorf("quote %q isn't the candidate's", r.Quote)
	}
	if len(r.Missing) == 0 || r.NextLevel == "" || r.ToDo != "Mark yourself." {
		t.Errorf("%d missing, next level %q, to do %q", len(r.Missing), r.NextLevel, r.ToDo)
	}
	x.do(rehearse.Next{})
	if st := x.s.State(); st.Step != framework.Architecture || !st.StepState(framework.Requirements).Done {
		t.Fatalf("after next: at %s", st.Step)
	}
	x.checkFold()
}

func TestASketchSetsTheKnobsOfEveryStep(t *testing.T) {
	x := begin(t, rehearse.Options{Step: framework.Architecture})
	x.refused(rehearse.Sketch{Line: "photo"}, "arrow")
	x.refused(rehearse.Sketch{Line: "photo -> engine=broken"}, "can't be broken")
	x.do(rehearse.Sketch{Line: "photo -> engine=exact -> k=20 -> trees"})
	x.wantLine("Your sketch also decides k: 20.")
	if d := x.s.State().StepState(framework.Architecture).Decisions["candidates"]; d.Option != "20" {
		t.Fatalf("the drawn K wasn't decided: %+v", d)
	}
	x.do(rehearse.Decide{Decision: "candidates", Option: "200"})
	if k := x.s.Knobs(); k["k"] != "200" || k["engine"] != "exact" {
		t.Fatalf("knobs %v", k)
	}
	x.do(rehearse.Enter{Step: framework.Serving})
	if k := x.s.Knobs(); k["k"] != "20" || k["engine"] != "exact" {
		t.Fatalf("the sketch doesn't reach serving: %v", k)
	}
}

func TestTheResultOfAnOldRunIsIgnored(t *testing.T) {
	x := begin(t, rehearse.Options{})
	first, err := x.s.Do(rehearse.Run{})
	if err != nil {
		t.Fatal(err)
	}
	old := first.Effects[len(first.Effects)-1].(rehearse.RunLab)
	if !old.Same {
		t.Errorf("nothing was set, and the run isn't the reference's: %+v", old)
	}
	second, err := x.s.Do(rehearse.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := second.Effects[0].(rehearse.CancelRun); !ok || c.Run != old.Run {
		t.Fatalf("the old run goes on: %+v", second.Effects)
	}
	x.do(rehearse.LabDone{Run: old.Run, Result: rehearse.LabResult{Yours: &report.Step{}}})
	x.do(rehearse.LabFailed{Run: old.Run, Err: errors.New("late")})
	if n := len(x.s.State().StepState(framework.Requirements).Runs); n != 0 || len(x.lines) != 0 {
		t.Fatalf("%d runs from a stale result, and %q", n, x.transcript())
	}
	if _, ok := x.s.Running(); !ok {
		t.Fatal("the stale failure ended the current run")
	}
	x.do(rehearse.Cancel{})
	x.refused(rehearse.Cancel{}, "nothing is running")
	x.lab.fails = true
	x.do(rehearse.Run{})
	x.wantLine("The lab failed: it ran out of memory.")
}

func TestARunBelongsToTheStepThatStartedIt(t *testing.T) {
	x := begin(t, rehearse.Options{})
	out, err := x.s.Do(rehearse.Run{})
	if err != nil {
		t.Fatal(err)
	}
	x.do(rehearse.Next{})
	x.performAll(out)
	if runs := x.s.State().StepState(framework.Requirements).Runs; len(runs) != 1 {
		t.Fatalf("%d runs in the first step, want 1", len(runs))
	}
}

func TestAMysteryCanBeDiagnosedOnce(t *testing.T) {
	x := begin(t, rehearse.Options{Step: framework.Serving})
	x.refused(rehearse.Diagnose{Fault: "leakage"}, "nothing to diagnose")
	x.refused(rehearse.Run{Fault: "gremlins"}, "isn't a fault")
	x.do(rehearse.Run{Fault: rehearse.Mystery})
	x.refused(rehearse.Diagnose{Fault: "gremlins"}, "isn't a fault")
	x.clock.advance(time.Minute)
	x.do(rehearse.Diagnose{Fault: "leakage"})
	x.wantLine("Not leakage: it was stale-index. Time to cause 1:10.")
	x.refused(rehearse.Diagnose{Fault: "stale-index"}, "it was stale-index")
	x.checkFold()
}

func TestAKillLosesNothing(t *testing.T) {
	x := begin(t, rehearse.Options{})
	x.do(rehearse.Answer{Text: "first words"}, rehearse.Decide{Decision: "index-family", Option: "hnsw"}, rehearse.Run{},
		rehearse.Draft{Text: "first words, and more"}, rehearse.Next{}, rehearse.Draft{Text: "half a sen"})
	elapsed, _ := x.s.State().Now(x.clock.t)
	log := x.stored()
	x.clock.advance(8 * time.Hour) // a kill, a night

	s, out, err := rehearse.Resume(deps(x.clock), log)
	if err != nil {
		t.Fatal(err)
	}
	x.s = s
	x.performAll(out)
	if got := s.Text(""); got != "half a sen" {
		t.Errorf("the draft came back as %q", got)
	}
	if got := s.TextOf(framework.Requirements, ""); got != "first words, and more" || s.Unsaved() != 1 {
		t.Errorf("the answer came back as %q, %d unsaved", got, s.Unsaved())
	}
	if got, _ := s.State().Now(x.clock.t); got != elapsed {
		t.Errorf("%s on the clock, want %s", got, elapsed)
	}
	if yours, _ := s.Report(framework.Requirements); yours == nil || yours.Headline == "" {
		t.Error("the report didn't come back")
	}
	if s.Case().ID != "visual-search" {
		t.Errorf("the case came back as %q", s.Case().ID)
	}
	x.checkFold()
}

func TestADraftOlderThanItsAnswerIsNotRestored(t *testing.T) {
	x := begin(t, rehearse.Options{})
	x.do(rehearse.Draft{Text: "old"})
	stale := x.stored().Drafts
	x.do(rehearse.Answer{Text: "new"})
	log := x.stored()
	log.Drafts = stale
	s, _, err := rehearse.Resume(deps(x.clock), log)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Text(""); got != "new" {
		t.Fatalf("the answer is %q, want the new one", got)
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	x := begin(t, rehearse.Options{})
	x.memory.Fail(-1, errors.New("no space left on device"))
	x.do(rehearse.Answer{Text: "first"})
	x.wantLine("Not saved: no space left on device.")
	x.do(rehearse.Draft{Text: "second"})
	if x.s.InStore() {
		t.Fatal("the session believes that it is saved")
	}
	x.memory.Fail(0, nil)
	x.do(rehearse.Hint{})
	if !x.s.InStore() {
		t.Fatal("the events weren't offered again")
	}
	x.wantLine("Everything is saved again.")
	x.checkFold()
	if d := x.stored().Drafts; len(d) != 1 || d[0].Text != "second" {
		t.Fatalf("the drafts in the store are %+v", d)
	}
}

func TestRepeatingAnAnswerOverADraftSurvivesAFullDisk(t *testing.T) {
	x := begin(t, rehearse.Options{})
	x.do(rehearse.Answer{Text: "the answer"}, rehearse.Draft{Text: "other words"})
	x.memory.Fail(-1, errors.New("no space left on device"))
	x.do(rehearse.Answer{Text: "the answer"})
	x.memory.Fail(0, nil)
	x.do(rehearse.Hint{})
	s, _, err := rehearse.Resume(deps(x.clock), x.stored())
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Text(""); got != "the answer" {
		t.Fatalf("the answer came back as %q", got)
	}
}

func TestOnlyOneAppendIsInFlight(t *testing.T) {
	x := begin(t, rehearse.Options{})
	out, err := x.s.Do(rehearse.Hint{})
	if err != nil || len(out.Effects) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	first := out.Effects[0]
	if out, _ = x.s.Do(rehearse.Hint{}); len(out.Effects) != 0 {
		t.Fatalf("a second append while the first is in flight: %v", out.Effects)
	}
	if out, _ = x.s.Do(rehearse.Stored{Effect: first}); len(out.Effects) != 1 {
		t.Fatalf("what waited isn't offered: %v", out.Effects)
	}
	if out, _ := x.s.Do(rehearse.Stored{Effect: first}); len(out.Effects) != 0 || x.s.InStore() {
		t.Fatal("an echo counted as the second append's return")
	}
}

func TestTheLosingWriterCanOnlyRead(t *testing.T) {
	database, err := store.Open(t.Context(), store.Location{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, stored := range map[string]storetest.Store{"in a database": database, "in memory": &storetest.Memory{}} {
		t.Run(name, func(t *testing.T) {
			x := beginIn(t, stored, rehearse.Options{})
			other, out, err := rehearse.Resume(deps(x.clock), x.stored())
			if err != nil {
				t.Fatal(err)
			}
			if err := rehearse.PerformAll(t.Context(), other, out.Effects, stored, x.lab, nil, nil); err != nil {
				t.Fatal(err)
			}
			x.do(rehearse.Hint{})
			x.wantLine("can only read")
			x.refused(rehearse.Hint{}, "can only read")
		})
	}
}

func TestPauseAndEnd(t *testing.T) {
	x := begin(t, rehearse.Options{})
	x.do(rehearse.Pause{})
	x.refused(rehearse.Hint{}, "paused")
	x.refused(rehearse.Pause{}, "paused")
	before, _ := x.s.State().Now(x.clock.t)
	x.clock.advance(time.Hour)
	x.do(rehearse.Draft{Text: "typed while paused"}, rehearse.Continue{})
	if after, _ := x.s.State().Now(x.clock.t); after != before {
		t.Errorf("a pause of an hour took the clock from %s to %s", before, after)
	}
	x.refused(rehearse.Continue{}, "isn't paused")
	x.do(rehearse.End{})
	if a, _ := x.s.State().StepState(framework.Requirements).Answer(""); a.Text != "typed while paused" {
		t.Errorf("ending the session discarded the draft: %+v", a)
	}
	x.refused(rehearse.Hint{}, "has ended")
	s, out, err := rehearse.Resume(deps(x.clock), x.stored())
	if err != nil || len(out.Effects) != 0 {
		t.Fatalf("an ended session opens for reading: %v, %v", out, err)
	}
	if d := s.Debrief(framework.Requirements); d.ToDo == "" {
		t.Error("no next thing to do")
	}
}

func TestMisuseReturnsAClearError(t *testing.T) {
	x := begin(t, rehearse.Options{})
	for _, tc := range []struct {
		c       rehearse.Command
		because string
	}{
		{nil, "unknown type"},
		{rehearse.Enter{Step: "deployment"}, `no step "deployment"`},
		{rehearse.Ask{Text: "  "}, "empty"},
		{rehearse.Answer{Text: " \n"}, "empty"},
		{rehearse.Answer{To: "nobody", Text: "x"}, "has no question"},
		{rehearse.Draft{Text: strings.Repeat("x", 70_000)}, "64 KB"},
		{rehearse.Decide{Decision: "index-family", Option: "faiss"}, "one of hnsw, ivfpq"},
		{rehearse.Decide{Decision: "lunch"}, "no decision"},
		{rehearse.Predict{Prediction: "speedup", Low: 0, High: 3}, "log scale"},
		{rehearse.Predict{Prediction: "lunch"}, "no prediction"},
		{rehearse.XRay{Query: 1}, "run the lab first"},
		{rehearse.Probe{}, "answer first"},
		{rehearse.Mark{Criterion: "scope-cut", Mark: 1}, "answer first"},
		{rehearse.Mark{Criterion: "scope-cut", Mark: 0.7}, "a mark is"},
	} {
		x.refused(tc.c, tc.because)
	}
	for _, o := range []rehearse.Options{
		{},
		{ID: "a"},
		{ID: "a", Case: visualSearch(t), Step: "lunch"},
		{ID: "a", Case: visualSearch(t), Level: "intern"},
		{ID: "a", Case: visualSearch(t), Mode: "sprint"},
	} {
		if s, _, err := rehearse.New(deps(x.clock), o); err == nil || s != nil {
			t.Errorf("options %+v began a session", o)
		}
	}
}

func TestPerformAllStoresTheRestIfAnEffectCantBeTried(t *testing.T) {
	x := begin(t, rehearse.Options{})
	run, err := x.s.Do(rehearse.Run{})
	if err != nil {
		t.Fatal(err)
	}
	hint, err := x.s.Do(rehearse.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	var heard []rehearse.Command
	err = rehearse.PerformAll(t.Context(), x.s, append(run.Effects, hint.Effects...), x.store, nil, nil,
		func(back rehearse.Command, _ rehearse.Outcome) { heard = append(heard, back) })
	if err == nil || !strings.Contains(err.Error(), "running the lab") {
		t.Errorf("a lab that isn't there: %v", err)
	}
	if len(heard) != 1 || !x.s.InStore() {
		t.Errorf("heard %v; everything stored: %t", heard, x.s.InStore())
	}
}
