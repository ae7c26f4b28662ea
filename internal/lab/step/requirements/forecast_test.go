package requirements

import (
	"math"
	"testing"
	"time"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
)

// planned is a run whose case asks for two hundred million items, with requests that take a millisecond to encode.
func planned(set catalog.Settings) *run {
	set.Engine, set.K, set.QPS, set.Budget = "hnsw", 200, 5000, 100*time.Millisecond
	return &run{Run: &measure.Run{
		Settings: set, Results: &measure.Results{EncodeMS: []float64{1, 1, 1}},
		Config: catalog.Config{
			Target:  catalog.Target{Items: 200_000_000},
			Assumed: map[string]time.Duration{"network": 40 * time.Millisecond, "decode and encode": 18 * time.Millisecond},
		},
	}}
}

// atSizes are points of a scan, a graph and a ranker, with an index of half a kilobyte an item; some requests take twice as long.
func atSizes() []sizePoint {
	var points []sizePoint
	for _, n := range sizesTo(20_000) {
		size := float64(n)
		p := sizePoint{
			items: n, one: 0.002 + 5e-6*size, search: 0.02 + 0.005*math.Log(size), recall: 1 - 0.01*math.Log(size/200), mb: 0.0005 * size,
		}
		p.scan, p.two = p.one+0.02, p.search+0.1
		for range sizeRounds {
			for i := range sizeQueries {
				slow := 1.0
				if i%4 == 0 {
					slow = 2
				}
				p.searches, p.ranks = append(p.searches, slow*p.search), append(p.ranks, slow*0.1)
				p.ones, p.scans = append(p.ones, slow*p.one), append(p.scans, slow*p.scan)
			}
		}
		points = append(points, p)
	}
	return points
}

func TestThePlanHoldsWholeCopiesOfTheIndexAndPaysForEncoding(t *testing.T) {
	f := planned(catalog.Settings{Cores: 32, Memory: 32}).forecast(atSizes())
	if f.shards != 5 || math.Abs(f.mb-100_000) > 1 { // 100 GB, 22.4 GB of each machine
		t.Fatalf("%d shards of %.0f MB", f.shards, f.mb)
	}
	if f.two.machines%f.shards != 0 || f.two.machines < f.two.byCPU {
		t.Errorf("%d machines hold no whole copies of %d shards, or too little for %d", f.two.machines, f.shards, f.two.byCPU)
	}
	if least := 19 + 5*0.1; f.two.cpu < least { // encoding, the case's parts but the network, five searches
		t.Errorf("a request takes %.1f ms of a core, less than %.1f", f.two.cpu, least)
	}
	if f.two.binds(f.shards) != "the processors" {
		t.Errorf("%d by the processors, %d shards: %s", f.two.byCPU, f.shards, f.two.binds(f.shards))
	}
	small := planned(catalog.Settings{Cores: 1024, Memory: 1}).forecast(atSizes())
	if small.two.binds(small.shards) != "the memory" || small.two.machines != small.shards {
		t.Errorf("little memory: %d machines of %d shards, set by %s", small.two.machines, small.shards, small.two.binds(small.shards))
	}
}

func TestShardsCostAFanOutAndTheWaitForTheSlowest(t *testing.T) {
	one := planned(catalog.Settings{Cores: 32, Memory: 1000}).forecast(atSizes())
	many := planned(catalog.Settings{Cores: 32, Memory: 16}).forecast(atSizes())
	if one.shards != 1 || one.fanOut != 0 || many.fanOut < roundTrip {
		t.Errorf("%d shards fan out in %v ms, %d in %v", one.shards, one.fanOut, many.shards, many.fanOut)
	}
	if slow := tail(atSizes()[4].searches, slowest(0.5, many.shards)); slow != 2 {
		t.Errorf("of %d shards the slowest takes %.2f medians, where every fourth search takes 2", many.shards, slow)
	}
	if got := slowest(0.99, 10); math.Abs(math.Pow(got, 10)-0.99) > 1e-12 {
		t.Errorf("ten shards are all below their %v quantile in %v of requests", got, math.Pow(got, 10))
	}
}

func TestNothingCarriedIsBelowWhatWasMeasured(t *testing.T) {
	points := atSizes()
	for i := range points { // noise: the larger, the faster
		points[i].search = 0.3 - 0.02*float64(i)
		points[i].two = points[i].search + 0.2 - 0.01*float64(i)
	}
	z := points[len(points)-1]
	f := planned(catalog.Settings{Cores: 32, Memory: 1000}).forecast(points)
	if f.two.mid < z.two || f.two.lo < z.search || f.rank[0] < 0.2 {
		t.Errorf("%.3f (%.3f to %.3f) at the target, %.3f measured at %d items", f.two.mid, f.two.lo, f.two.hi, z.two, z.items)
	}
	if f.two.p99 < f.two.mid {
		t.Errorf("the p99 %.3f is below the median %.3f", f.two.p99, f.two.mid)
	}
}

func TestTheBudgetIsFilledWithP99s(t *testing.T) {
	f := planned(catalog.Settings{Cores: 32, Memory: 16}).forecast(atSizes())
	parts := f.assumed + f.encode[1] + f.fanOut + f.stageOne + f.rank[1]
	if math.Abs(100-parts-f.left) > 1e-9 || f.rank[1] < 1.9*f.rank[0] {
		t.Errorf("of 100 ms %.2f are taken and %.2f left; ranking takes %v", parts, f.left, f.rank)
	}
}

func TestRecallIsCarriedByItsTrendAndStaysAShare(t *testing.T) {
	sizes := []float64{200, 2000, 20_000}
	if got := trend(sizes, []float64{1, 0.98, 0.96}, 2e8); got > 0.89 || got < 0.85 {
		t.Errorf("recall falls by 0.02 a decade from 0.96 and is %.3f four decades on", got)
	}
	for _, c := range [][]float64{{1, 1, 1}, {0.9, 0.95, 1}, {0.9, 0.5, 0.1}} {
		if got := trend(sizes, c, 2e8); got < 0 || got > c[2] {
			t.Errorf("after %v comes %v", c, got)
		}
	}
}
