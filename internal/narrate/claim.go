package narrate

import (
	"strings"

	"dryrun/framework"
)

// ClaimWords says in a few words what the coach makes of an answer for one criterion: "1, argued".
func ClaimWords(s framework.Suggestion) string {
	words := "nothing found"
	switch s.Claim {
	case framework.Argued, framework.Mentioned, framework.Contradicted:
		words = string(s.Claim)
	}
	return s.Mark.String() + ", " + words
}

// Found says what the coach found for a criterion, a paragraph each: the verdict with the candidate's words, why it isn't more, and
// the nearest sentences where nothing supports a mark.
func Found(s framework.Suggestion) []string {
	out := []string{"Coach: " + ClaimWords(s)}
	if len(s.Quotes) > 0 {
		out[0] += ": " + quotedAll(s.Quotes)
	}
	if note := sentence(s.Note); note != "" {
		out = append(out, note)
	}
	if len(s.Quotes) == 0 && len(s.Nearest) > 0 {
		out = append(out, "Your nearest sentences: "+quotedAll(s.Nearest))
	}
	return out
}

func quotedAll(quotes []string) string {
	out := make([]string, len(quotes))
	for i, q := range quotes {
		out[i] = quoted(q)
	}
	return strings.Join(out, " ")
}
