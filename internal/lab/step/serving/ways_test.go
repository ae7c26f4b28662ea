package serving

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
)

// shared is a builder for all tests: they run on the same worlds.
var shared = sync.OnceValue(func() *build.Builder { return build.New(build.Options{Workers: 2, Bytes: 1 << 30}) })

// piped is a small pipeline over its requests.
func piped(t *testing.T, kind string, knobs catalog.Knobs) run {
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
	m, err := measure.New(t.Context(), shared(), cfg, framework.Serving, p)
	if err != nil {
		t.Fatal(err)
	}
	return run{m}
}

func TestAPageComputedAheadIsWorthLessTheOlderItIs(t *testing.T) {
	got := map[string]map[string]float64{}
	for _, mode := range catalog.Offers("interactions", "mode") {
		r := piped(t, "interactions", catalog.Knobs{"mode": mode})
		if err := r.freshness(t.Context()); err != nil {
			t.Fatal(err)
		}
		got[mode] = r.Report.Metrics
	}
	online, hourly, batch := got[catalog.Online], got[catalog.Hourly], got[catalog.Batch]
	const success = "success_per_load"
	if online[success] <= hourly[success] || hourly[success] <= batch[success] {
		t.Errorf("successes a load: %v at the load, %v hourly, %v at midnight", online[success], hourly[success], batch[success])
	}
	if batch["staleness_hours"] <= 8 || hourly["staleness_hours"] >= 1 || online["pages_per_load"] != 1 {
		t.Errorf("ages and pages: %v", got)
	}
	if coverage := piped(t, "interactions", nil).batchCoverage(); coverage <= 0.5 || coverage > 1 {
		t.Errorf("%v of the viewers were known before", coverage)
	}
	if r := piped(t, "images", nil); r.batchCoverage() != 0 || r.freshness(t.Context()) != nil || len(r.Report.Missing) == 0 {
		t.Errorf("a photo that nobody has seen can be answered ahead: %v", r.Report.Missing)
	}
}

func TestOnlyASecondIndexKeepsRecallWhileAnEncoderChanges(t *testing.T) {
	for _, kind := range catalog.Kinds() {
		recall := map[string]float64{}
		for _, how := range catalog.Offers(kind, "switch") {
			r := piped(t, kind, catalog.Knobs{"switch": how})
			if err := r.encoderSwitch(t.Context()); err != nil {
				t.Fatal(err)
			}
			recall[how] = r.Report.Metrics["switch_recall_at_k"]
		}
		if both := recall[catalog.SwitchBoth]; both < recall[catalog.SwitchPlace]+0.05 || both < recall[catalog.SwitchQuery]+0.05 {
			t.Errorf("%s: recall during the change is %v", kind, recall)
		}
	}
}

func TestReservedSlotsKeepThePromiseToNewItems(t *testing.T) {
	kept := map[string]float64{}
	for _, way := range catalog.Offers("interactions", "explore") {
		r := piped(t, "interactions", catalog.Knobs{"explore": way})
		if err := r.exploration(t.Context()); err != nil {
			t.Fatal(err)
		}
		kept[way] = r.Report.Metrics["promise_kept"]
		if way == catalog.NoExploration && r.Report.Metrics["explore_cost"] != 0 {
			t.Errorf("not exploring costs %v", r.Report.Metrics["explore_cost"])
		}
	}
	if kept[catalog.ReservedSlots] < kept[catalog.NoExploration]+0.3 || kept[catalog.ReservedSlots] < kept[catalog.RandomPages]+0.3 {
		t.Errorf("the promise is kept to %v", kept)
	}
}

func TestAReservedSlotTakesNoOtherSlotThanTheLast(t *testing.T) {
	page := make([]int32, 20)
	for i := range page {
		page[i] = int32(i)
	}
	q := problem.Query{Filter: problem.Filter{Except: []int32{77}}}
	with := explorePage(catalog.ReservedSlots, page, q, []int32{90}, 100, rand.New(rand.NewPCG(1, 2)))
	want := slices.Insert(slices.Clone(page[:19]), reservedSlot, 90)
	if !slices.Equal(with, want) || page[reservedSlot] != reservedSlot {
		t.Errorf("the page is %v, and the one it was made from %v", with, page)
	}
	for _, refused := range []int32{77, 3} { // one that the viewer has seen, one that is on the page
		if got := explorePage(catalog.ReservedSlots, page, q, []int32{refused}, 100, rand.New(rand.NewPCG(1, 2))); !slices.Equal(got, page) {
			t.Errorf("%d is put on the page: %v", refused, got)
		}
	}
}

func TestFalseAlarmsAreCountedOnRequestsThatTheAlarmDoesNotKnow(t *testing.T) {
	watched := [][]float64{{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}}
	a, b := half(watched, 0), half(watched, 1)
	if !slices.Equal(a[0], []float64{1, 3, 5}) || !slices.Equal(b[1], []float64{7, 9}) {
		t.Errorf("the halves are %v and %v", a, b)
	}
}

func TestALossIsSaidByItsInterval(t *testing.T) {
	was := metrics.Interval{Mean: 0.4, Lo: 0.38, Hi: 0.42}
	for words, is := range map[string]metrics.Interval{
		"falls from":    {Mean: 0.3, Lo: 0.28, Hi: 0.32},
		"rises from":    {Mean: 0.5, Lo: 0.48, Hi: 0.52},
		"no difference": {Mean: 0.39, Lo: 0.37, Hi: 0.41},
	} {
		if got := changed(was.Mean, is.Mean, apart(was, is)); !strings.Contains(got, words) {
			t.Errorf("from %v to %v: %q", was, is, got)
		}
	}
}
