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
