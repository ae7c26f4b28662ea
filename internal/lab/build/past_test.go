package build

import (
	"slices"
	"strings"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
)

// feed is a small world of viewers.
func feed() Scenario {
	s := Scenario{World: problem.Spec{Kind: "interactions", Items: 1000, Users: 250, Queries: 80, Seed: 5}, K: 50, Top: 10}
	s.StageTwo = StageTwo{Ranker: "logistic", Features: "serving", Negatives: "hard", Log: 1}
	return s.WithEngine("hnsw").WithEncoder("als", 8, 3)
}

// pictures is a small catalog of pictures.
func pictures() Scenario {
	s := Scenario{World: problem.Spec{Kind: "images", Items: 1000, Queries: 40, Seed: 5}, K: 50, Top: 10}
	s.StageTwo = StageTwo{Ranker: "logistic", Features: "serving", Negatives: "hard", Log: 1}
	return s.WithEngine("hnsw").WithEncoder("pca", 16, 3)
}

// What a ranker learns from must not know the outcome: of a past request stage one has seen what was seen then, no more.
func TestARankersStageOneHasNotSeenItsLabels(t *testing.T) {
	p, err := New(Options{Workers: 1, Bytes: 1 << 30}).Learned(t.Context(), feed())
	if err != nil {
		t.Fatal(err)
	}
	h, requests, since := beforeRanker(p)
	if len(requests) < 50 {
		t.Fatalf("%d requests to learn from", len(requests))
	}
	asked := map[int32]bool{}
	for i := range requests {
		q := &requests[i]
		if asked[q.User] || since[q.User] != q.ID || i > 0 && requests[i-1].ID >= q.ID {
			t.Fatalf("request %d of user %d", q.ID, q.User)
		}
		asked[q.User] = true
		row, _ := h.Row(q.User)
		for _, item := range row {
			if _, seen := slices.BinarySearch(q.Filter.Except, item); !seen {
				t.Fatalf("the history of user %d holds item %d, which request %d hadn't seen", q.User, item, q.ID)
			}
		}
		if len(p.Truth.Positives(q)) == 0 {
			t.Errorf("request %d has nothing to find", q.ID)
		}
	}
	if len(h.Item) >= len(p.History.Item) {
		t.Error("nothing was held back")
	}
}

func TestSplitsOfTheHistoryHoldOutWhatTheySay(t *testing.T) {
	h := &problem.History{
		Users: 2, Items: 10, Start: []int32{0, 5, 10}, Item: []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		Weight: make([]float32, 10), Day: []float32{5, 1, 2, 3, 4, 9, 8, 7, 6, 10},
	}
	for split, want := range map[string][]int32{"user-time": {0, 9}, "global-time": {5, 9}} {
		rest, held := splitHistory(h, split, nil)
		if !slices.Equal(held.Item, want) || len(rest.Item)+len(held.Item) != 10 || rest.Start[2] != int32(len(rest.Item)) {
			t.Errorf("%s holds out %v and leaves %v", split, held.Item, rest.Item)
		}
	}
}

func TestFeaturesNameWhatARankerReads(t *testing.T) {
	p, err := New(Options{Workers: 1, Bytes: 1 << 30}).Learned(t.Context(), pictures())
	if err != nil {
		t.Fatal(err)
	}
	groups := p.Pairs.Groups()
	if set, err := (catalog.Config{World: pictures().World}).Settings(); err != nil || set.Features != catalog.ServingGroups {
		t.Errorf("by default a ranker reads %q (%v)", set.Features, err)
	}
	for text, want := range map[string]string{
		"serving":                "similarity popularity price freshness quality",
		"all":                    "similarity popularity price freshness quality logged",
		"serving,logged":         "similarity popularity price freshness quality logged",
		"minus-price":            "similarity popularity freshness quality",
		"all,minus-price":        "similarity popularity freshness quality logged",
		"only-logged":            "logged",
		"similarity,price":       "similarity price",
		"similarity,minus-price": "similarity",
	} {
		columns, err := parseColumns(groups, text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range groups {
			if columns.Has(groups, g.ID) {
				got = append(got, g.ID)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s reads %q, not %q", text, got, want)
		}
		if again, err := parseColumns(groups, columns.Text(groups)); err != nil || again != columns {
			t.Errorf("%s, written as %s, is read otherwise (%v)", text, columns.Text(groups), err)
		}
	}
}
