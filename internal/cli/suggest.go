package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns up to two of words that the user may have meant by word, nearest first; none where nothing is near.
func nearest(word string, words []string) []string {
	type hit struct {
		word string
		far  int
	}
	word = strings.ToLower(word)
	var hits []hit
	for _, w := range words {
		far := levenshtein.ComputeDistance(word, strings.ToLower(w))
		if far <= max(2, min(len(word), len(w))/3) && far < max(len(word), len(w)) {
			hits = append(hits, hit{w, far})
		} else if len(word) >= 2 && strings.HasPrefix(strings.ToLower(w), word) {
			hits = append(hits, hit{w, far})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.far, b.far) })
	var out []string
	for _, h := range hits[:min(2, len(hits))] {
		out = append(out, h.word)
	}
	return out
}
