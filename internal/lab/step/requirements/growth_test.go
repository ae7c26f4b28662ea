package requirements

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dryrun/internal/metrics"
)

// grows is how the times of an engine grow, in milliseconds: a whole answer by scan, and its own search for K candidates.
type grows struct{ one, search func(n float64) float64 }

// scanned is an affine scan; keeping K of n instead of a few costs some logarithm more.
func scanned() grows {
	one := func(n float64) float64 { return 0.002 + 4e-5*n }
	return grows{one, func(n float64) float64 { return one(n) + 0.1*(1+math.Log(n/200)) }}
}

// walked is a graph, whose path grows with the logarithm.
func walked() grows {
	return grows{scanned().one, func(n float64) float64 { return 0.02 + 0.05*math.Log(n) }}
}

// listed is an inverted file by its default options: 4·√n lists of 64 dimensions are looked at, then eight bytes of each
// item in a sixteenth of the lists.
func listed() grows {
	return grows{scanned().one, func(n float64) float64 {
		lists := min(4*math.Sqrt(n), n/16)
		return 1e-6 * (64/16*lists + 8*n*max(lists/16, 8)/lists)
	}}
}

// measuredAndCarried measures g at the sizes of a corpus of top items, each median off by about 3%, carries that to a size that isn't
// among them, and returns how often, over many seeds, a new measurement there lies in the interval, and the median of what
// was predicted as a share of the truth.
func measuredAndCarried(t *testing.T, engine string, g grows, top int, target float64) (covered, ratio float64) {
	t.Helper()
	const seeds = 400
	if slices.Contains(sizesTo(top), int(target)) {
		t.Fatalf("%.0f is among the sizes measured", target)
	}
	inside := 0
	var ratios []float64
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 11))
		measured := func(f func(float64) float64, n float64) float64 { return f(n) * math.Exp(0.03*rng.NormFloat64()) }
		var points []sizePoint
		var sizes, one []float64
		for _, n := range sizesTo(top) {
			p := sizePoint{items: n, one: measured(g.one, float64(n)), search: measured(g.search, float64(n))}
			points, sizes, one = append(points, p), append(sizes, float64(n)), append(one, p.one)
		}
		_, mid, lo, hi := searchGrowth(engine, points, metrics.FitGrowthAs(metrics.Linear, sizes, one), target)
		if got := measured(g.search, target); lo <= got && got <= hi {
			inside++
		}
		ratios = append(ratios, mid/g.search(target))
	}
	return float64(inside) / seeds, metrics.Quantile(ratios, 0.5)
}

func TestTheFitHoldsAtSizesItDidNotSee(t *testing.T) {
	for name, c := range map[string]struct {
		engine string
		g      grows
		top    int
		target float64
		most   float64 // share of measurements inside; the intervals of a scan are added up and so too wide
		off    float64 // of the median prediction
	}{
		"a scan, between two sizes":                      {"exact", scanned(), 100_000, 50_000, 1, 0.05},
		"a scan, a hundred times the largest":            {"exact", scanned(), 100_000, 1e7, 1, 0.05},
		"a graph, between two sizes":                     {"hnsw", walked(), 100_000, 50_000, 0.98, 0.02},
		"a graph, a hundred times the largest":           {"hnsw", walked(), 100_000, 1e7, 0.98, 0.02},
		"a graph of the least corpus that is fitted":     {"hnsw", walked(), 2_000, 200_000, 0.98, 0.02},
		"a line nobody told it of, between two sizes":    {"ivfpq", grows{scanned().one, scanned().one}, 100_000, 50_000, 0.98, 0.02},
		"a line nobody told it of, a hundred times":      {"ivfpq", grows{scanned().one, scanned().one}, 100_000, 1e7, 0.98, 0.02},
		"a logarithm nobody told it of, a hundred times": {"faiss", walked(), 100_000, 1e7, 0.98, 0.02},
	} {
		covered, ratio := measuredAndCarried(t, c.engine, c.g, c.top, c.target)
		if covered < 0.9 || covered > c.most {
			t.Errorf("%s: %.1f%% of new measurements lie in the 95%% interval", name, 100*covered)
		}
		if math.Abs(ratio-1) > c.off {
			t.Errorf("%s: the median prediction is %.3f of the truth", name, ratio)
		}
	}
}

// An inverted file grows like neither form, but for most of its way like a line: what is said of it is near.
func TestAnInvertedFileIsCarriedToWithinAFifth(t *testing.T) {
	for _, top := range []int{20_000, 100_000, 1_000_000} {
		if _, ratio := measuredAndCarried(t, "ivfpq", listed(), top, 100*float64(top)); math.Abs(ratio-1) > 0.2 {
			t.Errorf("from %d items the median prediction for a hundred times as many is %.3f of what it looks at", top, ratio)
		}
	}
}

func TestAWrongFormIsFoundOutAtASizeItDidNotSee(t *testing.T) {
	line := grows{scanned().one, scanned().one}
	if covered, ratio := measuredAndCarried(t, "hnsw", line, 100_000, 1e7); covered > 0.05 || ratio > 0.1 {
		t.Errorf("a line carried as a logarithm: %.1f%% of new measurements lie in the interval, the prediction is %.3f of the truth",
			100*covered, ratio)
	}
	if _, ratio := measuredAndCarried(t, "exact", grows{walked().search, walked().search}, 100_000, 1e7); ratio < 5 {
		t.Errorf("a logarithm carried as a line: the prediction is %.3f of the truth", ratio)
	}
}

func TestSizesSpanTwoDecadesAsFarAsTheyGo(t *testing.T) {
	for n, want := range map[int][]int{
		1_000_000: {10_000, 31_623, 100_000, 316_228, 1_000_000}, 20_000: {200, 632, 2000, 6325, 20_000},
		8004: {200, 503, 1265, 3182, 8004}, 480: {200, 480}, 120: {120},
	} {
		if got := sizesTo(n); !slices.Equal(got, want) {
			t.Errorf("%d: %v", n, got)
		}
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
	form, mid, _, _ = searchGrowth("hnsw", points, metrics.Growth{}, target)
	if form != metrics.Logarithmic || math.Abs(mid-0.01-0.004*math.Log(target)) > 1e-6 {
		t.Errorf("a graph is carried by a %s form to %.4f ms", form, mid)
	}
}
