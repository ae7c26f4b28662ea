package sim

import (
	"math"
	"strings"
)

// Log1p is ln(1+x) as a feature.
func Log1p(x float64) float32 { return float32(math.Log1p(x)) }

// Indicator is a yes or no as a feature.
func Indicator(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// AndList joins words with commas and a final "and".
func AndList(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
