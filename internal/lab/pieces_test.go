package lab

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/metrics"
)

func TestQueueMatchesTheory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	// M/D/1: the mean wait is ρ/(2(1 − ρ)) services. M/M/1: ρ/(1 − ρ).
	exponential := make([]float64, 20_000)
	for i := range exponential {
		exponential[i] = rng.ExpFloat64()
	}
	for _, c := range []struct {
		name    string
		service []float64
		load    float64
		wait    float64
	}{
		{"constant service at half load", []float64{1}, 0.5, 0.5},
		{"constant service at 80%", []float64{1}, 0.8, 2},
		{"exponential service at half load", exponential, 0.5, 1},
	} {
		q := simulate(c.service, c.load, rng)
		if got := metrics.Mean(q.waits) / metrics.Mean(c.service); math.Abs(got-c.wait) > 0.15*c.wait {
			t.Errorf("%s: mean wait %.3f services, %.3f by theory", c.name, got, c.wait)
		}
		if math.Abs(q.busy-c.load) > 0.03 {
			t.Errorf("%s: busy %.3f of the time", c.name, q.busy)
		}
	}
}

func TestACacheHitsMoreWhenItIsLarger(t *testing.T) {
	last := -1.0
	for _, size := range []int{0, 50, 500, 2500} {
		hits, age, _ := cached(size, rand.New(rand.NewPCG(1, 1)))
		if hits <= last || hits >= 1 || age < 0 || age > 24 {
			t.Errorf("a cache of %d hits %.3f after %.3f, %.2f hours old", size, hits, last, age)
		}
		last = hits
	}
}

func TestSizesSpanTwoDecadesAsFarAsTheyGo(t *testing.T) {
	for n, want := range map[int][]int{1_000_000: {10_000, 31_623, 100_000, 316_228, 1_000_000}, 20_000: {200, 632, 2000, 6325, 20_000}, 8004: {200, 503, 1265, 3182, 8004}, 480: {200, 480}, 120: {120}} {
		if got := sizesTo(n); !slices.Equal(got, want) {
			t.Errorf("%d: %v", n, got)
		}
	}
}

func TestTheExactEngineIsAsFastAsItself(t *testing.T) {
	rep, err := New(Options{Workers: 1}).Run(t.Context(), small(t, Knobs{"engine": "exact", "ranker": "logistic"}), framework.Requirements, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Timings["speedup"] != 1 || rep.Metrics["index_recall_at_k"] != 1 {
		t.Errorf("a scan is %v times as fast as a scan and finds %v of it", rep.Timings["speedup"], rep.Metrics["index_recall_at_k"])
	}
}

// A scan's time for K candidates looks like a logarithm while keeping K is most of it; carried as one, a scan of two hundred
// million items would take no time.
func TestAScanIsCarriedAsAScan(t *testing.T) {
	var points []sizePoint
	var sizes, one []float64
	for _, n := range sizesTo(20_000) {
		p := sizePoint{items: n, one: 0.002 + 5e-6*float64(n)}
		p.search = p.one + 0.01*(1+math.Log(float64(n)/200))
		points, sizes, one = append(points, p), append(sizes, float64(n)), append(one, p.one)
	}
	const target = 2e8
	form, mid, lo, hi := searchGrowth("exact", points, metrics.FitGrowthAs(metrics.Linear, sizes, one), target)
	want := 0.002 + 5e-6*target + 0.01*(1+math.Log(target/200))
	if form != metrics.Linear || math.Abs(mid-want) > 0.01*want || lo > want || hi < want {
		t.Errorf("carried by a %s form to %.1f (%.1f to %.1f), not %.1f ms", form, mid, lo, hi, want)
	}
	for i := range points {
		points[i].search = 0.01 + 0.004*math.Log(float64(points[i].items))
	}
	if form, mid, _, _ := searchGrowth("hnsw", points, metrics.Growth{}, target); form != metrics.Logarithmic || math.Abs(mid-0.01-0.004*math.Log(target)) > 1e-6 {
		t.Errorf("a graph is carried by a %s form to %.4f ms", form, mid)
	}
}

func TestAGapIsSaidByItsInterval(t *testing.T) {
	for _, c := range []struct {
		name  string
		gap   metrics.Interval
		words string
	}{
		{"a loss", metrics.Interval{Mean: -0.03, Lo: -0.05, Hi: -0.01}, "lose against"},
		{"a gain", metrics.Interval{Mean: 0.03, Lo: 0.01, Hi: 0.05}, "do better than"},
		{"no telling, whatever the mean", metrics.Interval{Mean: 0.3, Lo: 0, Hi: 0.5}, "can't be told apart from"},
	} {
		got := gap{c.gap, 15}.words("ndcg_at_10", 200, 20_000)
		if !strings.Contains(got, c.words) || !strings.Contains(got, "15 requests") {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestFeaturesNameWhatARankerReads(t *testing.T) {
	p, err := New(Options{Workers: 1}).pipeline(t.Context(), small(t, Knobs{"ranker": "none"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	groups := p.base.Pairs.Groups()
	if p.set.features != servingGroups {
		t.Errorf("by default a ranker reads %s", p.set.features)
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
		keep, err := p.columnsOf(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range groups {
			if keep.has(groups, g.ID) {
				got = append(got, g.ID)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s reads %q, not %q", text, got, want)
		}
	}
}

// The trap that the log sets: its own system's numbers are worth much wherever that system has been, and nothing live.
func TestTheOldSystemsNumbersTemptOfflineAndAreMissingLive(t *testing.T) {
	cfg := small(t, Knobs{"features": "similarity,price"})
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
	p, err := l.pipeline(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{lab: l, cfg: cfg, set: p.set, pipe: p}
	policies, err := r.policies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	groups := p.base.Pairs.Groups()
	for _, pol := range policies[1:] {
		if pol.blank.has(groups, loggedGroup) != (pol.id == offlineWinner) || pol.blank.has(groups, "popularity") {
			t.Errorf("%s reads the wrong groups", pol.id)
		}
	}
	if policies[2].model != p.model {
		t.Error("the careful candidate isn't the ranker in force, which reads nothing of the old system either")
	}
}

func TestSplitsHoldOutWhatTheySay(t *testing.T) {
	cfg := small(t, nil)
	l := New(Options{Workers: 1})
	p, err := l.pipeline(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := p.base.Log.Impressions
	until := int32(len(p.base.Train) * 8 / 10)
	parts := heldOut(log, p.base.Train, "global-time", 0, until, rand.New(rand.NewPCG(1, 1)))
	newestLearned, oldestHeld := int32(-1), until
	for i, im := range log {
		switch {
		case im.Request >= until && parts[i] != unused:
			t.Fatalf("request %d came later and is used", im.Request)
		case parts[i] == learned:
			newestLearned = max(newestLearned, im.Request)
		case parts[i] == validated:
			oldestHeld = min(oldestHeld, im.Request)
		}
	}
	if newestLearned >= oldestHeld {
		t.Errorf("a split by time learns from request %d and validates on %d", newestLearned, oldestHeld)
	}
}
