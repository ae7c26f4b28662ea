package sim

import (
	"context"

	"dryrun/internal/problem"
)

// CheckEvery is how many steps of a plain loop pass between two checks of its context: a few milliseconds.
const CheckEvery = 1 << 16

// LogCounts answers how often each item had been shown and clicked before a moment: the only honest popularity for a
// request in the past. It is a CSR matrix of the log by item, ordered by time.
type LogCounts struct {
	start       []int32
	impressions []impression
}

// impression is an impression of an item with the item's clicks and successes up to and including it. The three are stored
// together because the log is in order of time: the next impression is of another item, somewhere else in memory.
type impression struct {
	day          float32
	clicks, took int32
}

// CountLog counts the log; dayOf is when an impression's request was made.
func CountLog(ctx context.Context, log *problem.Log, dayOf func(request int32) float64, items int) (*LogCounts, error) {
	c := &LogCounts{start: make([]int32, items+1), impressions: make([]impression, len(log.Impressions))}
	for i := range log.Impressions {
		if i%CheckEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.start[log.Impressions[i].Item+1]++
	}
	for i := range items {
		c.start[i+1] += c.start[i]
	}
	next := append([]int32(nil), c.start[:items]...)
	for i := range log.Impressions { // requests are in order of time, so each row is too
		if i%CheckEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		im := &log.Impressions[i]
		at := next[im.Item]
		next[im.Item]++
		now := impression{day: float32(dayOf(im.Request))}
		if at > c.start[im.Item] {
			now.clicks, now.took = c.impressions[at-1].clicks, c.impressions[at-1].took
		}
		if im.Clicked {
			now.clicks++
		}
		if im.Bought {
			now.took++
		}
		c.impressions[at] = now
	}
	return c, nil
}

// Tally is what had happened to an item by a moment.
type Tally struct{ Impressions, Clicks, Successes int }

// Before returns what happened to item strictly before day.
func (c *LogCounts) Before(item int32, day float64) Tally {
	lo, hi := c.start[item], c.start[item+1]
	first := lo
	for lo < hi {
		mid := (lo + hi) / 2
		if float64(c.impressions[mid].day) < float64(float32(day)) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == first {
		return Tally{}
	}
	return Tally{int(lo - first), int(c.impressions[lo-1].clicks), int(c.impressions[lo-1].took)}
}

// smoothing is how many impressions a smoothed rate adds to those that there were.
const smoothing = 10

// Rates are clicks and successes over impressions, with ten impressions added that had so many percent of each.
func (t Tally) Rates(clickPercent, successPercent float32) (clicks, successes float32) {
	n := float32(t.Impressions) + smoothing
	return (float32(t.Clicks) + clickPercent*smoothing/100) / n, (float32(t.Successes) + successPercent*smoothing/100) / n
}

// WriteRates writes past success in another way than smoothed. counts are the columns of lifetime counts: those from before the
// log, impressions, clicks; rates are the columns of clicks over impressions and, where there is a second, successes.
func WriteRates(as problem.Rates, had Tally, counts, rates []float32) {
	switch as {
	case problem.RawRates:
		clear(counts)
		n := max(float32(had.Impressions), 1)
		for k, took := range []int{had.Clicks, had.Successes}[:len(rates)] {
			rates[k] = float32(took) / n
		}
	case problem.CountsAlone:
		clear(rates)
	case problem.NoRates:
		clear(counts)
		clear(rates)
	}
}
