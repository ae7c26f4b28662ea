package model

import (
	"fmt"
	"slices"
	"strings"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// The sentences of the report.

func curveAlt(series []report.Series) string {
	var words []string
	for _, s := range series {
		name := s.Name
		if !strings.HasSuffix(name, "loss") {
			name += " loss"
		}
		first, last, best := s.Y[0], s.Y[len(s.Y)-1], slices.Min(s.Y)
		goes := "falls"
		if last >= first {
			goes = "goes"
		}
		words = append(words, fmt.Sprintf("the %s %s from %s to %s, at best %s",
			name, goes, report.Num(first), report.Num(last), report.Num(best)))
	}
	return fmt.Sprintf("Over %d rounds %s.", len(series[0].Y), report.Join(words))
}

func modelsAlt(entries []contender, front []string, label string) string {
	var words []string
	for _, e := range entries {
		words = append(words, fmt.Sprintf("%s %s", e.id, report.Num(e.quality.Quality())))
	}
	return fmt.Sprintf("%s by model: %s; on the front of quality and time of their stage are %s.",
		label, report.Join(words), report.Join(front))
}

func frontAlt(models, front int) string {
	return fmt.Sprintf("Of %d models, %d are on the front: no other of their stage is both better and faster.", models, front)
}

func baselineHeadline(base contender, label string) string {
	return fmt.Sprintf("Nothing beats the baseline %s (%s %s)", base.id, label, report.Num(base.quality.Quality()))
}

func bestHeadline(best, base contender, gain metrics.Interval, label string) string {
	if gain.Lo <= 0 {
		return fmt.Sprintf("%s is best (%s %s), but not clearly better than %s (%s): %s", best.id, label, report.Num(best.quality.Quality()),
			base.id, report.Num(base.quality.Quality()), measure.Difference(gain))
	}
	return fmt.Sprintf("%s beats %s by %s of %s (%s) and takes %s a request",
		best.id, base.id, report.Num(gain.Mean), label, measure.Number(gain).Bounds(), measure.MS(best.millis))
}
