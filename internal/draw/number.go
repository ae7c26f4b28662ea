package draw

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"dryrun/internal/report"
)

// Number formats a value once for all faces: three significant digits after a leading zero or unit, thousands apart,
// no noise: 0.982, 1.96, 12.4, 208, 208,000.
func Number(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return "not a number"
	case math.IsInf(v, 1):
		return "infinite"
	case math.IsInf(v, -1):
		return "-infinite"
	case v == math.Trunc(v) && a < 1e15:
		return group(strconv.FormatFloat(v, 'f', 0, 64))
	case a >= 1e15 || a < 1e-6:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case a < 0.0995:
		return significant(v, 3)
	case a < 0.9995:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case a < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return group(strconv.FormatFloat(v, 'f', 0, 64))
}

// significant keeps n significant digits without an exponent and without trailing noughts: 0.0431, 0.00042. Shares of
// 0.01 and more keep three decimals, as their neighbours above 0.1 have.
func significant(v float64, n int) string {
	if n > 2 && math.Abs(v) >= 0.01 {
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	decimals := n - 1 - int(math.Floor(math.Log10(math.Abs(v))))
	return strings.TrimRight(strconv.FormatFloat(v, 'f', decimals, 64), "0")
}

// Count formats a whole number with thousands apart.
func Count(n int) string { return group(strconv.Itoa(n)) }

// group puts a comma between thousands of a decimal whole number.
func group(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if digits == "0" {
		return "0"
	}
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}

// Percent formats a share as a signed change in percent: +5.6%.
func Percent(share float64) string { return fmt.Sprintf("%+.1f%%", 100*share) }

// WithUnit puts a unit beside a number: 1.96 ms, 0.31 ms, -1.9%. An amount with a unit needs no third decimal, a percentage
// no second.
func WithUnit(v float64, unit string) string {
	a := math.Abs(v)
	switch {
	case !isMeasure(unit):
		return Number(v)
	case unit == "%" && a < 99.95 && v != math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 1, 64) + "%"
	case unit == "%":
		return Number(v) + "%"
	case a >= 0.0995 && a < 0.995:
		return strconv.FormatFloat(v, 'f', 2, 64) + " " + unit
	case a > 1e-6 && a < 0.0995:
		return significant(v, 2) + " " + unit
	}
	return Number(v) + " " + unit
}

// isMeasure says whether a unit stands beside each number; another ("items", "ndcg_at_10") says what is counted, and is
// said once, beside the title.
func isMeasure(unit string) bool {
	switch unit {
	case "ms", "s", "us", "MB", "GB", "%", "days", "times":
		return true
	}
	return false
}

// titleOf is a block's title, with what it counts.
func titleOf(b report.Block) string {
	title := clean(b.Title)
	if b.Unit == "" || isMeasure(b.Unit) {
		return title
	}
	return strings.TrimPrefix(title+", "+MetricName(clean(b.Unit)), ", ")
}

// Metric formats the value of a metric or timing by the unit that its id ends in.
func Metric(id string, v float64) string {
	base, _, _ := strings.Cut(id, ".")
	for _, bound := range []string{"_lo", "_hi"} {
		base = strings.TrimSuffix(base, bound)
	}
	switch {
	case strings.HasSuffix(base, "_ms"):
		return WithUnit(v, "ms")
	case strings.HasSuffix(base, "_mb"):
		return WithUnit(v, "MB")
	case strings.HasSuffix(base, "_per_s"):
		return Number(v) + "/s"
	case strings.HasSuffix(base, "_s"):
		return WithUnit(v, "s")
	case strings.HasSuffix(base, "_lift"):
		return Percent(v)
	case strings.HasSuffix(base, "_days"):
		return WithUnit(v, "days")
	case base == "speedup":
		return Number(v) + " times"
	}
	return Number(v)
}

// MetricRange writes two values of a metric, as somebody typed them, with their unit once: "0.8 to 0.95 times".
func MetricRange(id string, low, high float64) string {
	base, _, _ := strings.Cut(id, ".")
	if strings.HasSuffix(base, "_lift") {
		return Percent(low) + " to " + Percent(high)
	}
	_, unit, _ := strings.Cut(Metric(id, high), " ")
	return strings.TrimRight(typed(low)+" to "+typed(high)+" "+unit, " ")
}

// typed writes a number as people type it: all of its digits where they are few, and no noughts behind them.
func typed(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if v == math.Trunc(v) || len(s) > 10 {
		return Number(v)
	}
	return s
}

// acronym writes a part of a metric id as the field writes it.
func acronym(w string) string {
	switch w {
	case "ndcg", "mrr", "auc", "pr", "f1", "eer", "tar", "far", "mae", "ctr", "psi", "ks", "hnsw", "als", "qps", "pca":
		return strings.ToUpper(w)
	case "map":
		return "mAP"
	case "stage1":
		return "stage 1"
	case "stage2":
		return "stage 2"
	}
	return w
}

// MetricName writes a metric's id for people: ndcg_at_10.als becomes "NDCG@10, ALS". Units that the value carries go.
func MetricName(id string) string {
	base, variant, _ := strings.Cut(id, ".")
	for _, unit := range []string{"_ms", "_mb", "_per_s", "_s"} {
		base = strings.TrimSuffix(base, unit)
	}
	name := strings.ReplaceAll(words(base), " at k", "@K")
	name = strings.ReplaceAll(name, " at ", "@")
	if variant != "" {
		name += ", " + words(variant)
	}
	return name
}

func words(id string) string {
	parts := strings.Split(id, "_")
	for i, w := range parts {
		parts[i] = acronym(w)
	}
	return strings.Join(parts, " ")
}

// cell writes a table cell or knob value, which is a string or a number; JSON gives every number as float64.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return sentence(v)
	case int:
		return Count(v)
	case int64:
		return Count(int(v))
	case float64:
		return Number(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return clean(fmt.Sprint(v))
}

// number reads a cell as a number; ok is false for text.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

// amount is a cell as a number, 0 where it isn't one.
func amount(v any) float64 {
	x, ok := number(v)
	if !ok {
		return 0
	}
	return x
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
