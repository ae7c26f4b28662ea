package evaluation

import (
	"fmt"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// The sentences of the report.

func offlineHeadline(measure string, quality report.Number) string {
	return fmt.Sprintf("Offline, %s is %s; this data can't say what people would do", measure, quality)
}

func offlineAlt(measures []string, positive string, threshold float64, chosen string) string {
	return fmt.Sprintf("Offline: %s. A positive is %s; F1 is at a chance of %s, %s; the chance is the ranker's score, calibrated on past "+
		"requests.", report.Join(measures), positive, report.Num(threshold), chosen)
}

func reliabilityAlt(top metrics.ReliabilityBin, off report.Number) string {
	verdict := "agree"
	switch {
	case top.Predicted < top.Observed.Lo:
		verdict = "are too low"
	case top.Predicted > top.Observed.Hi:
		verdict = "are too high"
	}
	return fmt.Sprintf("Over all tenths predicted and observed differ by %s on average; of the likeliest percent %s are predicted and %s "+
		"(%s to %s) observed: there the chances %s.", off, report.Share(top.Predicted), report.Share(top.Observed.Mean),
		report.Share(top.Observed.Lo), report.Share(top.Observed.Hi), verdict)
}

func slicesAlt(worst string, quality, over float64) string {
	return fmt.Sprintf("The worst slice is %s with %s against %s over all.", worst, report.Num(quality), report.Num(over))
}

func peekingAlt(share float64) string {
	return fmt.Sprintf("Looking every day makes %s of tests without a difference end as significant, instead of 5%%.", report.Share(share))
}

func peekingText(days int, share float64) string {
	return fmt.Sprintf("Looked at every day for %d days and stopped at the first significant one, %s of tests without any difference "+
		"end as a win or a loss, instead of 5%%.", days, report.Share(share))
}

func testTitle(days, traffic int) string {
	return fmt.Sprintf("A simulated test: %d days, %s requests a day and arm", days, report.Count(traffic))
}

func testAlt(goal string, onClicks, other metrics.Interval, units int, unit string) string {
	return fmt.Sprintf("Against today's system the ranker that learned logged clicks changes %s by %s and the other by %s; the same "+
		"people meet every arm, and intervals are over %d %s.", goal, measure.Lift(onClicks), measure.Lift(other), units, unit)
}

// testHeadline compares the ranker of clicks, which may win offline, with the other: their quality on logged clicks, and what
// they do to the goal. gap is the other's goal against that of the ranker of clicks, paired: online one of them wins only
// where it excludes 0.
func testHeadline(wins bool, clicks, other float64, goal string, onClicks, onOther, gap metrics.Interval) string {
	online := fmt.Sprintf("%s %s against %s", goal, report.Change(onClicks.Mean), report.Change(onOther.Mean))
	offline := fmt.Sprintf("%s against %s", report.Num(clicks), report.Num(other))
	switch {
	case !wins:
		return fmt.Sprintf("The ranker that learned logged clicks doesn't win even offline here (%s); %s", offline, online)
	case gap.Lo > 0:
		return fmt.Sprintf("One ranker wins offline on logged clicks (%s) and loses to the other online: %s", offline, online)
	case gap.Hi < 0:
		return "The ranker that wins offline on logged clicks also wins online here: " + online
	}
	return fmt.Sprintf("One ranker wins offline on logged clicks (%s); online this test can't tell the two apart: %s", offline, online)
}

func powerAlt(rate, effect, requests, people float64) string {
	return fmt.Sprintf("At a success rate of %s, seeing a lift of 5%% takes %s requests of %s people an arm: %s times as many "+
		"as if the requests of one person were independent.",
		report.Share(rate), report.Count(int(requests)), report.Count(int(people)), report.Num(effect))
}

func unitTitle(unit string) string {
	return "The same comparison with each " + unit + " in an arm at random"
}

func unitAlt(unit, goal string, truth, measured float64) string {
	return fmt.Sprintf("If everybody got the new ranker, %s would change by %s; a test that assigns each %s at random measures %s on "+
		"average.", goal, report.Change(truth), unit, report.Change(measured))
}

func sameArmsAlt(requests, people metrics.Interval) string {
	return fmt.Sprintf("Of tests in which both arms show the same, %s are significant at 5%% if requests are taken for independent, and "+
		"%s by person.", report.Share(requests.Mean), report.Share(people.Mean))
}

func sameArmsText(requests, people metrics.Interval) string {
	return fmt.Sprintf("The people of today's arm were split in two at random %d times. Where each request counted as independent, %s "+
		"(%s to %s) of the comparisons came out significant at 5%%; by person, the unit that was split, %s (%s to %s).",
		splits, report.Share(requests.Mean), report.Share(requests.Lo), report.Share(requests.Hi),
		report.Share(people.Mean), report.Share(people.Lo), report.Share(people.Hi))
}

func stopAlt(rule string, days int, share float64) string {
	words := map[string]string{
		"fixed":             fmt.Sprintf("ended after %d days and not before", days),
		"first-significant": "ended at the first significant day",
		"two-days":          "run on everybody and ended after two days",
	}
	return fmt.Sprintf("Of changes whose only effect is that they are new, %s come out as significant in a test that is %s. It is "+
		"assumed that being new moves the measure by 5%% on the first day, and that half of that is gone every two days.",
		report.Share(share), words[rule])
}

func judgedAlt(word, goal string, agreement, regret float64) string {
	return fmt.Sprintf("Judged by %s, the offline test orders %s of the pairs of rankers as people do; launching the one that is best "+
		"offline would lose %s of what the best one brings by %s.", word, report.Share(agreement), report.Share(regret), goal)
}
