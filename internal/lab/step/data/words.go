package data

import (
	"fmt"

	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// The sentences of the report.

func tailAlt(n int, what string, items int, without, top float64) string {
	return fmt.Sprintf("There are %s %s of %s items; %s of items have none, and the 1%% with most took %s.",
		report.Count(n), what, report.Count(items), report.Share(without), report.Share(top))
}

func positionsAlt(ratio float64) string {
	return fmt.Sprintf("As logged, the first position is clicked %s times as often as the tenth.", report.Num(ratio))
}

func correctedAlt(ratio, corrected float64) string {
	return fmt.Sprintf("As logged, the first position is clicked %s times as often as the tenth; with each click weighted by how often its "+
		"position is looked at, %s times.", report.Num(ratio), report.Num(corrected))
}

func positionsHeadline(ratio, propensity float64) string {
	return fmt.Sprintf("The first position is clicked %s times as often as the tenth; position alone would make it %s times",
		report.Num(ratio), report.Num(propensity))
}

func sourcesAlt(c comparison) string {
	alt := fmt.Sprintf("From negatives that are %s the ranker learns most (%s), from %s least (%s); stage one's order alone is worth %s",
		c.best, report.Num(c.values[c.best]), c.worst, report.Num(c.values[c.worst]), report.Num(c.order))
	if len(c.below) > 0 && len(c.below) < len(c.values) {
		alt += fmt.Sprintf(", so %s negatives reverse which is better, a ranker or none", report.Join(c.below))
	}
	return alt + "."
}

func sourcesHeadline(c comparison) string {
	return fmt.Sprintf("Negatives decide what a ranker learns: %s reach %s, %s %s",
		c.best, report.Num(c.values[c.best]), c.worst, report.Num(c.values[c.worst]))
}

func volumesAlt(few, quarter, all float64) string {
	return fmt.Sprintf("With 5%% of the past requests the ranker reaches %s, with a quarter %s, with all %s.",
		report.Num(few), report.Num(quarter), report.Num(all))
}

func historyAlt(claims []string, judged float64) string {
	return fmt.Sprintf("For the same stage one %s; on the judged requests its order is worth %s. At random, what a user did next helps to "+
		"find what was held out; by time it doesn't.", report.Join(claims), report.Num(judged))
}

func historyHeadline(claims []string, judged float64) string {
	return fmt.Sprintf("The split decides what is claimed: %s; the judged requests say %s", report.Join(claims), report.Num(judged))
}

func ordersAlt(raw, weighted, people metrics.Interval) string {
	return fmt.Sprintf("Clicks as logged value the ranker's order at %s against today's, clicks weighted by position at %s; shown to people "+
		"it brings %s clicks.", report.Change(raw.Mean), report.Change(weighted.Mean), report.Change(people.Mean))
}
