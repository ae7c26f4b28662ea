package meaning

import (
	"slices"
	"strings"
	"unicode"
)

// longestWord is the number of bytes above which a word is noise that the table doesn't know.
const longestWord = 100

// Knows reports whether a word in lower case is a piece of its own: one of the 22,000 or so most frequent English words.
func (t *Table) Knows(word string) bool {
	_, found := slices.BinarySearch(t.words, word)
	return found
}

// tokenize calls use with the number of each piece of a text, in order. A word is split into the longest pieces from its
// beginning; one that can't be split is left out, as are signs other than $ and %.
func (t *Table) tokenize(text string, use func(piece int)) {
	var word []byte
	pieces := make([]int, 0, 8)
	flush := func() {
		pieces = t.split(pieces[:0], string(word))
		word = word[:0]
		for _, p := range pieces {
			use(p)
		}
	}
	for _, r := range text {
		switch {
		case r == '$' || r == '%':
			flush()
			word = append(word, byte(r))
			flush()
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word = append(word, strings.ToLower(plain(r))...)
		case unicode.Is(unicode.Mn, r): // an accent that follows its letter
		default:
			flush()
		}
	}
	flush()
}

// split appends the pieces of a word, or none where it can't be split.
func (t *Table) split(into []int, word string) []int {
	if len(word) > longestWord {
		return into
	}
	start := len(into)
	for at := 0; at < len(word); {
		piece, end := t.longest(word, at)
		if end == at {
			return into[:start]
		}
		into = append(into, piece)
		at = end
	}
	return into
}

// longest returns the longest piece of word from at, and where it ends: at itself where there is none.
func (t *Table) longest(word string, at int) (piece, end int) {
	names, first := t.words, 0
	if at > 0 {
		names, first = t.continuations, len(t.words)
	}
	for end := len(word); end > at; end-- {
		if i, found := slices.BinarySearch(names, word[at:end]); found {
			return first + i, end
		}
	}
	return 0, at
}

// accented are letters with accents, and after each "=" the letters without.
const accented = "ÀÁÂÃÄÅĀĂĄàáâãäåāăą=a ÇĆĈĊČçćĉċč=c ĎĐďđ=d ÈÉÊËĒĔĖĘĚèéêëēĕėęě=e ĜĞĠĢĝğġģ=g ĤĦĥħ=h ÌÍÎÏĨĪĬĮİìíîïĩīĭįı=i Ĵĵ=j " +
	"Ķķ=k ĹĻĽŁĺļľł=l ÑŃŅŇñńņň=n ÒÓÔÕÖØŌŎŐòóôõöøōŏő=o ŔŖŘŕŗř=r ŚŜŞŠśŝşš=s ŢŤŦţťŧ=t ÙÚÛÜŨŪŬŮŰŲùúûüũūŭůűų=u Ŵŵ=w ÝŶŸýŷÿ=y " +
	"ŹŻŽźżž=z Ææ=ae Œœ=oe ß=ss"

// plain returns a letter without its accent.
func plain(r rune) string {
	if r < 0x80 {
		return string(r)
	}
	if r >= 0xC0 && r < 0x180 {
		for group := range strings.SplitSeq(accented, " ") {
			if from, to, _ := strings.Cut(group, "="); strings.ContainsRune(from, r) {
				return to
			}
		}
	}
	return string(r)
}
