package study

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dryrun/casestudies"
	"dryrun/internal/report"
)

// measured is a prediction's metric under some settings.
type measured struct {
	settings map[string]string
	value    float64
}

// answer is what a prediction is judged by: the numbers that were measured for it, in order, and the result.
type answer struct {
	casestudies.Prediction
	measured []measured
	result   float64
}

// askedBlock sets each number that a prediction is judged by beside the settings that it was measured under, so that it stands on
// the page of the run and isn't mistaken for another number there.
func askedBlock(answers []answer) report.Block {
	b := report.Block{
		Kind: report.Table, Title: "What you were asked", Columns: []string{"question", "metric", "measured with", "value"},
	}
	var words []string
	for _, a := range answers {
		ask := report.Text(a.Ask)
		for _, m := range a.measured {
			b.Rows = append(b.Rows, report.Row{
				ask, report.Metric{ID: a.Metric}, report.Text(settingsWords(m.settings)), report.MetricValue(a.Metric, m.value),
			})
			ask = ""
		}
		said := fmt.Sprintf("%s with %s is %s", report.Metric{ID: a.Metric}, settingsWords(a.Set), result(a))
		if a.As != "" {
			b.Rows = append(b.Rows, report.Row{report.Text(""), report.Metric{ID: a.Metric}, report.Text(comparedWords(a)), result(a)})
			said = fmt.Sprintf("%s, %s, is %s", report.Metric{ID: a.Metric}, comparedWords(a), result(a))
		}
		words = append(words, said)
	}
	b.Alt = report.Join(words) + "."
	return b
}

// result is what the candidate's range is held against.
func result(a answer) report.Number {
	if a.As != "" {
		return report.Num(a.result)
	}
	return report.MetricValue(a.Metric, a.result)
}

// comparedWords says how the numbers were compared.
func comparedWords(a answer) string {
	if a.As == casestudies.AsShare {
		return fmt.Sprintf("share of the way from %s to %s", settingsWords(a.From), settingsWords(a.To))
	}
	return fmt.Sprintf("%s over %s", settingsWords(a.Set), settingsWords(a.To))
}

// settingsWords writes settings as people say them: "dim 8, engine exact".
func settingsWords(settings map[string]string) string {
	var words []string
	for _, id := range slices.Sorted(maps.Keys(settings)) {
		words = append(words, id+" "+settings[id])
	}
	if len(words) == 0 {
		return "the reference's settings"
	}
	return strings.Join(words, ", ")
}
