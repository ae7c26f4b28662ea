package command

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns up to two of words that the user may have meant by word, nearest first, or none if nothing is near.
func Nearest(word string, words []string) []string {
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

// FindWord returns the element of words that equals word or, if only one does, the element that begins with it.
func FindWord(what, word string, words []string, next string) (string, error) {
	if slices.Contains(words, word) {
		return word, nil
	}
	var begin []string
	for _, w := range words {
		if word != "" && strings.HasPrefix(w, word) {
			begin = append(begin, w)
		}
	}
	switch len(begin) {
	case 1:
		return begin[0], nil
	case 0:
		return "", Misuse(Nearest(word, words), next, "unknown %s %q", what, word)
	}
	return "", Misuse(begin, next, "%s %q could be several", what, word)
}

// OneOf returns an error unless value is one of words; what names the flag or argument.
func OneOf(what, value string, words []string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return Misuse(Nearest(value, words), "", "%s takes %s, not %q", what, OrList(words), value)
}
