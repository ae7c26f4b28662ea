package data

import (
	"fmt"

	"dryrun/internal/lab/measure"
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

func sourcesAlt(t told) string {
	if t.best == "" {
		return "No source of negatives can be compared."
	}
	alt := fmt.Sprintf("From negatives that are %s the ranker reaches %s, from %s %s (%s); stage one's order alone is worth %s",
		t.best, report.Num(t.quality[t.best]), t.worst, report.Num(t.quality[t.worst]), measure.Difference(t.gain), report.Num(t.order))
	switch {
	case len(t.below) == len(t.quality):
		alt += ", clearly more than a ranker from any of these negatives"
	case len(t.below) > 0:
		alt += ", clearly more than a ranker from " + report.Join(t.below) + " negatives"
	case len(t.above) == 0:
		alt += ", and none of the rankers is clearly better or worse than that"
	}
	return alt + "."
}

func sourcesHeadline(t told) string {
	switch {
	case t.best == "":
		return "No source of negatives can be compared"
	case t.gain.Lo > 0:
		return fmt.Sprintf("Negatives decide what a ranker learns: %s reach %s, %s %s",
			t.best, report.Num(t.quality[t.best]), t.worst, report.Num(t.quality[t.worst]))
	}
	return fmt.Sprintf("Where the negatives come from makes no difference that these requests can tell: %s less %s is %s",
		t.best, t.worst, measure.Difference(t.gain))
}

func volumesAlt(few, quarter, all float64) string {
	return fmt.Sprintf("With 5%% of the past requests the ranker reaches %s, with a quarter %s, with all %s.",
		report.Num(few), report.Num(quarter), report.Num(all))
}

// historyAlt says which splits claim too much or too little as far as the intervals bear it out.
func historyAlt(claims, splits []string, said []metrics.Interval, judged metrics.Interval) string {
	alt := fmt.Sprintf("For the same stage one %s; on the judged requests its order is worth %s.",
		report.Join(claims), report.Num(judged.Mean))
	var high, low []string
	for i, split := range splits {
		switch {
		case said[i].Lo > judged.Hi:
			high = append(high, split)
		case said[i].Hi < judged.Lo:
			low = append(low, split)
		}
	}
	switch {
	case len(high) == 0 && len(low) == 0:
		return alt + " These requests can't tell any of the claims from that."
	case len(high) > 0:
		alt += " Clearly too much is claimed by " + report.Join(high) + "."
	}
	if len(low) > 0 {
		alt += " Clearly too little is claimed by " + report.Join(low) + "."
	}
	return alt
}

func photosAlt(claims []string, later float64) string {
	return fmt.Sprintf("The mean of one over the rank of a held-out photo's product: %s; later photos of products that nobody had "+
		"photographed before reach %s.", report.Join(claims), report.Num(later))
}

func historyHeadline(claims []string, judged float64) string {
	return fmt.Sprintf("The split decides what is claimed: %s; the judged requests say %s", report.Join(claims), report.Num(judged))
}

func ordersAlt(raw, weighted, people metrics.Interval) string {
	return fmt.Sprintf("Clicks as logged value the ranker's order at %s against today's, clicks weighted by position at %s; shown to people "+
		"it brings %s clicks.", report.Change(raw.Mean), report.Change(weighted.Mean), report.Change(people.Mean))
}
