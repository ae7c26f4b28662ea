package report

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Number is an amount for people. Its String method is the only place where a number of a report becomes text: cells of
// a block, prose of an experiment, metrics and ranges all follow the same rules.
type Number struct {
	Value float64
	// Unit follows the amount: "ms", "%", "/s"; "" for a plain number.
	Unit string
	// Signed adds a plus to a value that isn't negative, for a difference or a change.
	Signed bool
	// Lo and Hi are the bounds of the 95% interval, if HasInterval is true.
	Lo, Hi      float64
	HasInterval bool
}

// Num is a plain number.
func Num(v float64) Number { return Number{Value: v} }

// Count is a whole number.
func Count(n int) Number { return Number{Value: float64(n)} }

// Amount is a number with a unit.
func Amount(v float64, unit string) Number { return Number{Value: v, Unit: unit} }

// Share is a share as a percentage: 0.982 is 98.2%.
func Share(v float64) Number { return Number{Value: 100 * v, Unit: "%"} }

// Change is a relative change as a signed percentage: 0.056 is +5.6%.
func Change(v float64) Number { return Number{Value: 100 * v, Unit: "%", Signed: true} }

// ofFour is the unit of a rubric's score.
const ofFour = "of 4"

// Score is a rubric's score, from 0 to 4 and to a tenth.
func Score(v float64) Number { return Amount(v, ofFour) }

// End is the end of the scale that the number is on, 0 where it is on none.
func (n Number) End() float64 {
	if n.Unit == ofFour {
		return 4
	}
	return 0
}

// Difference is a signed number.
func Difference(v float64) Number { return Number{Value: v, Signed: true} }

// WithInterval adds the bounds of an interval, in the number's own unit, unless one of them isn't finite or it has no width: then
// every resample gave the same value, which says nothing of what another sample would give.
func (n Number) WithInterval(lo, hi float64) Number {
	if isFinite(lo) && isFinite(hi) && lo < hi {
		n.Lo, n.Hi, n.HasInterval = lo, hi, true
	}
	return n
}

// Interval is a number with its interval.
func Interval(v, lo, hi float64) Number { return Num(v).WithInterval(lo, hi) }

// String writes three significant digits after a leading zero or unit, thousands apart, and the interval in parentheses:
// 0.982, 1.96 ms, 208,000, +5.6% (+1.2% to +9.9%).
func (n Number) String() string {
	text := n.write(n.Value)
	if n.HasInterval {
		text += " (" + n.Bounds() + ")"
	}
	return text
}

// Bounds writes the interval alone: 0.731 to 0.753. It is "" if there is none.
func (n Number) Bounds() string {
	if !n.HasInterval {
		return ""
	}
	return n.write(n.Lo) + " to " + n.write(n.Hi)
}

// write formats one value in the number's unit.
func (n Number) write(v float64) string {
	if math.IsNaN(v) {
		return string(missingCell)
	}
	text := withUnit(v, n.Unit)
	a := math.Abs(v)
	if n.Signed && n.Unit == "" && (a >= 0.0005 && a < 0.9995 || a == 0 && n.HasInterval) {
		text = strconv.FormatFloat(v, 'f', 3, 64) // read beside its bounds, so with their decimals
	}
	if n.Signed && !math.Signbit(v) {
		text = "+" + text
	}
	return text
}

// IsFinite says whether the value can be drawn.
func (n Number) IsFinite() bool { return isFinite(n.Value) }

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// MarshalJSON writes the value alone: the interval is written by the row.
func (n Number) MarshalJSON() ([]byte, error) { return json.Marshal(n.Value) }

// plain writes a number without a unit.
func plain(v float64) string {
	a := math.Abs(v)
	switch {
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

// significant keeps n significant digits without an exponent and without trailing zeros: 0.0431, 0.00042. Shares of 0.01
// and more keep three decimals, as their neighbors above 0.1 have.
func significant(v float64, n int) string {
	if n > 2 && math.Abs(v) >= 0.01 {
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	decimals := n - 1 - int(math.Floor(math.Log10(math.Abs(v))))
	return strings.TrimRight(strconv.FormatFloat(v, 'f', decimals, 64), "0")
}

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

// withUnit adds the unit to the number: 1.96 ms, 0.31 ms, 98.2%. An amount with a unit needs no third decimal, a
// percentage no second; ten seconds and more aren't milliseconds to anybody.
func withUnit(v float64, unit string) string {
	a := math.Abs(v)
	switch {
	case unit == "":
		return plain(v)
	case unit == "/s":
		return plain(v) + unit
	case unit == ofFour:
		return strconv.FormatFloat(v, 'f', 1, 64) + " " + unit
	case unit == "%" && a < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64) + unit
	case unit == "%":
		return plain(v) + unit
	case unit == "ms" && a >= 9950:
		return withUnit(v/1000, "s")
	case a >= 0.0995 && a < 0.995:
		return strconv.FormatFloat(v, 'f', 2, 64) + " " + unit
	case a > 1e-6 && a < 0.0995:
		return significant(v, 2) + " " + unit
	}
	return plain(v) + " " + unit
}

// IsMeasure says whether a unit follows each number. Any other unit ("items", "ndcg_at_10") says what is counted and appears
// once, in the title.
func IsMeasure(unit string) bool {
	switch unit {
	case "ms", "s", "us", "MB", "GB", "%", "days", "times":
		return true
	}
	return false
}

// MetricValue is the value of a metric or timing, in the unit that its id ends in.
func MetricValue(id string, v float64) Number {
	base, _, _ := strings.Cut(id, ".")
	for _, bound := range []string{"_lo", "_hi"} {
		base = strings.TrimSuffix(base, bound)
	}
	switch {
	case strings.HasSuffix(base, "_ms"):
		return Amount(v, "ms")
	case strings.HasSuffix(base, "_mb"):
		return Amount(v, "MB")
	case strings.HasSuffix(base, "_per_s"):
		return Amount(v, "/s")
	case strings.HasSuffix(base, "_s"):
		return Amount(v, "s")
	case strings.HasSuffix(base, "_lift"):
		return Change(v)
	case strings.HasSuffix(base, "_days"):
		return Amount(v, "days")
	case base == "speedup":
		return Amount(v, "times")
	}
	return Num(v)
}

// MetricRange writes two values of a metric as a person typed them, with one unit: "0.8 to 0.95 times".
func MetricRange(id string, low, high float64) string {
	n := MetricValue(id, high)
	if n.Signed { // a change is typed as a share and read as a percentage
		return MetricValue(id, low).String() + " to " + n.String()
	}
	unit := n.Unit
	if unit != "" && unit[0] != '/' {
		unit = " " + unit
	}
	return asTyped(low) + " to " + asTyped(high) + unit
}

// asTyped writes a number as people type it: all of its digits if they are few, without trailing zeros.
func asTyped(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if v == math.Trunc(v) || len(s) > 10 {
		return plain(v)
	}
	return s
}

// Ordinal writes 1st, 2nd, 431st.
func Ordinal(n int) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return fmt.Sprint(Count(n), end)
}

// Join writes a list: a, b and c.
func Join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
