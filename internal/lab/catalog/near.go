package catalog

import "dryrun/internal/spell"

// Near returns up to three of the words that text may have meant, nearest first.
func Near(text string, words []string) []string { return spell.Nearest(text, words, 3) }
