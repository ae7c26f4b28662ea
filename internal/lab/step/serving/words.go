package serving

import (
	"fmt"
	"math"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// The sentences of the report.

func loadHeadline(load, p99, service float64) string {
	return fmt.Sprintf("At %s of capacity a request's p99 is %s, %s times the mean time that one takes without a queue",
		report.Share(load), measure.MS(p99), report.Num(p99/service))
}

func loadAlt(at10, at60, at95 float64) string {
	return fmt.Sprintf("The p99 is %s at a load of 10%%, %s at 60%%, and %s at 95%%.", measure.MS(at10), measure.MS(at60), measure.MS(at95))
}

func batchAlt(coverage float64) string {
	return fmt.Sprintf("Computed ahead, answers would be there for %s of the requests and %d hours old on average.",
		report.Share(coverage), batchHours/2)
}

func batchText(coverage, cache, hits, age float64) string {
	batch := fmt.Sprintf("Computed every %d hours, answers would be %d hours old on average and would be there for %s of the requests",
		batchHours, batchHours/2, report.Share(coverage))
	cached := fmt.Sprintf("a cache of %s of %s distinct requests, asked by Zipf's law, answers %s of a day's requests, %s hours old "+
		"on average.", report.Share(cache), report.Count(distinctRequests), report.Share(hits), report.Num(age))
	return batch + "; " + cached
}

// Why an index isn't changed.
const (
	rebuiltOnly = "this engine is rebuilt here; it doesn't change in place"
	tooFewItems = "there are too few items for some of them to come and go"
)

// gapWords says what the interval of a difference in recall bears out, and no more.
func gapWords(gap metrics.Interval) string {
	switch {
	case gap.Hi < 0:
		return fmt.Sprintf("%s less than an index built at once", report.Num(-gap.Mean))
	case gap.Lo > 0:
		return fmt.Sprintf("%s more than an index built at once", report.Num(gap.Mean))
	}
	return "no difference that this run can tell from an index built at once"
}

func changesAlt(items int, recall, gap metrics.Interval, returned int) string {
	deleted := "no deleted item was returned"
	if returned > 0 {
		deleted = fmt.Sprintf("deleted items were returned %s times", report.Count(returned))
	}
	return fmt.Sprintf("After %s inserts and as many deletes under requests, the index finds %s of what a scan finds, %s, and %s.",
		report.Count(items), report.Share(recall.Mean), gapWords(gap), deleted)
}

func noAlarm() string {
	return fmt.Sprintf("no alarm in the %d days in which the requests drifted", monthDays-driftStart)
}

func movedAlt(feature string, psi, ks float64) string {
	return fmt.Sprintf("%s drifted most, with a PSI of %s and a KS distance of %s.", feature, report.Num(psi), report.Num(ks))
}

func daysAlt(reported map[string]float64) string {
	delay := "no alarm rings"
	if v, ok := reported["alarm_delay_days"]; ok {
		delay = fmt.Sprintf("the alarm rings on the %s day of it", report.Ordinal(int(v)))
	}
	return fmt.Sprintf("Requests begin to drift on day %d; %s, at the price of %s false alarms a month.",
		driftStart+1, delay, report.Num(reported["false_alarms_per_month"]))
}

// changed says what the interval of a loss bears out.
func changed(was, is float64, loss metrics.Interval) string {
	switch {
	case loss.Lo > 0:
		return fmt.Sprintf("falls from %s to %s", report.Num(was), report.Num(is))
	case loss.Hi < 0:
		return fmt.Sprintf("rises from %s to %s", report.Num(was), report.Num(is))
	}
	return fmt.Sprintf("is %s after %s, no difference that this run can tell", report.Num(is), report.Num(was))
}

func qualityAlt(was, is float64, loss metrics.Interval) string {
	return "On drifted requests quality " + changed(was, is, loss)
}

func retrainedAlt(quality float64, gain metrics.Interval) string {
	brings := fmt.Sprintf("bring it to %s", report.Num(quality))
	if gain.Lo <= 0 && gain.Hi >= 0 {
		brings = fmt.Sprintf("make no difference that this run can tell (%s)", report.Num(quality))
	}
	return "; encoder, index and ranker trained again on drifted requests " + brings
}

// monthHeadline says what the month did; alarm is the day after the start of the drift, from 0, or negative.
func monthHeadline(load, p99, was, is float64, loss metrics.Interval, alarm int) string {
	when := "and no alarm rings"
	if alarm >= 0 {
		when = fmt.Sprintf("and the alarm rings on the %s day", report.Ordinal(alarm+1))
	}
	return fmt.Sprintf("At %s of capacity a request's p99 is %s; when the requests drift, quality %s %s",
		report.Share(load), measure.MS(p99), changed(was, is, loss), when)
}

func noLoss(was, is float64) string {
	return fmt.Sprintf("Quality didn't fall: it was %s and is %s.", report.Num(was), report.Num(is))
}

func canaryAlt(n float64) string {
	return fmt.Sprintf("A canary shows this loss after about %s judged requests on each side.", report.Count(int(math.Ceil(n))))
}

func canaryText(loss, std, n float64) string {
	shows := fmt.Sprintf("A loss of %s with a standard deviation of %s between requests shows in a canary after about %s judged "+
		"requests on each side (two means, 80%% power at 5%%).", report.Num(loss), report.Num(std), report.Count(int(math.Ceil(n))))
	return shows + " Rolling back is moving an alias to the encoder, index and ranker of one version, together."
}

func freshAlt(mode string, success, age, made float64) string {
	words := map[string]string{"online": "at the load", "hourly": "at each full hour", "batch": "at midnight"}
	return fmt.Sprintf("Computed %s, a page load brings %s successes; its page is %s hours old, and %s pages are computed for each one shown.",
		words[mode], report.Num(success), report.Num(age), report.Num(made))
}

func switchAlt(how string, recall, before, mb float64) string {
	words := map[string]string{
		"both":        "a second index that nobody searches before it is full",
		"query-first": "the new version for requests while the index holds the old one",
		"in-place":    "the new vectors written over the old ones",
	}
	return fmt.Sprintf("Halfway through a change of the encoder, with %s, stage one finds %s of the positives instead of %s, with "+
		"%s MB of vectors.",
		words[how], report.Share(recall), report.Share(before), report.Num(mb))
}

func exploreAlt(way string, kept float64, cost metrics.Interval) string {
	words := map[string]string{
		"none":     "Without exploration",
		"reserved": "With one slot of each page for a new item at random",
		"random":   "With one page in twenty at random",
	}
	price := "the cost is less than this run can tell"
	if cost.Lo > 0 {
		price = fmt.Sprintf("it costs %s successes a visit", report.Num(cost.Mean))
	}
	if way == "none" {
		price = "it costs nothing"
	}
	return fmt.Sprintf("%s, %s of the new items get the %d impressions that they were promised; %s.",
		words[way], report.Share(kept), promised, price)
}
