package study

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// recorder is a lab that records its runs; recall is K/1000, halved by a fault.
type recorder struct{ ran []string }

func (r *recorder) Run(_ context.Context, cfg catalog.Config, step framework.StepID, _ func(report.Progress)) (*report.Step, error) {
	r.ran = append(r.ran, cfg.Knobs["k"]+cfg.Fault)
	recall := map[string]float64{"200": 0.2, "500": 0.5, "100": 0.1}[cfg.Knobs["k"]]
	if cfg.Fault != "" {
		recall /= 2
	}
	return &report.Step{
		Step: string(step), Metrics: map[string]float64{"stage1_recall_at_k": recall}, Timings: map[string]float64{"p99_ms": 3},
	}, nil
}

func (r *recorder) XRay(_ context.Context, cfg catalog.Config, query int) (report.XRay, error) {
	return report.XRay{Query: query, Request: cfg.Knobs["k"] + cfg.Fault}, nil
}

func visualSearch(t *testing.T) *casestudies.Case {
	t.Helper()
	c, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func runLab(t *testing.T, r rehearse.RunLab) (*recorder, rehearse.LabResult) {
	t.Helper()
	rec := &recorder{}
	r.Step, r.Seed = framework.Architecture, 1
	out, err := caseLab{rec, visualSearch(t)}.Run(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rec, out
}

func TestEachPipelineIsRunOnce(t *testing.T) {
	recall := func(k string) casestudies.Prediction {
		return casestudies.Prediction{Set: map[string]string{"k": k}, Metric: "stage1_recall_at_k"}
	}
	rec, out := runLab(t, rehearse.RunLab{
		Yours: map[string]string{"k": "500"},
		Predictions: map[string]casestudies.Prediction{
			"yours-again": recall("500"), "other": recall("100"), "time": {Metric: "p99_ms"}, "absent": {Metric: "auc"},
		},
	})
	if got := strings.Join(rec.ran, " "); got != "500 200 100" {
		t.Errorf("ran %s", got)
	}
	if out.Reference == nil || out.Yours.Metrics["stage1_recall_at_k"] != 0.5 || out.Reference.Metrics["stage1_recall_at_k"] != 0.2 {
		t.Errorf("%+v", out)
	}
	want := map[string]float64{"yours-again": 0.5, "other": 0.1, "time": 3}
	for id, v := range want {
		if out.Results[id] != v {
			t.Errorf("%s: %g, want %g", id, out.Results[id], v)
		}
	}
	if _, ok := out.Results["absent"]; ok {
		t.Error("a metric that the run doesn't yield has a value")
	}
}

func TestTheNumberOfAPredictionStandsOnThePageWithItsSettings(t *testing.T) {
	half := casestudies.Prediction{
		ID: "b", Ask: "How much of it?", Metric: "stage1_recall_at_k", Set: map[string]string{"k": "100"},
		As: casestudies.AsRatio, To: map[string]string{"k": "200"},
	}
	plain := casestudies.Prediction{ID: "a", Ask: "How much?", Metric: "stage1_recall_at_k", Set: map[string]string{"k": "500"}}
	_, out := runLab(t, rehearse.RunLab{
		Yours: map[string]string{"k": "200"}, Same: true, Predictions: map[string]casestudies.Prediction{"a": plain, "b": half},
	})
	b := out.Yours.Blocks[0]
	var rows []string
	for _, r := range b.Rows {
		rows = append(rows, fmt.Sprint(r))
	}
	want := []string{
		"[How much? stage 1 recall@K k 500 0.500]", "[How much of it? stage 1 recall@K k 100 0.100]", "[ stage 1 recall@K k 200 0.200]",
		"[ stage 1 recall@K k 100 over k 200 0.500]",
	}
	if !slices.Equal(rows, want) || b.Alt == "" {
		t.Errorf("%q, %q", rows, b.Alt)
	}
	if out.Results["b"] != 0.5 || out.Results["a"] != 0.5 {
		t.Errorf("results %v", out.Results)
	}
}

func TestADecisionIsRunAloneBesideAnotherOption(t *testing.T) {
	run := rehearse.DecisionRun{
		Decision: "candidates", Metric: "stage1_recall_at_k", Option: "500", Other: "200", Role: casestudies.Best,
		Settings: map[string]string{"k": "500"}, OtherSettings: map[string]string{"k": "200", casestudies.FaultSetting: "stale-index"},
	}
	rec, out := runLab(t, rehearse.RunLab{Yours: map[string]string{"k": "500", "dim": "32"}, Decisions: []rehearse.DecisionRun{run}})
	if got := strings.Join(rec.ran, " "); got != "500 200 500 200stale-index" {
		t.Errorf("ran %s", got)
	}
	v := out.Decisions[0]
	if v.Decision != "candidates" || v.Verdict.Yours != 0.5 || v.Verdict.Other != 0.1 || v.Verdict.Metric != "stage1_recall_at_k" {
		t.Errorf("%+v", v)
	}
	if out.Comparison == nil || out.Comparison.Other != "the reference" {
		t.Errorf("yours isn't compared with the reference: %+v", out.Comparison)
	}
}

func TestWhereEveryChoiceIsTheBestAWrongOneRunsBesideIt(t *testing.T) {
	run := rehearse.DecisionRun{
		Decision: "candidates", Metric: "stage1_recall_at_k", Option: "200", Other: "100", Role: casestudies.Poor,
		Settings: map[string]string{"k": "200"}, OtherSettings: map[string]string{"k": "100"},
	}
	rec, out := runLab(t, rehearse.RunLab{Yours: map[string]string{"k": "200"}, Same: true, Decisions: []rehearse.DecisionRun{run}})
	if got := strings.Join(rec.ran, " "); got != "200 100" {
		t.Errorf("ran %s", got)
	}
	if out.Reference != nil || out.Comparison == nil || out.Comparison.Other != "the wrong choice, 100" {
		t.Errorf("%+v", out.Comparison)
	}
	impossible := run
	impossible.OtherSettings = map[string]string{"k": "none"}
	_, out = runLab(t, rehearse.RunLab{Yours: map[string]string{"k": "200"}, Same: true, Decisions: []rehearse.DecisionRun{impossible}})
	if v := out.Decisions[0].Verdict; v.Outcome != report.Incomparable || v.Why == "" || out.Comparison != nil {
		t.Errorf("a run that can't be: %+v", v)
	}
}

func TestTheReferenceIsLeftOutWhereItIsTheSamePipeline(t *testing.T) {
	rec, out := runLab(t, rehearse.RunLab{Yours: map[string]string{"k": "200"}})
	if len(rec.ran) != 1 || out.Reference != nil {
		t.Errorf("ran %v, reference %v", rec.ran, out.Reference)
	}
}

func TestAFaultIsPlantedInTheCandidatesPipelineAlone(t *testing.T) {
	rec, out := runLab(t, rehearse.RunLab{
		Fault: "stale-index", Predictions: map[string]casestudies.Prediction{"recall": {Metric: "stage1_recall_at_k"}},
	})
	if got := strings.Join(rec.ran, " "); got != "200stale-index 200" {
		t.Errorf("ran %s", got)
	}
	if out.Yours.Metrics["stage1_recall_at_k"] != 0.1 || out.Results["recall"] != 0.2 {
		t.Errorf("%+v", out)
	}
}

func TestAnXRayLooksAtTheCandidatesPipeline(t *testing.T) {
	look := rehearse.RunXRay{Seed: 1, Fault: "stale-index", Knobs: map[string]string{"k": "500"}, Query: 16}
	x, err := caseLab{&recorder{}, visualSearch(t)}.XRay(t.Context(), look)
	if err != nil || x.Query != 16 || x.Request != "500stale-index" {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestKnobsAreCheckedWithoutARun(t *testing.T) {
	c := visualSearch(t)
	if err := (knobs{}).Check(c, map[string]string{"k": "500"}); err != nil {
		t.Error(err)
	}
	if err := (knobs{}).Check(c, map[string]string{"k": "many"}); err == nil {
		t.Error("k=many is taken")
	}
	_, set, err := knobs{}.Sketch(c, "photo -> encoder -> hnsw k=300 -> trees -> top 10")
	if err != nil || set["k"] != "300" || set["engine"] != "hnsw" {
		t.Errorf("%v, %v", set, err)
	}
}

// The name of a mystery comes from the same list as the fault that the lab plants, on recorded data too.
func TestAMysteryOnRecordedDataIsNamedAsItIsPlanted(t *testing.T) {
	c, err := casestudies.Find("video-recommendation")
	if err != nil {
		t.Fatal(err)
	}
	recorded := *c
	recorded.Demo.Data = &casestudies.DataSource{Format: "movielens", Path: "/ratings"}
	for seed := range int64(100) {
		cfg, err := catalog.FromCase(&recorded, seed)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Fault = rehearse.Mystery
		planted, named := cfg.FaultInForce(), knobs{}.Mystery(&recorded, seed)
		if named != planted && (named != "none" || planted != "") {
			t.Fatalf("seed %d: planted %q, named %q", seed, planted, named)
		}
	}
	if slices.Contains(knobs{}.Faults(&recorded), "drift") {
		t.Error("recorded data are offered a fault that they can't have")
	}
}

func TestTheProgressOfSeveralRunsIsOne(t *testing.T) {
	var shares []float64
	l := caseLab{reporting{&recorder{}}, visualSearch(t)}
	_, err := l.Run(t.Context(), rehearse.RunLab{
		Step: framework.Architecture, Seed: 1, Yours: map[string]string{"k": "500"},
		Predictions: map[string]casestudies.Prediction{"a": {Metric: "p99_ms", Set: map[string]string{"k": "100"}}},
	}, func(p report.Progress) { shares = append(shares, p.Share) })
	if err != nil {
		t.Fatal(err)
	}
	if len(shares) != 6 || !slices.IsSorted(shares) || shares[5] > 1 || shares[5] < 0.9 {
		t.Errorf("the shares of three runs are %v", shares)
	}
}

// reporting is a lab each of whose runs goes from nothing to all.
type reporting struct{ *recorder }

func (r reporting) Run(ctx context.Context, cfg catalog.Config, step framework.StepID, to func(report.Progress)) (*report.Step, error) {
	to(report.Progress{What: "building"})
	to(report.Progress{What: "building", Share: 1})
	return r.recorder.Run(ctx, cfg, step, to)
}
