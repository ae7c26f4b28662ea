package features

import (
	"strings"
	"testing"

	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

func TestEachFoldHoldsItsShareOfEveryClass(t *testing.T) {
	labels := []int32{0, 0, 0, 0, 1, 1, 1, 1, 0, 1}
	count := map[[2]int]int{}
	for i, fold := range stratified(labels, 2) {
		count[[2]int{fold, int(labels[i])}]++
	}
	for fold := range 2 {
		a, b := count[[2]int{fold, 0}], count[[2]int{fold, 1}]
		if a < 2 || a > 3 || b < 2 || b > 3 {
			t.Errorf("fold %d holds %d and %d of five each", fold, a, b)
		}
	}
}

func group(id string, loss, absent float64, offline bool) ablated {
	near := func(v float64) metrics.Interval { return metrics.Interval{Mean: v, Lo: v - 0.05, Hi: v + 0.05} }
	return ablated{problem.FeatureGroup{ID: id}, near(loss), near(absent), offline}
}

func TestTheWorstGroupsAreFoundAndToldApart(t *testing.T) {
	all := ablations{group("similarity", 0.5, 0.9, false), group("price", 0.1, 0.3, false), group("logged", 0.7, 0.8, true)}
	most, absent, offline := all.worst()
	if most.group.ID != "similarity" || absent.group.ID != "price" || offline.group.ID != "logged" {
		t.Errorf("%s, %s, %s", most.group.ID, absent.group.ID, offline.group.ID)
	}
	if got := ablationHeadline(most, absent, "NDCG@10"); !strings.Contains(got, "price arriving as zeros") {
		t.Error(got)
	}
	noise := ablations{group("similarity", 0.02, 0.9, false), group("price", 0.01, 0.03, false)}
	most, absent, _ = noise.worst()
	got := ablationHeadline(most, absent, "NDCG@10")
	if !strings.HasPrefix(got, "No group alone is missed by more than") || strings.Contains(got, "would cost") {
		t.Errorf("inside the intervals: %s", got)
	}
	unclear := group("logged", -0.01, 0.8, true)
	if text := offlineText(&unclear); strings.Contains(text, "because") {
		t.Errorf("a gain that nobody saw has a reason: %s", text)
	}
	if most, absent, _ := all[2:].worst(); most != nil || absent != nil {
		t.Error("what only the log has is a group of the ranker's")
	}
	if got := against(-0.04); got != "0.040 below" {
		t.Error(got)
	}
}
