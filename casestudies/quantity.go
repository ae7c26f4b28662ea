package casestudies

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// says reports whether a text has the number x, in digits or in words: 200 million, 5,000, 40 ms, 3% for 3 or 0.03, forty,
// a third.
func says(text string, x float64) bool {
	same := func(y float64) bool { return math.Abs(x-y) <= 1e-9*math.Max(math.Abs(x), math.Abs(y)) }
	words := quantityWords(text)
	for i, w := range words {
		y, ok := quantity(w)
		if !ok {
			continue
		}
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		if times, ok := magnitudeOf(next); ok {
			y *= times
		}
		if same(y) || (strings.HasSuffix(w, "%") || next == "percent") && same(y/100) {
			return true
		}
	}
	return false
}

// quantityWords splits a text at everything that isn't part of a number or a word: "40ms" is 40 and ms.
func quantityWords(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ',' && r != '.' && r != '%'
	}) {
		w = strings.Trim(w, ",.")
		cut := strings.IndexFunc(w, unicode.IsLetter)
		if cut > 0 {
			out = append(out, strings.Trim(w[:cut], ",."), w[cut:])
			continue
		}
		out = append(out, w)
	}
	return out
}

func magnitudeOf(word string) (float64, bool) {
	switch word {
	case "k":
		return 1e3, true
	case "m":
		return 1e6, true
	case "b", "bn":
		return 1e9, true
	}
	for _, m := range magnitudes() {
		if word == m.word {
			return m.times, true
		}
	}
	return 0, false
}

// quantity reads a number in digits or as a word.
func quantity(word string) (float64, bool) {
	if x, err := strconv.ParseFloat(strings.TrimSuffix(strings.ReplaceAll(word, ",", ""), "%"), 64); err == nil {
		return x, true
	}
	switch word {
	case "half":
		return 1. / 2, true
	case "third":
		return 1. / 3, true
	case "quarter":
		return 1. / 4, true
	case "hundred":
		return 100, true
	}
	small := strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
		"seventeen eighteen nineteen")
	for i, name := range small {
		if word == name {
			return float64(i), true
		}
	}
	for i, name := range strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety") {
		if word == name {
			return float64(20 + 10*i), true
		}
	}
	return 0, false
}
