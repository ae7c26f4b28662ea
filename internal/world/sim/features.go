package sim

import (
	"math"
	"strings"
)

func Log1p(x float64) float32 { return float32(math.Log1p(x)) }

func Indicator(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// AndList lists words as a sentence does.
func AndList(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
