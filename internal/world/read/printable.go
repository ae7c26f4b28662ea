package read

import (
	"fmt"
	"strings"
	"unicode"
)

// FirstFew names up to five of many, safe to print.
func FirstFew(names []string) string {
	shown := make([]string, 0, 6)
	for _, n := range names[:min(len(names), 5)] {
		shown = append(shown, Printable(n))
	}
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, ", ")
}

// Printable replaces characters that a terminal might interpret: file names and titles are untrusted text.
func Printable(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, name)
}
