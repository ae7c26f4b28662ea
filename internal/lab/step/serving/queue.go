package serving

import (
	"container/list"
	"math"
	"math/rand/v2"
	"sort"
	"time"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
)

// queueRequests is how many arrivals a load is simulated with.
const queueRequests = 40_000

// queueing is what requests meet at one core: times in milliseconds.
type queueing struct {
	waits, totals []float64
	busy          float64 // share of time that the core worked
	perSecond     float64 // finished
}

// simulate puts Poisson arrivals before one core that serves them in turn, each for a time drawn from service: an M/G/1
// queue, by Lindley's recursion (1952): the next one waits max(0, wait + service − gap). load is the arrival rate times
// the mean service.
func simulate(service []float64, load float64, rng *rand.Rand) queueing {
	gap := metrics.Mean(service) / load
	q := queueing{waits: make([]float64, queueRequests), totals: make([]float64, queueRequests)}
	wait, clock, worked := 0.0, 0.0, 0.0
	for i := range q.waits {
		s := service[rng.IntN(len(service))]
		q.waits[i], q.totals[i] = wait, wait+s
		between := rng.ExpFloat64() * gap
		clock += between
		worked += s
		wait = math.Max(0, wait+s-between)
	}
	span := clock + wait
	q.busy, q.perSecond = worked/span, float64(queueRequests)/span*1000
	return q
}

// What is assumed of repeated requests: how many distinct ones there are, repeated by Zipf's law with exponent 1, and how many
// a day has.
const (
	distinctRequests = 5_000
	dayRequests      = 40_000
)

// cached plays a day of requests through a cache of the least recently used answers. It returns the share of hits, the
// mean age in hours of the answers given, and the mean milliseconds of a look into the cache.
func cached(size int, rng *rand.Rand) (hits, ageHours, lookMS float64) {
	sum := make([]float64, distinctRequests)
	total := 0.0
	for i := range sum {
		total += 1 / float64(i+1)
		sum[i] = total
	}
	asked := make([]int, dayRequests)
	for i := range asked {
		asked[i] = sort.SearchFloat64s(sum, rng.Float64()*total)
	}
	order, at := list.New(), map[int]*list.Element{}
	type answer struct{ id, made int }
	found, age := 0, 0
	began := time.Now()
	for i, id := range asked {
		if e, ok := at[id]; ok {
			order.MoveToFront(e)
			found++
			age += i - e.Value.(answer).made
			continue
		}
		if size == 0 {
			continue
		}
		at[id] = order.PushFront(answer{id, i})
		if order.Len() > size {
			last := order.Back()
			delete(at, last.Value.(answer).id)
			order.Remove(last)
		}
	}
	n := float64(dayRequests)
	return float64(found) / n, float64(age) / n / n * 24, measure.Millis(time.Since(began)) / n
}
