package command

import (
	"slices"

	"dryrun/internal/spell"
)

// Nearest returns up to two of words that the user may have meant by word, nearest first, or none if nothing is near.
func Nearest(word string, words []string) []string { return spell.Nearest(word, words, 2) }

// FindWord returns the element of words that equals word or, if only one does, the element that begins with it.
func FindWord(what, word string, words []string, next string) (string, error) {
	found := spell.Match(word, words)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", Misuse(Nearest(word, words), next, "unknown %s %q", what, word)
	}
	return "", Misuse(found, next, "%s %q matches more than one", what, word)
}

// OneOf returns an error unless value is one of words; what names the flag or argument.
func OneOf(what, value string, words []string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return Misuse(Nearest(value, words), "", "%s takes %s, not %q", what, OrList(words), value)
}
