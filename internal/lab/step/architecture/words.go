package architecture

import (
	"fmt"
	"slices"

	"dryrun/internal/lab/measure"
	"dryrun/internal/report"
)

// The sentences of the report.

// words says what the interval bears out, and no more.
func (g gap) words(quality string, k, items int) string {
	verdict := "can't be distinguished from"
	switch {
	case g.Hi < 0:
		verdict = "lose against"
	case g.Lo > 0:
		verdict = "do better than"
	}
	return fmt.Sprintf("With %s of %s items ranked, two stages %s ranking everything: %s %s on %d requests",
		report.Count(k), report.Count(items), verdict, quality, measure.Difference(g.Interval), g.n)
}

func ceilingHeadline(recall float64, k int, loss float64, label string) string {
	return fmt.Sprintf("Stage one finds %s of the positives among %d candidates; a perfect ranker would still lose %s of %s",
		report.Share(recall), k, report.Num(loss), label)
}

func funnelAlt(items, k, top int, recall, quality string) string {
	return fmt.Sprintf("%s items become %d candidates after stage one (%s) and %d after stage two (%s).",
		report.Count(items), k, recall, top, quality)
}

func waterfallAlt(budget, measured, together, assumed, left float64) string {
	return fmt.Sprintf("Of a p99 of %s, the p99s of the encoder and of both stages here add up to at most %s (a whole request's is %s), "+
		"the assumed parts take %s, and %s are left.",
		measure.MS(budget), measure.MS(measured), measure.MS(together), measure.MS(assumed), measure.MS(left))
}

func recallAlt(s report.Series) string {
	through, last := "", len(s.X)-1
	if at := slices.Index(s.X, 10); at >= 0 && at < last {
		through = fmt.Sprintf("through %s at K = 10 ", report.Num(s.Y[at]))
	}
	return fmt.Sprintf("Stage one's recall grows from %s at K = 1 %sto %s at K = %.0f.",
		report.Num(s.Y[0]), through, report.Num(s.Y[last]), s.X[last])
}

func everythingAlt(g gap, two, all float64, items int) string {
	return fmt.Sprintf("On %d requests two stages reach %s against %s when all %s items are ranked, a difference of %s.",
		g.n, report.Num(two), report.Num(all), report.Count(items), measure.Difference(g.Interval))
}

func missedAlt(missed, requests int, example report.Cell) string {
	return fmt.Sprintf("Stage one finds no positive for %d of %d requests; look into one by x-ray, for instance number %s.",
		missed, requests, example)
}

func filterAlt(place string, filled, dead float64) string {
	words := map[string]string{
		"inside": "inside the search and once more after it",
		"index":  "from the index at night and nowhere else",
		"after":  "after the search",
		"page":   "where the page is drawn",
	}
	return fmt.Sprintf("With %s of the items gone before the index was built and %s since, and dropped %s, %s of the page's slots hold an "+
		"item that can be had, and %s of what is shown can't be.",
		report.Share(goneBefore), report.Share(goneSince), words[place], report.Share(filled), report.Share(dead))
}

func mergeAlt(way string, merged, alone float64, own string) string {
	words := map[string]string{
		"quotas": "quotas and one light ranker over all of them",
		"turns":  "taking turns",
		"scores": "their own scores, each on a scale of its own",
	}
	return fmt.Sprintf("Merged by %s, the candidates of several generators hold %s of the positives; %s alone has %s.",
		words[way], report.Share(merged), own, report.Share(alone))
}
