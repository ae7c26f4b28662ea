package features

import (
	"fmt"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// The sentences of the report.

func encoderHeadline(encoder string, recall float64) string {
	return fmt.Sprintf("Under the encoder %s stage one finds %s of the positives", encoder, report.Share(recall))
}

func ablationTitle(requests int) string {
	return fmt.Sprintf("Without each group of features, %d requests, at most %d trees each", requests, ablationTrees)
}

func ablationAlt(most, absent *ablated, quality string) string {
	alt := fmt.Sprintf("The ranker loses most without %s (%s of %s)", most.group.ID, measure.Number(most.loss), quality)
	if absent != nil {
		alt += fmt.Sprintf("; a group that arrives as zeros at serving costs %s for %s", measure.Number(absent.absent), absent.group.ID)
	}
	return alt + "."
}

// ablationHeadline says what a group is worth only where its interval does.
func ablationHeadline(most, absent *ablated, quality string) string {
	head := fmt.Sprintf("Without %s the ranker loses %s of %s", most.group.ID, measure.Number(most.loss), quality)
	if !(most.loss.Lo > 0) {
		head = fmt.Sprintf("No group alone is missed by more than these requests can tell (%s: %s of %s)",
			most.group.ID, measure.Difference(most.loss), quality)
	}
	if absent.absent.Lo > 0 {
		return head + fmt.Sprintf("; %s arriving as zeros at serving would cost %s", absent.group.ID, measure.Number(absent.absent))
	}
	return head + "; no group that arrives as zeros at serving costs more than they can tell"
}

func offlineAlt(a *ablated, quality string) string {
	return fmt.Sprintf("Offline %s seems worth %s of %s; served without it, the ranker that learned from it loses %s.",
		a.group.ID, report.Difference(a.loss.Mean), quality, report.Num(a.absent.Mean))
}

func offlineText(a *ablated) string {
	columns := fmt.Sprintf("the group %s (%s)", a.group.ID, report.Join(a.group.Columns))
	var gain string
	switch {
	case a.loss.Lo > 0:
		gain = fmt.Sprintf("With %s the ranker gains %s on the test requests, because the old system answered those too.",
			columns, measure.Number(a.loss))
	case a.loss.Hi < 0:
		gain = fmt.Sprintf("With %s the ranker is worse by %s even on the test requests, which the old system answered too.",
			columns, report.Num(-a.loss.Mean).WithInterval(-a.loss.Hi, -a.loss.Lo))
	default:
		gain = fmt.Sprintf("What %s is worth on the test requests, which the old system answered too, these requests can't tell (%s).",
			columns, measure.Difference(a.loss))
	}
	loss := fmt.Sprintf("A live request never met the old system, so the group is missing there: the same ranker then loses %s against "+
		"having it, which leaves it %s one that never learned from it.", measure.Number(a.absent), against(a.loss.Mean-a.absent.Mean))
	return gain + " " + loss + " The reference therefore leaves the group out; features=all puts it in."
}

// against says where a difference leaves something: 0.042 below.
func against(difference float64) string {
	if difference < 0 {
		return fmt.Sprintf("%s below", report.Num(-difference))
	}
	return fmt.Sprintf("%s above", report.Num(difference))
}

func nearestTitle(pictures int) string {
	return fmt.Sprintf("Five nearest neighbors, five folds of %d pictures", pictures)
}

func nearestAlt(raw, pca, learned float64, gain metrics.Interval) string {
	return fmt.Sprintf("Five nearest neighbors name the right class for %s of pictures by raw thumbnails, %s by principal components and "+
		"%s by the learned embedding, a gain of %s.", report.Share(raw), report.Share(pca), report.Share(learned), measure.Difference(gain))
}

func nearestHeadline(raw, learned float64, gain metrics.Interval) string {
	verb := "beats"
	if gain.Lo <= 0 {
		verb = "doesn't clearly beat"
	}
	return fmt.Sprintf("The learned embedding %s raw thumbnails: %s against %s of pictures get the right class from their five neighbors",
		verb, report.Share(learned), report.Share(raw))
}
