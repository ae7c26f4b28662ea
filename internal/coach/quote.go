package coach

import (
	"strings"
	"unicode/utf8"
)

// longestQuote is where a quote is cut, in bytes: words joined without spaces can be any length.
const longestQuote = 400

// quote returns a sentence in the candidate's words, with whitespace collapsed.
func (r *reading) quote(sentence int) string {
	s := r.sentences[sentence]
	start, end := r.Words[s.From].From, r.Words[s.To-1].To
	for start > 0 && !isSpace(r.Source[start-1]) { // NDCG@20 whole
		start--
	}
	for end < len(r.Source) && !isSpace(r.Source[end]) {
		end++
	}
	text := strings.TrimRight(r.Source[start:end], ",;:")
	if len(text) > longestQuote {
		cut := longestQuote
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return strings.Join(strings.Fields(text), " ")
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
