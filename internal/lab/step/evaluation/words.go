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

func offlineAlt(measures []string) string {
	const chance = "The chance of relevance is the ranker's score, calibrated on past requests."
	return fmt.Sprintf("Offline: %s. %s", report.Join(measures), chance)
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

func testAlt(onClicks, onGrades metrics.Interval, units int, unit string) string {
	return fmt.Sprintf("Against today's system the ranker that learned logged clicks changes revenue by %s and the one that learned "+
		"judged grades by %s; the same people meet every arm, and intervals are over %d %s.",
		measure.Lift(onClicks), measure.Lift(onGrades), units, unit)
}

// testHeadline compares the ranker of clicks, which may win offline, with that of grades: their quality on logged clicks, and
// what they do to revenue.
func testHeadline(wins bool, clicks, grades, revenueClicks, revenueGrades float64) string {
	online := fmt.Sprintf("revenue %s against %s", report.Change(revenueClicks), report.Change(revenueGrades))
	offline := fmt.Sprintf("%s against %s", report.Num(clicks), report.Num(grades))
	switch {
	case wins && revenueClicks < revenueGrades:
		return fmt.Sprintf("One ranker wins offline on logged clicks (%s) and loses to the other online: %s", offline, online)
	case wins:
		return "The ranker that wins offline on logged clicks also wins online here: " + online
	}
	return fmt.Sprintf("The ranker that learned logged clicks doesn't win even offline here (%s); %s", offline, online)
}

func powerAlt(rate, requests float64) string {
	return fmt.Sprintf("At a success rate of %s, seeing a lift of 5%% takes %s requests an arm.",
		report.Share(rate), report.Count(int(requests)))
}
