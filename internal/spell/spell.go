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

// Meant returns the known word that a mistyped word was meant to be, or "" where none is near enough to be sure: one edit for a
// word of four to six letters, two for a longer one, where an edit is a letter more, less, replaced, or two swapped. Of several, it is
// the one with the fewest edits, then the longest common beginning, then the first.
func Meant(word string, known []string) string {
	best, edits, shared := "", 1, 0
	switch n := len(word); {
	case n < 3 || n > longest:
		return ""
	case n > 6:
		edits = 2
	}
	for _, k := range known {
		if len(k) < 4 || len(k)-len(word) > edits || len(word)-len(k) > edits {
			continue
		}
		d, same := swaps(word, k), commonPrefix(word, k)
		if d < edits || d == edits && (best == "" || same > shared) {
			best, edits, shared = k, d, same
		}
	}
	return best
}

// commonPrefix is the number of bytes that two words begin with alike.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// swaps is the distance where swapping two neighbors is one edit.
func swaps(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
