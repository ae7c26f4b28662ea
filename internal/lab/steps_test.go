package lab

import (
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/catalog"
)

func TestTheExactEngineIsAsFastAsItself(t *testing.T) {
	cfg := small(t, catalog.Knobs{"engine": "exact", "ranker": "logistic"})
	rep, err := New(Options{Workers: 1}).Run(t.Context(), cfg, framework.Requirements, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Timings["speedup"] != 1 || rep.Metrics["index_recall_at_k"] != 1 {
		t.Errorf("a scan is %v times as fast as a scan and finds %v of it", rep.Timings["speedup"], rep.Metrics["index_recall_at_k"])
	}
}

// The trap that the log sets: its own system's numbers are worth much wherever that system has been, and nothing live.
func TestTheOldSystemsNumbersTemptOfflineAndAreMissingLive(t *testing.T) {
	cfg := small(t, catalog.Knobs{"features": "similarity,price"})
	l := New(Options{Workers: 1})
	rep, err := l.Run(t.Context(), cfg, framework.Features, nil)
	if err != nil {
		t.Fatal(err)
	}
	gain, loss := rep.Metrics["group_loss.logged"], rep.Metrics["skew_loss.logged"]
	if gain <= 0.02 || loss <= 0.02 {
		t.Errorf("offline the group is worth %.3f, and without it a ranker that learned from it loses %.3f", gain, loss)
	}
	if _, ok := rep.Metrics["group_loss.popularity"]; ok {
		t.Error("a group that the knob leaves out is taken away")
	}
}

func TestF1IsAtTheBestThresholdOfPastRequestsUnlessOneIsSet(t *testing.T) {
	l := New(Options{Workers: 1})
	at := func(knobs catalog.Knobs) map[string]float64 {
		rep, err := l.Run(t.Context(), small(t, knobs), framework.Evaluation, nil)
		if err != nil {
			t.Fatal(err)
		}
		return rep.Metrics
	}
	auto, half := at(nil), at(catalog.Knobs{"threshold": "0.5"})
	if half["threshold"] != 0.5 || auto["threshold"] == 0.5 {
		t.Errorf("the thresholds are %v and %v", auto["threshold"], half["threshold"])
	}
	if auto["f1"] <= half["f1"] || auto["f1"] < 0.1 {
		t.Errorf("F1 is %.3f at the threshold of past requests and %.3f at 0.5", auto["f1"], half["f1"])
	}
	if auto["auc"] != half["auc"] {
		t.Errorf("the threshold changes AUC from %v to %v", auto["auc"], half["auc"])
	}
	if p, o := auto["top_predicted"], auto["top_observed"]; p <= 0 || o <= 0 || o > 1 {
		t.Errorf("of the likeliest percent %v is predicted and %v observed", p, o)
	}
}
