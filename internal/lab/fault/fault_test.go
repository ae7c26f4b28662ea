package fault

import (
	"slices"
	"testing"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

func TestEveryFaultOfTheCatalogIsPlantedAndNoOther(t *testing.T) {
	var planted, told []string
	for _, f := range All() {
		planted = append(planted, f.ID)
		if f.Hooks() == 0 && f.Drift == 0 {
			t.Errorf("%s does nothing", f.ID)
		}
	}
	for _, f := range catalog.FaultTable() {
		told = append(told, f.ID)
	}
	slices.Sort(planted)
	slices.Sort(told)
	if !slices.Equal(planted, told) {
		t.Errorf("the catalog tells of %q, planted can be %q", told, planted)
	}
	if f := ByID(""); f.Hooks() != 0 || f.Drift != 0 {
		t.Errorf("no fault does something: %+v", f)
	}
}

func small(t *testing.T, kind string) *problem.Problem {
	t.Helper()
	p, err := world.Make(t.Context(), problem.Spec{Kind: kind, Items: 1000, Users: 200, Queries: 40, Seed: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAStaleIndexLacksTheNewestItems(t *testing.T) {
	p := small(t, "images")
	ids := staleIndex().Index(p, 1)
	if len(ids) != 800 || !slices.IsSorted(ids) {
		t.Fatalf("%d of %d items are indexed", len(ids), p.Items)
	}
	newest, oldest := -1e9, 1e9
	for i := range int32(p.Items) {
		if _, in := slices.BinarySearch(ids, i); in {
			newest = max(newest, p.Born(i))
		} else {
			oldest = min(oldest, p.Born(i))
		}
	}
	if newest > oldest {
		t.Errorf("an item of day %v is indexed, and one of day %v isn't", newest, oldest)
	}
	p.Born = nil
	if again := staleIndex().Index(p, 1); !slices.Equal(again, staleIndex().Index(p, 1)) || slices.Equal(again, ids) {
		t.Error("without days, a seed should say which items are missing")
	}
}

func TestAColdStartTakesItemsOutOfTheHistoryAlone(t *testing.T) {
	p := small(t, "interactions")
	out, err := coldStart().World(t.Context(), p, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.History.Item) >= len(p.History.Item) || out.Items != p.Items || out.Log != p.Log {
		t.Errorf("%d of %d engagements with %d of %d items are left", len(out.History.Item), len(p.History.Item), out.Items, p.Items)
	}
	left := map[int32]bool{}
	for _, item := range out.History.Item {
		left[item] = true
	}
	for _, item := range OldestFirst(p, 0)[p.Items-p.Items/5:] {
		if left[item] {
			t.Fatalf("item %d is among the newest fifth and has a history", item)
		}
	}
}

func TestALoopMakesThePopularMorePopularAndLeavesTheJudgedRequests(t *testing.T) {
	p := small(t, "interactions")
	out, err := popularityLoop().World(t.Context(), p, 7, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Log.Impressions) <= len(p.Log.Impressions) || &out.Test[0] != &p.Test[0] {
		t.Errorf("the log grew from %d to %d impressions", len(p.Log.Impressions), len(out.Log.Impressions))
	}
	q := &p.Test[0]
	if !slices.Equal(out.Truth.Positives(q), p.Truth.Positives(q)) {
		t.Error("a judged request is judged by what came later")
	}
}

// row is features of one column.
type row struct{}

func (row) Columns() []string { return []string{"a"} }

func (row) Fill(_ *problem.Query, _ problem.Candidate, into []float32) { into[0] = 7 }

func TestALeakedColumnKnowsTheOutcomeUntilARequestIsLive(t *testing.T) {
	p := small(t, "images")
	f := leakage().Features(row{}, p)
	if got := f.Columns(); len(got) != 2 || got[0] != "a" {
		t.Fatalf("columns %q", got)
	}
	told, into := 0, make([]float32, 2)
	for i := range p.Train[:300] {
		q := p.Train[i]
		for _, g := range p.Truth.Positives(&q) {
			f.Fill(&q, problem.Candidate{Item: g.Item}, into)
			if into[0] != 7 {
				t.Fatal("the inner column is lost")
			}
			if into[1] > 0 {
				told++
			} else {
				told--
			}
		}
		q.From = problem.Live
		if f.Fill(&q, problem.Candidate{Item: 1}, into); into[1] != 0 {
			t.Fatal("a live request's outcome is known")
		}
	}
	if told <= 0 {
		t.Error("the column doesn't tell what is relevant")
	}
}

func TestSkewSparesSimilarityAlone(t *testing.T) {
	groups := small(t, "images").Pairs.Groups()
	lost := skew().Serving(groups)
	if len(lost) != len(groups)-1 || slices.Contains(lost, groups[0].ID) {
		t.Errorf("of %d groups %q arrive as zeros", len(groups), lost)
	}
}

func TestAMismatchedEncoderKeepsDistancesInAnotherBasis(t *testing.T) {
	const dim = 8
	plain := func(q *problem.Query, into []float32) {
		for i := range into {
			into[i] = float32(i) + float32(q.ID)
		}
	}
	other := encoderMismatch().Encode(plain, dim)
	right, wrong := make([]float32, dim), make([]float32, dim)
	q := &problem.Query{ID: 2}
	plain(q, right)
	other(q, wrong)
	var a, b float32
	for i := range dim {
		a, b = a+right[i]*right[i], b+wrong[i]*wrong[i]
	}
	if a != b || slices.Equal(right, wrong) {
		t.Errorf("%v becomes %v", right, wrong)
	}
}
