package architecture

import (
	"slices"
	"sync"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/problem"
)

// shared is a builder for all tests: they run on the same worlds.
var shared = sync.OnceValue(func() *build.Builder { return build.New(build.Options{Workers: 2, Bytes: 1 << 30}) })

// measured is a small pipeline over its requests.
func measured(t *testing.T, kind string, knobs catalog.Knobs) run {
	t.Helper()
	all := catalog.Knobs{"items": "1000", "k": "60", "top": "20", "dim": "8", "epochs": "3", "ranker": "logistic"}
	for id, v := range knobs {
		all[id] = v
	}
	cfg, err := catalog.Config{World: problem.Spec{Kind: kind, Queries: 80, Users: 400}, Seed: 5}.With(all)
	if err != nil {
		t.Fatal(err)
	}
	set, err := cfg.Settings()
	if err != nil {
		t.Fatal(err)
	}
	p, err := shared().Pipeline(t.Context(), build.NewScenario(cfg, set))
	if err != nil {
		t.Fatal(err)
	}
	m, err := measure.New(t.Context(), shared(), cfg, framework.Architecture, p)
	if err != nil {
		t.Fatal(err)
	}
	return run{m}
}

func TestOnlyAFilterInsideTheSearchFillsThePageAndKeepsRecall(t *testing.T) {
	for _, kind := range catalog.Kinds() {
		got := map[string]map[string]float64{}
		for _, place := range catalog.Offers(kind, "filter") {
			r := measured(t, kind, catalog.Knobs{"filter": place})
			if err := r.filters(t.Context()); err != nil {
				t.Fatal(err)
			}
			got[place] = r.Report.Metrics
		}
		filled := func(place string) float64 { return got[place]["page_filled"] }
		if filled(catalog.FilterInside) != 1 || got[catalog.FilterInside]["unavailable_shown"] != 0 {
			t.Errorf("%s: inside the search %v of the page is filled", kind, filled(catalog.FilterInside))
		}
		if filled(catalog.FilterPage) > 0.95 || filled(catalog.FilterIndex) > 0.99 || got[catalog.FilterIndex]["unavailable_shown"] == 0 {
			t.Errorf("%s: filled are %v on the page and %v by the index", kind, filled(catalog.FilterPage), filled(catalog.FilterIndex))
		}
		if a, b := got[catalog.FilterInside]["filtered_recall_at_k"], got[catalog.FilterAfter]["filtered_recall_at_k"]; a < b {
			t.Errorf("%s: recall is %v inside the search and %v after it", kind, a, b)
		}
	}
}

func TestTheGeneratorWithTheLargestNumbersWinsASortByScores(t *testing.T) {
	lists := [][]problem.Candidate{{{Item: 1, Score: 0.9}, {Item: 2, Score: 0.8}}, {{Item: 7, Score: 4000}, {Item: 2, Score: 300}}}
	r := run{&measure.Run{Settings: catalog.Settings{K: 2}}}
	for way, want := range map[string][]int32{catalog.MergeScores: {7, 2}, catalog.MergeTurns: {1, 7}} {
		merged, err := r.merge(t.Context(), way, problem.Query{}, nil, lists, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []int32
		for _, c := range merged {
			got = append(got, c.Item)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", way, got, want)
		}
	}
}

func TestOneLightRankerOverQuotasFindsMoreThanRawScores(t *testing.T) {
	recall := map[string]float64{}
	for _, way := range catalog.Offers("interactions", "merge") {
		r := measured(t, "interactions", catalog.Knobs{"merge": way})
		if err := r.merges(t.Context()); err != nil {
			t.Fatal(err)
		}
		recall[way] = r.Report.Metrics["merged_recall_at_k"]
	}
	if recall[catalog.MergeQuotas] <= recall[catalog.MergeScores] || recall[catalog.MergeTurns] <= recall[catalog.MergeScores] {
		t.Errorf("recall by way is %v", recall)
	}
	r := measured(t, "images", nil)
	if err := r.merges(t.Context()); err != nil || len(r.Report.Blocks) > 0 {
		t.Errorf("pictures have one generator and report %v, error %v", r.Report.Blocks, err)
	}
}

func TestTheNewestGeneratorKnowsNoLaterUpload(t *testing.T) {
	born := []float64{5, -3, 9, 2}
	n := newNewest(&problem.Problem{Items: 4, Born: func(i int32) float64 { return born[i] }})
	got, err := n.Retrieve(t.Context(), problem.Query{Day: 6, Filter: problem.Filter{Except: []int32{3}}}, 3, nil)
	if err != nil || len(got) != 2 || got[0].Item != 0 || got[1].Item != 1 {
		t.Errorf("it returns %v, error %v", got, err)
	}
}
