// Package spell finds the known words that a typed word means: itself, those that begin with it, or the nearest by Levenshtein's
// edit distance. Case files, knobs, the command line and plain mode all use these rules.
package spell

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Match returns the known words that word names: word itself if it is known, or else every known word that begins with it.
func Match(word string, known []string) []string {
	if slices.Contains(known, word) {
		return []string{word}
	}
	var begin []string
	for _, k := range known {
		if word != "" && strings.HasPrefix(k, word) {
			begin = append(begin, k)
		}
	}
	return begin
}

// Nearest returns up to most of the known words that word may have meant, nearest first, or none if nothing is near. Words are
// near if at most two edits separate them, or a third of the letters of the shorter one; or if the known one begins with word
// or with its first four letters.
func Nearest(word string, known []string, most int) []string {
	type hit struct {
		word  string
		edits int
	}
	word = strings.ToLower(word)
	var hits []hit
	for _, k := range known {
		low := strings.ToLower(k)
		edits := distance(word, low)
		near := edits <= max(2, min(len(word), len(k))/3) && edits < max(len(word), len(k))
		if near || len(word) >= 2 && strings.HasPrefix(low, word[:min(len(word), sharedLetters)]) {
			hits = append(hits, hit{k, edits})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.edits, b.edits) })
	var out []string
	for _, h := range hits[:min(most, len(hits))] {
		out = append(out, h.word)
	}
	return out
}

// sharedLetters at the beginning make two words near: "pricing" means "price".
const sharedLetters = 4

// longest is the number of bytes above which a text isn't a mistyped word.
const longest = 64

// distance is how many letters must be inserted, removed or replaced to turn a into b.
func distance(a, b string) int {
	if max(len(a), len(b)) > longest {
		return max(len(a), len(b))
	}
	return levenshtein.ComputeDistance(a, b)
}
