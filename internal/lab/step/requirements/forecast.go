package requirements

import (
	"math"
	"slices"
	"strings"
	"time"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/retrieval"
)

// What a plan for the target assumes.
const (
	busy      = 0.6 // share of a machine's time that requests may take: above it queues grow
	resident  = 0.7 // share of a machine's memory that the index may take: the rest is for the process and for changes
	roundTrip = 0.5 // milliseconds of a round trip within a data center
	waiting   = "network"
)

// search is stage one at one shard: its form of growth, and its time in milliseconds at the median with a 95% interval.
type search struct {
	form        string
	mid, lo, hi float64
}

// carried is a whole answer of both stages, or of one, at the target's size.
type carried struct {
	search           // the slowest shard's median, fan-out and merge and ranking included
	p99      float64 // the sum of the parts' p99s, each at the tail that was measured here
	cpu      float64 // milliseconds of a core that a request takes: all shards, encoding, and what the case assumes
	byCPU    int     // machines that the processors ask for
	machines int     // whole copies of the shards
}

// forecast is what the measured sizes say of the target.
type forecast struct {
	target   int        // items
	mb       float64    // of the whole index
	shards   int        // machines that hold one copy of the index
	fanOut   float64    // milliseconds of the round trip to the shards and of merging what they return; 0 on one machine
	assumed  float64    // milliseconds of the case's parts
	encode   [2]float64 // milliseconds of encoding a request: median and p99
	rank     [2]float64 // milliseconds of ranking the candidates
	recall   float64    // of the engine against a scan at a shard's size, by the trend of the sizes
	stageOne float64    // p99 in milliseconds of the slowest shard
	one, two carried
	left     float64 // milliseconds of the budget, every measured part at its p99
}

// shardItems is how many items one shard holds.
func (f *forecast) shardItems() float64 { return math.Ceil(float64(f.target) / float64(f.shards)) }

// forecast fits the medians, carries them to a shard of the target, and adds what spreading over shards, encoding and the case's
// own parts cost. Tails aren't fitted: a p99 is a carried median times the ratio that was measured at the largest size.
func (r *run) forecast(points []sizePoint) *forecast {
	z := points[len(points)-1]
	f := &forecast{target: r.Config.Target.Items}
	if f.target == 0 {
		f.target = 100 * z.items
	}
	f.mb = z.mb * float64(f.target) / float64(z.items)
	f.shards = max(1, int(math.Ceil(f.mb/(resident*1000*float64(r.Settings.Memory)))))
	if f.shards > 1 {
		f.fanOut = roundTrip + mergeMS(f.shards, r.Settings.K)
	}
	f.encode = [2]float64{metrics.Quantile(r.Results.EncodeMS, 0.5), metrics.Quantile(r.Results.EncodeMS, 0.99)}
	cpu := f.encode[0]
	for part, d := range r.Config.Assumed {
		f.assumed += measure.Millis(d)
		if !strings.Contains(part, waiting) {
			cpu += measure.Millis(d)
		}
	}
	var sizes, one, rank, recall []float64
	for _, p := range points {
		sizes, one = append(sizes, float64(p.items)), append(one, p.one)
		rank, recall = append(rank, p.two-p.search), append(recall, p.recall)
	}
	at := f.shardItems()
	f.recall = trend(sizes, recall, at)
	ranking, _, _ := metrics.FitGrowthAs(metrics.Logarithmic, sizes, rank).At(float64(f.target))
	f.rank[0] = max(ranking, slices.Max(rank))
	f.rank[1] = f.rank[0] * tail(z.ranks, 0.99)

	fit := metrics.FitGrowthAs(metrics.Linear, sizes, one)
	scan := search{form: fit.Form}
	scan.mid, scan.lo, scan.hi = fit.At(at)
	f.one = r.plan(f, scan.atLeast(z.one, at >= float64(z.items)), z.ones, [2]float64{}, cpu)
	var engine search
	engine.form, engine.mid, engine.lo, engine.hi = searchGrowth(r.Settings.Engine, points, fit, at)
	engine = engine.atLeast(z.search, at >= float64(z.items))
	f.two = r.plan(f, engine, z.searches, f.rank, cpu)
	f.stageOne = engine.mid * tail(z.searches, slowest(0.99, f.shards))
	f.left = measure.Millis(r.Settings.Budget) - f.assumed - f.encode[1] - f.two.p99
	return f
}

// atLeast keeps a carried time from falling below what was measured on fewer items.
func (s search) atLeast(measured float64, larger bool) search {
	if larger {
		s.mid, s.lo, s.hi = max(s.mid, measured), max(s.lo, measured), max(s.hi, measured)
	}
	return s
}

// plan spreads a search over the forecast's shards: every shard searches, the slowest one is waited for, and the machines must
// hold whole copies of the index. times are single searches at the largest size, rank the median and p99 of what follows, cpu
// what a request takes besides.
func (r *run) plan(f *forecast, one search, times []float64, rank [2]float64, cpu float64) carried {
	c := carried{search: one, cpu: cpu + one.mid*float64(f.shards) + rank[0]}
	slow := tail(times, slowest(0.5, f.shards))
	c.mid, c.lo, c.hi = one.mid*slow+f.fanOut+rank[0], one.lo*slow+f.fanOut+rank[0], one.hi*slow+f.fanOut+rank[0]
	c.p99 = one.mid*tail(times, slowest(0.99, f.shards)) + f.fanOut + rank[1]
	c.byCPU = int(math.Ceil(float64(r.Settings.QPS) * c.cpu / 1000 / float64(r.Settings.Cores) / busy))
	copies := max(1, int(math.Ceil(float64(c.byCPU)/float64(f.shards))))
	c.machines = copies * f.shards
	return c
}

// binds says what decides the number of machines.
func (c carried) binds(shards int) string {
	if c.byCPU > shards {
		return "the processors"
	}
	return "the memory"
}

// slowest is the quantile of one shard's times that is the q-quantile of the slowest of n that are independent.
func slowest(q float64, n int) float64 { return math.Pow(q, 1/float64(n)) }

// tail is a quantile over requests as a multiple of their median. Each request was timed in several rounds and counts by the
// median of its own times: what else the machine did in one of them isn't the request's.
func tail(times []float64, q float64) float64 {
	n := len(times) / sizeRounds
	own := make([]float64, n)
	for i := range own {
		var rounds []float64
		for at := i; at < len(times); at += n {
			rounds = append(rounds, times[at])
		}
		own[i] = metrics.Quantile(rounds, 0.5)
	}
	return metrics.Quantile(own, q) / metrics.Quantile(own, 0.5)
}

// trend carries a recall to a larger size by a line over the logarithm of the size. It never exceeds what was measured at the
// largest size, unless a shard is smaller.
func trend(sizes, recall []float64, at float64) float64 {
	v, _, _ := metrics.FitGrowthAs(metrics.Logarithmic, sizes, recall).At(at)
	last := len(sizes) - 1
	if at >= sizes[last] {
		v = min(v, recall[last])
	}
	return min(max(v, 0), 1)
}

// mergeRounds is how often a merge is timed.
const mergeRounds = 9

// mergeMS times the merge of the first k of each shard's results into the first k of all, in milliseconds at the median.
func mergeMS(shards, k int) float64 {
	var times []float64
	var top retrieval.TopK
	for range mergeRounds {
		began := time.Now()
		top.Reset(k)
		for s := range shards {
			for i := range k {
				top.Push(int32(s*k+i), 1/float32(1+i*shards+s)) // the shards' lists interleave
			}
		}
		times = append(times, measure.Millis(time.Since(began)))
	}
	return metrics.Quantile(times, 0.5)
}
