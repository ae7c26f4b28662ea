package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Near returns up to three of the words that text may have meant, nearest first.
func Near(text string, words []string) []string {
	type hit struct {
		word string
		far  int
	}
	var hits []hit
	for _, w := range words {
		far := levenshtein.ComputeDistance(strings.ToLower(text), w)
		if far <= max(2, (len(w)+1)/2) || (len(text) > 1 && strings.HasPrefix(w, strings.ToLower(text))) {
			hits = append(hits, hit{w, far})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.far, b.far) })
	var out []string
	for _, h := range hits[:min(3, len(hits))] {
		out = append(out, h.word)
	}
	return out
}
